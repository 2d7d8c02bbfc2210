package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const standardScenarios = "corpus/scenarios/*.txt"

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
	if len(files) == 0 {
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
	cells := fuzz.Matrix(scenarios, *limit)
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
	a.matrixTable(cells, *markdown)
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
			Model      string `json:"model"`
			Verdict    string `json:"verdict"`
			Bug        string `json:"bug"`
			Program    string `json:"program"`
			Executions int    `json:"executions"`
			Expected   bool   `json:"expected"`
		}{c.Kernel, c.Model.String(), c.Verdict.String(), c.Bug, program, c.Executions, c.Expected})
		if err != nil {
			return err
		}
	}
	return nil
}

// matrixTable prints a row a kernel, in Markdown if asked for.
func (a *app) matrixTable(cells []fuzz.Cell, markdown bool) {
	row := func(words []string) {
		if markdown {
			fmt.Fprintf(a.out, "| %s |\n", strings.Join(words, " | "))
		} else {
			fmt.Fprintf(a.out, "%-32s %-24s %-24s %s\n", words[0], words[1], words[2], words[3])
		}
	}
	head := []string{"kernel"}
	for _, m := range sim.Models() {
		head = append(head, m.String())
	}
	row(head)
	if markdown {
		fmt.Fprintf(a.out, "|%s\n", strings.Repeat("---|", len(head)))
	}
	for i := 0; i < len(cells); i += len(head) - 1 {
		words := []string{cells[i].Kernel}
		for _, c := range cells[i : i+len(head)-1] {
			word := fmt.Sprintf("%v, %d executions", c.Verdict, c.Executions)
			if c.Verdict == fuzz.Buggy {
				word = "BUG"
			}
			if !c.Expected && c.Verdict != fuzz.Unknown {
				word += " (not expected)"
			}
			words = append(words, word)
		}
		row(words)
	}
}
