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
	programs := make([]*fuzz.Program, len(files))
	for i, name := range files {
		if programs[i], err = a.load(name); err != nil {
			return 0, err
		}
	}
	if err := override(programs, *kernel, *model); err != nil {
		return 0, err
	}
	v := fuzz.NewVerifier()
	defer v.Close()
	code := exitOK
	for i, p := range programs {
		start := time.Now()
		result := v.Verify(p, *limit)
		if err := a.showVerdict(files[i], p, &result, time.Since(start), *asJSON); err != nil {
			return 0, err
		}
		switch {
		case result.Verdict == fuzz.Buggy:
			code = exitBug
		case result.Verdict == fuzz.Unknown && code == exitOK:
			code = exitUnknown
		}
	}
	return code, nil
}

// override puts programs on another kernel and under another model, where those are given.
func override(programs []*fuzz.Program, kernel, model string) error {
	if kernel != "" {
		if _, err := mm.FindKernel(kernel); err != nil {
			return err
		}
		for _, p := range programs {
			if err := p.SetKernel(kernel); err != nil {
				return err
			}
		}
	}
	if model != "" {
		m, err := sim.ParseModel(model)
		if err != nil {
			return err
		}
		for _, p := range programs {
			p.Model = m
		}
	}
	return nil
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
			Bug        string  `json:"bug"`
			Executions int     `json:"executions"`
			Seconds    float64 `json:"seconds"`
			Witness    string  `json:"witness"`
		}{p.Kernel, p.Model.String(), name, v.Verdict.String(), bug, v.Executions, took.Seconds(), witness})
	}
	model := p.Model.String()
	if p.Model == sim.LKMM {
		model += " (that of Linux 6.12 and later)"
	}
	fmt.Fprintf(a.out, "%s: %s under %s: %v, %d executions\n", name, p.Kernel, model, v.Verdict, v.Executions)
	if v.Witness != nil {
		fmt.Fprintf(a.out, "\n%s\n", v.Witness)
	}
	return nil
}
