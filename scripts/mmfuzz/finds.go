package main

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// finds reads what fuzzers found: programs as text, and inputs of fuzz targets in the framings of their engines.
type finds struct {
	target  string // "": the folder that a file is in says
	framing string // "": Go's, where a file begins as those do, and else none
	kernel  string
	model   string

	subjects []fuzz.Subject
}

// flags defines the flags that say what the files do not.
func (f *finds) flags(flags *flag.FlagSet) {
	flags.StringVar(&f.target, "target", "", "")
	flags.StringVar(&f.framing, "framing", "", "")
	flags.StringVar(&f.kernel, "kernel", "", "")
	flags.StringVar(&f.model, "model", "", "")
}

// check looks at the flags before anything is read.
func (f *finds) check() (err error) {
	if f.target != "" {
		if _, err := fuzz.FindShape(f.target); err != nil {
			return err
		}
	}
	if f.framing != "" {
		if _, err := fuzz.ParseFraming(f.framing); err != nil {
			return err
		}
	}
	f.subjects, err = fuzz.Subjects(f.kernel, f.model)
	return err
}

// found is what a file came to: a program with a bug, or one without after that many runs.
type found struct {
	program *fuzz.Program
	bug     bool
	runs    int
}

// read runs what is in the file. Text is taken as it is: it says itself which kernel and model it is about.
func (f *finds) read(a *app, r *fuzz.Runner, name string) (found, error) {
	file, err := a.read(name)
	if err != nil {
		return found{}, err
	}
	if text := withoutMark(file); f.framing == "" && isProgram(text) {
		p, err := fuzz.Parse(string(text))
		if err != nil {
			return found{}, fmt.Errorf("%s: %w", name, err)
		}
		return found{program: p, bug: r.Run(p).Bug != nil, runs: 1}, nil
	}
	found, err := f.run(name, file)
	if err != nil {
		return found, fmt.Errorf("%s: %w", name, err)
	}
	return found, nil
}

// isProgram says whether a file is text that begins as programs do.
func isProgram(file []byte) bool {
	comment := false
	for line := range bytes.Lines(file) {
		word, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		switch {
		case strings.HasPrefix(word, "#"):
			comment = true
		case word != "":
			return slices.Contains([]string{"kernel", "model", "config", "bug"}, word) || strings.HasPrefix(word, "cpu")
		}
	}
	return comment && isText(file)
}

// isText says whether a file is text, and not an input that happens to begin as a comment does.
func isText(file []byte) bool {
	return utf8.Valid(file) && !bytes.ContainsFunc(file, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
}

// run runs an input of a fuzz target as the target does.
func (f *finds) run(name string, file []byte) (found, error) {
	data, err := fuzz.DecodeCorpus(file)
	if f.framing != "" {
		data, err = fuzz.Framing(f.framing).Decode(file)
	}
	if err != nil {
		return found{}, err
	}
	target := f.target
	if target == "" {
		// Go keeps crashers in a folder named for the target.
		if target = filepath.Base(filepath.Dir(name)); !strings.HasPrefix(target, "Fuzz") {
			return found{}, fmt.Errorf("no program, and the folder does not name the fuzz target: give -target FuzzX")
		}
	}
	shape, err := fuzz.FindShape(target)
	if err != nil {
		return found{}, err
	}
	e := fuzz.NewExec(shape, f.subjects)
	defer e.Close()
	if p := e.Bytes(data); p != nil {
		return found{program: p, bug: true, runs: e.Runs()}, nil
	}
	p := e.Program(data).Clone()
	p.Kernel, p.Model = f.subjects[0].Kernel, f.subjects[0].Model
	p.Fit()
	return found{program: p, runs: e.Runs()}, nil
}

// filesIn returns the files that the paths name, and those in the folders among them, but for hidden ones and the notes
// that AFL++ leaves. What cannot be looked into is named too: reading it says what is wrong.
func filesIn(paths []string) []string {
	var files []string
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			path += string(filepath.Separator) // a link to a folder is one
		}
		filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				files = append(files, name)
			case name == path && entry.IsDir():
			case name != path && strings.HasPrefix(entry.Name(), "."):
				if entry.IsDir() {
					return filepath.SkipDir
				}
			case !entry.IsDir() && (name == path || !strings.HasPrefix(entry.Name(), "README")):
				files = append(files, name)
			}
			return nil
		})
	}
	return files
}
