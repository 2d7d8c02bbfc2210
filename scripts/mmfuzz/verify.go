package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"time"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

func verify(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	kernel := flags.String("kernel", "", "")
	model := flags.String("model", "", "")
	limit := flags.Int("limit", 10_000_000, "")
	asJSON := flags.Bool("json", false, "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(files) == 0 {
		return 0, fmt.Errorf("no file: want one or more programs, - for standard input")
	}
	if *limit < 1 {
		return 0, fmt.Errorf("limit %d: want how many runs at most, 1 or more", *limit)
	}
	on, err := override(*kernel, *model)
	if err != nil {
		return 0, err
	}
	v := fuzz.NewVerifier()
	defer v.Close()
	code := exitOK
	for _, name := range files {
		p, err := a.loadOn(name, on)
		if err != nil {
			a.complain("verify", err)
			code = exitUsage
			continue
		}
		start := time.Now()
		result := v.Verify(p, *limit)
		if err := a.showVerdict(name, p, &result, time.Since(start), *asJSON); err != nil {
			return 0, err
		}
		switch {
		case code == exitUsage:
		case result.Verdict == fuzz.Buggy:
			code = exitBug
		case result.Verdict == fuzz.Unknown && code == exitOK:
			code = exitUnknown
		}
	}
	return code, nil
}

// override returns what puts a program on another kernel and under another model, where those are given.
func override(kernel, model string) (on func(*fuzz.Program) error, err error) {
	if kernel != "" {
		if _, err := mm.FindKernel(kernel); err != nil {
			return nil, err
		}
	}
	var m sim.Model
	if model != "" {
		if m, err = sim.ParseModel(model); err != nil {
			return nil, err
		}
	}
	return func(p *fuzz.Program) error {
		if model != "" {
			p.Model = m
		}
		if kernel != "" {
			return p.SetKernel(kernel)
		}
		return nil
	}, nil
}

func (a *app) showVerdict(name string, p *fuzz.Program, v *fuzz.Verification, took time.Duration, asJSON bool) error {
	bug, witness := "", ""
	if v.Witness != nil {
		bug, witness = v.Witness.Bug, v.Witness.String()
	}
	if asJSON {
		return json.NewEncoder(a.out).Encode(struct {
			Kernel     string  `json:"kernel"`
			Model      string  `json:"model"`
			Program    string  `json:"program"`
			Verdict    string  `json:"verdict"`
			Why        string  `json:"why,omitempty"`
			Bug        string  `json:"bug"`
			Executions int     `json:"executions"`
			Seconds    float64 `json:"seconds"`
			Witness    string  `json:"witness"`
		}{p.Kernel, p.Model.String(), name, v.Verdict.String(), v.Why, bug, v.Executions, took.Seconds(), witness})
	}
	model := p.Model.String()
	if p.Model == sim.LKMM {
		model += " (that of Linux 6.12 and later)"
	}
	why := ""
	if v.Why != "" {
		why = ": " + v.Why
	}
	fmt.Fprintf(a.out, "%s: %s under %s: %v, %d executions%s\n", name, p.Kernel, model, v.Verdict, v.Executions, why)
	if v.Witness != nil {
		fmt.Fprintf(a.out, "\n%s\n", v.Witness)
	}
	return nil
}
