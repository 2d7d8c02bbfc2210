package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"text/tabwriter"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

func kernels(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("kernels", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(files) > 0 {
		return 0, fmt.Errorf("unexpected argument %q", files[0])
	}
	if *asJSON {
		return exitOK, kernelsJSON(a)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tPARENT\tSC\tTSO\tLKMM\tCHANGES\tSOURCE")
	for _, k := range mm.Kernels() {
		fmt.Fprintf(w, "%s\t%s", k.Name, orDash(k.Parent))
		for _, m := range sim.Models() {
			verdict := "clean"
			if k.Expect.Of(m) != "" {
				verdict = "bug"
			}
			fmt.Fprintf(w, "\t%s", verdict)
		}
		fmt.Fprintf(w, "\t%s\t%s\n", k.Changes, k.Source)
	}
	if err := w.Flush(); err != nil {
		return 0, err
	}
	for _, k := range mm.Kernels() {
		for _, m := range sim.Models() {
			if bug := k.Expect.Of(m); bug != "" {
				fmt.Fprintf(a.out, "%s under %v: %s\n", k.Name, m, bug)
			}
		}
	}
	return exitOK, nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func kernelsJSON(a *app) error {
	type row struct {
		Name    string            `json:"name"`
		Parent  string            `json:"parent"`
		Changes string            `json:"changes"`
		Source  string            `json:"source"`
		Expect  map[string]string `json:"expect"`
	}
	out := json.NewEncoder(a.out)
	for _, k := range mm.Kernels() {
		expect := map[string]string{}
		for _, m := range sim.Models() {
			expect[m.String()] = k.Expect.Of(m)
		}
		if err := out.Encode(row{k.Name, k.Parent, k.Changes, k.Source, expect}); err != nil {
			return err
		}
	}
	return nil
}
