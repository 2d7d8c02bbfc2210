package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"text/tabwriter"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
)

func bisect(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("bisect", flag.ContinueOnError)
	limit := flags.Int("limit", 1_000_000, "")
	asJSON := flags.Bool("json", false, "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(files) != 1 {
		return 0, fmt.Errorf("%d files: want one crash file, - for standard input", len(files))
	}
	if *limit < 1 {
		return 0, fmt.Errorf("limit %d: want how many runs at most on each kernel, 1 or more", *limit)
	}
	crash, err := a.load(files[0])
	if err != nil {
		return 0, err
	}
	if crash.Bug == "" {
		return 0, fmt.Errorf("%s: no bug line: want a crash file, such as hunt and verify print", files[0])
	}
	rows := fuzz.Bisect(crash, *limit)
	code := exitOK
	for i := range rows {
		switch row := &rows[i]; {
		case row.Kernel == crash.Kernel && !row.Has && row.Verdict != fuzz.Unknown:
			code = exitBug // the file does not do what it says
		case row.Verdict == fuzz.Unknown && code == exitOK:
			code = exitUnknown
		}
	}
	if *asJSON {
		return code, a.bisectJSON(files[0], crash, rows)
	}
	return code, a.bisectTable(files[0], crash, rows)
}

func (a *app) bisectJSON(name string, crash *fuzz.Program, rows []fuzz.Bisected) error {
	out := json.NewEncoder(a.out)
	for i := range rows {
		row := &rows[i]
		k, err := mm.FindKernel(row.Kernel)
		if err != nil {
			return err
		}
		verdict := row.Verdict.String()
		if row.Skipped != "" {
			verdict = "skipped"
		}
		err = out.Encode(struct {
			Kernel     string `json:"kernel"`
			Model      string `json:"model"`
			Program    string `json:"program"`
			Verdict    string `json:"verdict"`
			Why        string `json:"why,omitempty"`
			Bug        string `json:"bug"`
			Has        bool   `json:"has"`
			Executions int    `json:"executions"`
			Introduces bool   `json:"introduces"`
			Fixes      bool   `json:"fixes"`
			Changes    string `json:"changes"`
			Source     string `json:"source"`
		}{row.Kernel, crash.Model.String(), name, verdict, row.Why, row.Bug, row.Has, row.Executions,
			row.Introduces, row.Fixes, k.Changes, k.Source})
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *app) bisectTable(name string, crash *fuzz.Program, rows []fuzz.Bisected) error {
	fmt.Fprintf(a.out, "%s: under %v: %s\n\n", name, crash.Model, crash.Bug)
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for i := range rows {
		row := &rows[i]
		own := ""
		if row.Kernel == crash.Kernel && !row.Has {
			own = "; the file says that it has it"
		}
		word := fmt.Sprintf("%v, %d executions", row.Verdict, row.Executions)
		switch {
		case row.Skipped != "":
			word = "-, " + row.Skipped
		case row.Has:
			word = "has it"
		case row.Verdict == fuzz.Unknown:
			word += ": " + row.Why
		case row.Verdict == fuzz.Buggy:
			word = "another bug: " + row.Bug
		}
		fmt.Fprintf(w, "%s\t%s%s\n", row.Kernel, word, own)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(a.out)
	for i := range rows {
		row := &rows[i]
		k, err := mm.FindKernel(row.Kernel)
		if err != nil {
			return err
		}
		switch {
		case row.Introduces:
			fmt.Fprintf(a.out, "introduced by %s (%s): %s\n", k.Name, k.Source, k.Changes)
		case row.Has && k.Parent == "":
			fmt.Fprintf(a.out, "there since %s, the oldest in the table\n", k.Name)
		case row.Fixes && row.Verdict == fuzz.Buggy:
			fmt.Fprintf(a.out, "fixed by %s (%s), which leaves another: %s\n", k.Name, k.Source, k.Changes)
		case row.Fixes:
			fmt.Fprintf(a.out, "fixed by %s (%s): %s\n", k.Name, k.Source, k.Changes)
		}
	}
	return nil
}
