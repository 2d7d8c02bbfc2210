package fuzz

import (
	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Bisected is what the program of a crash comes to on one kernel.
type Bisected struct {
	Kernel     string
	Skipped    string // not tried, as the kernel lacks what the program's config asks for
	Verdict    Verdict
	Why        string // Unknown: what stood in the way
	Bug        string // Buggy: the title
	Has        bool   // it has the bug of the crash
	Executions int
	Introduces bool // it has the bug, and its parent does not
	Fixes      bool // it does not have the bug, and its parent does
}

// Bisect tries a crash on every kernel, in the order of the table: first as it is, then every execution of its program
// under its model, up to limit runs. Bugs of other titles do not end the search for the one of the crash.
func Bisect(crash *Program, limit int) []Bisected {
	kernels := mm.Kernels()
	rows := make([]Bisected, len(kernels))
	share(len(rows), func(v *Verifier, i int) {
		rows[i].Kernel = kernels[i].Name
		if err := kernels[i].CheckConfig(crash.Config); err != nil {
			rows[i].Skipped = err.Error()
			return
		}
		rows[i].fill(v, crash, limit)
	})
	of := map[string]*Bisected{}
	for i, k := range kernels {
		of[k.Name] = &rows[i]
		parent := of[k.Parent]
		if parent == nil {
			continue
		}
		rows[i].Introduces = rows[i].Has && parent.lacks()
		rows[i].Fixes = rows[i].lacks() && parent.Has
	}
	return rows
}

func (row *Bisected) lacks() bool { return !row.Has && row.Skipped == "" && row.Verdict != Unknown }

func (row *Bisected) fill(v *Verifier, crash *Program, limit int) {
	p := crash.Clone()
	p.Kernel = row.Kernel
	if o := v.plain.Run(p); o.Title() == crash.Bug {
		row.Verdict, row.Bug, row.Has, row.Executions = Buggy, crash.Bug, true, 1
		return
	}
	result := v.search(p, crash.Bug, limit)
	row.Verdict, row.Why, row.Executions = result.Verdict, result.Why, result.Executions
	if result.Witness != nil {
		row.Bug = result.Witness.Bug
		row.Has = row.Bug == crash.Bug
	}
}

// CrashModels returns the memory models under which the program of a crash has its bug on its kernel, as it is or, up to
// limit runs, in another execution.
func CrashModels(crash *Program, limit int) []sim.Model {
	v := NewVerifier()
	defer v.Close()
	var models []sim.Model
	for _, m := range sim.Models() {
		p := crash.Clone()
		p.Model = m
		row := Bisected{Kernel: crash.Kernel}
		if row.fill(v, p, limit); row.Has {
			models = append(models, m)
		}
	}
	return models
}
