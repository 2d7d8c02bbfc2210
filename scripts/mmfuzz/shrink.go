package main

import (
	"flag"
	"fmt"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

func shrink(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("shrink", flag.ContinueOnError)
	output := flags.String("o", "", "")
	force := flags.Bool("f", false, "")
	verbose := flags.Bool("v", false, "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(files) != 1 {
		return 0, fmt.Errorf("%d files: want one program", len(files))
	}
	p, err := a.load(files[0])
	if err != nil {
		return 0, err
	}
	if err := writable(*output, *force); err != nil {
		return 0, err
	}
	r := fuzz.NewRunner()
	defer r.Close()
	small, how := r.Shrink(p, fuzz.ShrinkTries)
	if small == nil {
		fmt.Fprintf(a.err, "%s: no bug on %s under %v: nothing to shrink\n", files[0], p.Kernel, p.Model)
		return exitBug, nil
	}
	if p.Bug != "" && p.Bug != small.Bug {
		fmt.Fprintf(a.err, "%s: another bug: %s; recorded is: %s\n", files[0], small.Bug, p.Bug)
		return exitBug, nil
	}
	if *verbose {
		for _, pass := range how.Passes {
			fmt.Fprintf(a.err, "%-28s %6d runs, %d kept\n", pass.Name, pass.Tries, pass.Kept)
		}
		fmt.Fprintf(a.err, "the same bug: %s, %v\n", small.Bug, how.Race)
	}
	fmt.Fprintf(a.err, "%d runs: %d calls and %d choices became %d and %d\n",
		how.Tries, p.NumCalls(), len(p.Choices), small.NumCalls(), len(small.Choices))
	return exitOK, a.save(*output, r, small)
}
