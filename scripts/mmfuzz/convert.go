package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// converter turns inputs from one form into another: those that engines keep in files, and the text of a program.
type converter struct {
	from, to fuzz.Framing
	target   string
	kernel   string
	model    string
}

// programText is the form that is no framing: the text of the program that an input stands for.
const programText fuzz.Framing = "program"

// convert converts a file, or each file of a folder; a damaged one does not keep it from the others.
func convert(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("convert", flag.ContinueOnError)
	var c converter
	from := flags.String("from", "", "")
	to := flags.String("to", "", "")
	flags.StringVar(&c.target, "target", "", "")
	flags.StringVar(&c.kernel, "kernel", "", "")
	flags.StringVar(&c.model, "model", "", "")
	output := flags.String("o", "", "")
	force := flags.Bool("f", false, "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(files) != 1 {
		return 0, fmt.Errorf("%d files: want one file or folder", len(files))
	}
	if err := c.check(*from, *to); err != nil {
		return 0, err
	}
	if info, err := os.Stat(files[0]); err == nil && info.IsDir() {
		return a.convertFolder(&c, files[0], *output, *force)
	}
	if err := writable(*output, *force); err != nil {
		return 0, err
	}
	data, err := a.convertFile(&c, files[0])
	if err != nil {
		return 0, err
	}
	if *output == "" {
		_, err := a.out.Write(data)
		return exitOK, err
	}
	return exitOK, replace(*output, data)
}

// check looks at the options before anything is read.
func (c *converter) check(from, to string) error {
	for _, form := range []struct {
		name string
		to   *fuzz.Framing
	}{{from, &c.from}, {to, &c.to}} {
		if *form.to = programText; form.name == string(programText) {
			continue
		}
		var err error
		if *form.to, err = fuzz.ParseFraming(form.name); err != nil {
			return fmt.Errorf("%w, or %s", err, programText)
		}
	}
	if c.from != programText && c.to != programText {
		return nil
	}
	if _, err := fuzz.FindShape(c.target); err != nil {
		return err
	}
	if c.to != programText {
		return nil
	}
	if c.kernel == "" || c.model == "" {
		return fmt.Errorf("no kernel or no model: bytes do not say, give -kernel K -model M")
	}
	_, err := fuzz.Subjects(c.kernel, c.model)
	return err
}

func (a *app) convertFolder(c *converter, folder, output string, force bool) (int, error) {
	if output == "" {
		return 0, fmt.Errorf("%s is a folder: want another one to write to, -o FOLDER", folder)
	}
	if err := os.MkdirAll(output, 0o777); err != nil {
		return 0, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return 0, err
	}
	code := exitOK
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		name := filepath.Join(output, entry.Name())
		err := writable(name, force)
		var data []byte
		if err == nil {
			data, err = a.convertFile(c, filepath.Join(folder, entry.Name()))
		}
		if err == nil {
			err = replace(name, data)
		}
		if err != nil {
			fmt.Fprintf(a.err, "mmfuzz convert: %s\n", oneLine(err.Error()))
			code = exitUsage
		}
	}
	return code, nil
}

func (a *app) convertFile(c *converter, name string) ([]byte, error) {
	file, err := a.read(name)
	if err != nil {
		return nil, err
	}
	data, err := c.convert(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

func (c *converter) convert(file []byte) ([]byte, error) {
	var shape *fuzz.Shape
	if c.from == programText || c.to == programText {
		var err error
		if shape, err = fuzz.FindShape(c.target); err != nil {
			return nil, err
		}
	}
	var data []byte
	var err error
	if c.from == programText {
		var p *fuzz.Program
		if p, err = fuzz.Parse(string(withoutMark(file))); err == nil {
			data, err = shape.Encode(p)
		}
	} else {
		data, err = c.from.Decode(file)
	}
	if err != nil {
		return nil, err
	}
	if c.to == programText {
		subjects, err := fuzz.Subjects(c.kernel, c.model)
		if err != nil {
			return nil, err
		}
		e := fuzz.NewExec(shape, subjects)
		defer e.Close()
		p := e.Program(data)
		p.Kernel, p.Model = subjects[0].Kernel, subjects[0].Model
		p.Fit()
		return []byte(p.String()), nil
	}
	return c.to.Encode(data), nil
}
