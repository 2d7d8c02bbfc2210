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
	addresses := flags.Bool("addresses", false, "")
	kernel := flags.String("kernel", "", "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(files) > 0 {
		return 0, badFlags{fmt.Errorf("unexpected argument %q", files[0])}
	}
	if *kernel != "" && !*addresses {
		return 0, fmt.Errorf("-kernel %s: want it with -addresses", *kernel)
	}
	if *addresses {
		if *kernel == "" {
			*kernel = reportedKernel
		}
		k, err := mm.FindKernel(*kernel)
		if err != nil {
			return 0, err
		}
		return exitOK, kernelAddresses(a, k, *asJSON)
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

const reportedKernel = "next-20220927"

// kernelAddresses prints which configurations can put low bits 10 on the address of a callback.
func kernelAddresses(a *app, k *mm.Kernel, asJSON bool) error {
	if asJSON {
		return kernelAddressesJSON(a, k)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "CONFIGURATION\tENDIAN\t%s\n", strings.Join(mm.MappingCallbacks(), "\t"))
	for _, row := range k.Addresses() {
		endian := "little"
		if row.BigEndian {
			endian = "big"
		}
		fmt.Fprintf(w, "%s\t%s", row.Build, endian)
		for _, lowBits := range row.LowBits {
			var words []string
			for _, v := range lowBits {
				words = append(words, fmt.Sprintf("%02b", v))
			}
			if mm.Movable(lowBits) {
				words = append(words, "MOVABLE")
			}
			fmt.Fprintf(w, "\t%s", strings.Join(words, " "))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

func kernelAddressesJSON(a *app, k *mm.Kernel) error {
	out := json.NewEncoder(a.out)
	for _, row := range k.Addresses() {
		lowBits, movable := map[string][]uint64{}, map[string]bool{}
		for i, name := range mm.MappingCallbacks() {
			lowBits[name], movable[name] = row.LowBits[i], mm.Movable(row.LowBits[i])
		}
		err := out.Encode(struct {
			Kernel    string              `json:"kernel"`
			Build     string              `json:"build"`
			BigEndian bool                `json:"big_endian"`
			LowBits   map[string][]uint64 `json:"low_bits"`
			Movable   map[string]bool     `json:"movable"`
		}{k.Name, row.Build, row.BigEndian, lowBits, movable})
		if err != nil {
			return err
		}
	}
	return nil
}
