package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"strings"
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
	fmt.Fprintln(w, "NAME\tPARENT\tALLOCATORS\tSC\tTSO\tLKMM\tCHANGES\tSOURCE")
	for _, k := range mm.Kernels() {
		fmt.Fprintf(w, "%s\t%s\t%s", k.Name, orDash(k.Parent), strings.Join(k.Allocators(), ","))
		for _, m := range sim.Models() {
			verdict := "clean"
			if !k.Expect.Clean(m) {
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
		for _, alloc := range k.Allocators() {
			for _, m := range sim.Models() {
				if bug := k.Expect.Of(alloc, m); bug != "" {
					fmt.Fprintf(a.out, "%s with %s under %v: %s\n", k.Name, alloc, m, bug)
				}
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
		Name    string                       `json:"name"`
		Parent  string                       `json:"parent"`
		Changes string                       `json:"changes"`
		Source  string                       `json:"source"`
		Expect  map[string]map[string]string `json:"expect"` // by allocator and model
	}
	out := json.NewEncoder(a.out)
	for _, k := range mm.Kernels() {
		expect := map[string]map[string]string{}
		for _, alloc := range k.Allocators() {
			expect[alloc] = map[string]string{}
			for _, m := range sim.Models() {
				expect[alloc][m.String()] = k.Expect.Of(alloc, m)
			}
		}
		if err := out.Encode(row{k.Name, k.Parent, k.Changes, k.Source, expect}); err != nil {
			return err
		}
	}
	return nil
}
