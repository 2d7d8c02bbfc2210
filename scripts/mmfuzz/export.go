package main

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/fuzz/export"
)

var formats = []struct {
	name  string
	write func(name string, t *fuzz.Trace) (string, error)
}{
	{"html", export.HTML},
	{"litmus", export.Litmus},
	{"perfetto", export.Perfetto},
}

func exportRun(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	format := flags.String("format", "", "")
	output := flags.String("o", "", "")
	force := flags.Bool("f", false, "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(files) != 1 {
		return 0, fmt.Errorf("%d files: want one program", len(files))
	}
	for _, f := range formats {
		if f.name != *format {
			continue
		}
		if err := writable(*output, *force); err != nil {
			return 0, err
		}
		p, err := a.load(files[0])
		if err != nil {
			return 0, err
		}
		r := fuzz.NewRunner()
		defer r.Close()
		t := r.Trace(p)
		text, err := f.write(strings.TrimSuffix(filepath.Base(files[0]), ".txt"), t)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", files[0], err)
		}
		return a.exported(p, t, files[0], *output, text)
	}
	return 0, fmt.Errorf("format %q: want html, litmus or perfetto", *format)
}

// exported writes what was made of the run. A file whose bug did not show is exported as what it did, and that is said.
func (a *app) exported(p *fuzz.Program, t *fuzz.Trace, file, output, text string) (int, error) {
	if err := a.write(output, text); err != nil {
		return 0, err
	}
	ok, verdict := judge(p, t)
	if ok {
		return exitOK, nil
	}
	fmt.Fprintf(a.err, "%s: %s under %v: %s\n", file, p.Kernel, p.Model, verdict)
	return exitBug, nil
}
