package main

import (
	"fmt"
	"io"
	"os"

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
	p, err := fuzz.Parse(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// save writes the program with the table of its run to the file, or to standard output.
func (a *app) save(name string, r *fuzz.Runner, p *fuzz.Program) error {
	p.Trace = r.Trace(p).Table()
	if name == "" {
		_, err := io.WriteString(a.out, p.String())
		return err
	}
	return os.WriteFile(name, []byte(p.String()), 0o666)
}
