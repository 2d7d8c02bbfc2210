package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

const (
	standardScenarios = "corpus/scenarios/*.txt"
	crashFiles        = "crashers/*.txt"
)

func matrix(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("matrix", flag.ContinueOnError)
	markdown := flags.Bool("md", false, "")
	asJSON := flags.Bool("json", false, "")
	limit := flags.Int("limit", 10_000_000, "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if *markdown && *asJSON {
		return 0, fmt.Errorf("-md and -json: want one of them")
	}
	if *limit < 1 {
		return 0, fmt.Errorf("limit %d: want how many runs at most, 1 or more", *limit)
	}
	standard := len(files) == 0
	if standard {
		if files, err = filepath.Glob(standardScenarios); err != nil || len(files) == 0 {
			return 0, fmt.Errorf("no %s here: want scenarios, or the project's folder", standardScenarios)
		}
	}
	scenarios := make([]*fuzz.Program, len(files))
	for i, name := range files {
		if scenarios[i], err = a.load(name); err != nil {
			return 0, err
		}
	}
	cells := fuzz.Matrix(scenarios, *limit, standard)
	code := exitOK
	for i := range cells {
		switch c := &cells[i]; {
		case c.Verdict == fuzz.Unknown && code == exitOK:
			code = exitUnknown
		case c.Verdict != fuzz.Unknown && !c.Expected:
			code = exitBug
		}
	}
	if *asJSON {
		return code, a.matrixJSON(cells, files)
	}
	crashes, err := a.crashes()
	if err != nil {
		return 0, err
	}
	fmt.Fprint(a.out, fuzz.MatrixTable(cells, crashes, *markdown))
	return code, nil
}

func (a *app) matrixJSON(cells []fuzz.Cell, files []string) error {
	for i := range cells {
		c := &cells[i]
		program := ""
		if c.Verdict == fuzz.Buggy {
			program = files[c.Scenario]
		}
		err := json.NewEncoder(a.out).Encode(struct {
			Kernel     string `json:"kernel"`
			Allocator  string `json:"allocator"`
			Model      string `json:"model"`
			Verdict    string `json:"verdict"`
			Bug        string `json:"bug"`
			Program    string `json:"program"`
			Executions int    `json:"executions"`
			Expected   bool   `json:"expected"`
		}{c.Kernel, c.Allocator, c.Model.String(), c.Verdict.String(), c.Bug, program, c.Executions, c.Expected})
		if err != nil {
			return err
		}
	}
	return nil
}

// crashes loads the project's crash files, if they are here.
func (a *app) crashes() ([]fuzz.CrashFile, error) {
	names, err := filepath.Glob(crashFiles)
	if err != nil {
		return nil, err
	}
	crashes := make([]fuzz.CrashFile, len(names))
	for i, name := range names {
		p, err := a.load(name)
		if err != nil {
			return nil, err
		}
		crashes[i] = fuzz.CrashFile{Name: filepath.ToSlash(name), Program: p}
	}
	return crashes, nil
}
