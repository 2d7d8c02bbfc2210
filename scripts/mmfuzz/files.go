package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

const maxFile = 16 << 20

// read returns what is in the file, - being standard input.
func (a *app) read(name string) ([]byte, error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, fmt.Errorf("%s is a folder: want a file", name)
		}
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: larger than %d bytes: not a program", name, maxFile)
	}
	return data, nil
}

// load reads a program.
func (a *app) load(name string) (*fuzz.Program, error) {
	data, err := a.read(name)
	if err != nil {
		return nil, err
	}
	p, err := fuzz.Parse(string(withoutMark(data)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// loadOn reads a program and puts it where it is to run.
func (a *app) loadOn(name string, on func(*fuzz.Program) error) (*fuzz.Program, error) {
	p, err := a.load(name)
	if err != nil {
		return nil, err
	}
	if err := on(p); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// withoutMark returns a text without the mark of its encoding, with which some editors begin a file.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }

// save writes the program with the table of its run to the file, or to standard output.
func (a *app) save(name string, r *fuzz.Runner, p *fuzz.Program) error {
	p.Trace = r.Trace(p).Table(false)
	return a.write(name, p.String())
}

// folder makes a folder to write to, if it is not there.
func folder(name string) error {
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file: want a folder to write to", name)
	}
	return os.MkdirAll(name, 0o777)
}

// write writes to the file, or to standard output.
func (a *app) write(name, text string) error {
	if name == "" {
		_, err := io.WriteString(a.out, text)
		return err
	}
	return replace(name, []byte(text))
}

// writable says what is wrong with a file to write to, before the work that is to go into it is done. What is there
// already is overwritten only by force.
func writable(name string, force bool) error {
	if name == "" {
		return nil
	}
	switch info, err := os.Stat(name); {
	case err != nil:
	case info.IsDir():
		return fmt.Errorf("%s is a folder: want a file to write to", name)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no regular file: want a file to write to", name)
	case !force:
		return fmt.Errorf("%s exists: give -f to overwrite it", name)
	}
	if err := takesFiles(filepath.Dir(name)); err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return nil
}

// takesFiles says why no file can be made in the folder.
func takesFiles(folder string) error {
	temp, err := os.CreateTemp(folder, ".mmfuzz-*")
	if err != nil {
		return errors.Unwrap(err)
	}
	temp.Close()
	return os.Remove(temp.Name())
}

// replace writes the file whole or not at all.
func replace(name string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(name), ".mmfuzz-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	err = errors.Join(err, temp.Chmod(0o644), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), name)
	}
	if err != nil {
		os.Remove(temp.Name())
	}
	return err
}
