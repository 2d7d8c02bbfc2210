package main

import (
	"flag"
	"fmt"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// importCrasher answers 1 when there is no bug, and when there is one that the kernel is not expected to have.
func importCrasher(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("import", flag.ContinueOnError)
	var in finds
	in.flags(flags)
	output := flags.String("o", "", "")
	force := flags.Bool("f", false, "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(files) != 1 {
		return 0, fmt.Errorf("%d files: want one crasher", len(files))
	}
	if err := in.check(); err != nil {
		return 0, err
	}
	if err := writable(*output, *force); err != nil {
		return 0, err
	}
	r := fuzz.NewRunner()
	defer r.Close()
	find, err := in.read(a, r, files[0])
	if err != nil {
		return 0, err
	}
	if !find.bug {
		fmt.Fprintf(a.err, "%s: no bug in %d runs\n", files[0], find.runs)
		return exitBug, a.save(*output, r, find.program)
	}
	small, _ := r.Shrink(find.program, fuzz.ShrinkTries)
	code := exitOK
	if !fuzz.Expected(small) {
		code = exitBug
	}
	return code, a.save(*output, r, small)
}
