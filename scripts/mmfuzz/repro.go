package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"slices"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

func repro(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("repro", flag.ContinueOnError)
	kernel := flags.String("kernel", "", "")
	format := flags.String("format", "", "")
	all := flags.Bool("all", false, "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(files) == 0 {
		return 0, fmt.Errorf("no file: want one or more programs, - for standard input")
	}
	if *format == "" && len(files) == 1 {
		*format = "table"
	}
	if !slices.Contains([]string{"", "table", "trace", "json"}, *format) {
		return 0, fmt.Errorf("format %q: want table, trace or json", *format)
	}
	if *all && *format != "table" {
		return 0, fmt.Errorf("-all: want it with -format table, which is what one file is shown as")
	}
	on, err := override(*kernel, "")
	if err != nil {
		return 0, err
	}
	r := fuzz.NewRunner()
	defer r.Close()
	code := exitOK
	for _, name := range files {
		p, err := a.loadOn(name, on)
		if err != nil {
			a.complain("repro", err)
			code = exitUsage
			continue
		}
		t := r.Trace(p)
		ok, verdict := judge(p, t)
		switch {
		case code == exitUsage:
		case !ok:
			code = exitBug
		case t.Outcome.OutOfSteps && code == exitOK:
			code = exitUnknown
		}
		if err := show(a, *format, *all, name, p, t, ok, verdict); err != nil {
			return 0, err
		}
	}
	return code, nil
}

// judge says whether the run did what the file says, and in words what it did.
func judge(p *fuzz.Program, t *fuzz.Trace) (ok bool, verdict string) {
	got := t.Outcome.Title()
	switch {
	case got == "" && t.Outcome.OutOfSteps:
		return true, "ran out of steps: no verdict"
	case got == "" && p.Bug == "":
		return true, "no bug, as recorded"
	case got == "":
		return false, "no bug, but recorded is: " + p.Bug
	case got == p.Bug:
		return true, "bug, as recorded: " + got
	case p.Bug == "":
		return false, "bug, but none is recorded: " + got
	}
	return false, "another bug: " + got + "; recorded is: " + p.Bug
}

func show(a *app, format string, all bool, name string, p *fuzz.Program, t *fuzz.Trace, ok bool, verdict string) error {
	switch format {
	case "json":
		return json.NewEncoder(a.out).Encode(struct {
			File     string           `json:"file"`
			Kernel   string           `json:"kernel"`
			Model    string           `json:"model"`
			Recorded string           `json:"recorded"`
			Bug      string           `json:"bug"`
			AsSaid   bool             `json:"as_recorded"`
			Steps    int              `json:"steps"`
			Unused   []string         `json:"unused"`
			Events   []fuzz.JSONEvent `json:"events"`
		}{name, p.Kernel, p.Model.String(), p.Bug, t.Outcome.Title(), ok, t.Outcome.Steps, unused(t), t.JSON()})
	case "table":
		fmt.Fprintln(a.out, t.Table(all))
	case "trace":
		fmt.Fprintln(a.out, t.Lines())
	}
	fmt.Fprintf(a.out, "%s: %s under %v: %s\n", name, p.Kernel, p.Model, verdict)
	for _, choice := range unused(t) {
		fmt.Fprintf(a.out, "%s: not possible in this run: %s\n", name, choice)
	}
	return nil
}

func unused(t *fuzz.Trace) []string {
	lines := make([]string, len(t.Unused))
	for i, c := range t.Unused {
		lines[i] = c.String()
	}
	return lines
}
