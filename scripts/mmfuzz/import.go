package main

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// importCrasher answers 1 when there is no bug, and when there is one that the kernel is not expected to have.
func importCrasher(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("import", flag.ContinueOnError)
	target := flags.String("target", "", "")
	kernel := flags.String("kernel", "", "")
	model := flags.String("model", "", "")
	output := flags.String("o", "", "")
	force := flags.Bool("f", false, "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(files) != 1 {
		return 0, fmt.Errorf("%d files: want one crasher", len(files))
	}
	if *target == "" {
		// Go keeps crashers in a folder named for the target.
		*target = filepath.Base(filepath.Dir(files[0]))
		if !strings.HasPrefix(*target, "Fuzz") {
			return 0, fmt.Errorf("%s: the folder does not name the fuzz target: give -target FuzzX", files[0])
		}
	}
	shape, err := fuzz.FindShape(*target)
	if err != nil {
		return 0, err
	}
	subjects, err := fuzz.Subjects(*kernel, *model)
	if err != nil {
		return 0, err
	}
	if err := writable(*output, *force); err != nil {
		return 0, err
	}
	data, err := a.read(files[0])
	if err != nil {
		return 0, err
	}
	if data, err = fuzz.DecodeCorpus(data); err != nil {
		return 0, fmt.Errorf("%s: %w", files[0], err)
	}
	r := fuzz.NewRunner()
	defer r.Close()
	e := fuzz.NewExec(shape, subjects)
	found := e.Bytes(data)
	if found == nil {
		p := e.Program(data)
		p.Kernel, p.Model = subjects[0].Kernel, subjects[0].Model
		p.Fit()
		fmt.Fprintf(a.err, "%s: no bug in %d runs\n", files[0], e.Runs())
		return exitBug, a.save(*output, r, p)
	}
	small, _ := r.Shrink(found, fuzz.ShrinkTries)
	code := exitOK
	if !fuzz.Expected(small) {
		code = exitBug
	}
	return code, a.save(*output, r, small)
}
