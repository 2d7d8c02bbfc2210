package fuzz

import (
	"runtime"
	"sync"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Cell is a kernel under a model in a matrix: all scenarios together.
type Cell struct {
	Kernel string
	Model  sim.Model
	// Verdict is Buggy if a scenario has a bug, else Unknown if one has no verdict, else Safe.
	Verdict    Verdict
	Bug        string // Buggy: the title, of the first scenario that has one
	Scenario   int    // Buggy: which one that is
	Executions int    // of all scenarios
	Expected   bool   // the verdict is what the kernel's row expects
}

// Matrix verifies the scenarios on every kernel under every model, each for at most limit runs. The cells are in the
// order of the table of kernels, and of the models for each.
func Matrix(scenarios []*Program, limit int) []Cell {
	var cells []Cell
	for _, k := range mm.Kernels() {
		for _, model := range sim.Models() {
			cells = append(cells, Cell{Kernel: k.Name, Model: model})
		}
	}
	share(len(cells), func(v *Verifier, i int) { cells[i].fill(v, scenarios, limit) })
	return cells
}

// share does jobs 0 to n-1 on all processors, each of which has a Verifier of its own.
func share(n int, do func(v *Verifier, job int)) {
	jobs := make(chan int, n)
	for i := range n {
		jobs <- i
	}
	close(jobs)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			v := NewVerifier()
			defer v.Close()
			for i := range jobs {
				do(v, i)
			}
		})
	}
	workers.Wait()
}

func (cell *Cell) fill(v *Verifier, scenarios []*Program, limit int) {
	for i, scenario := range scenarios {
		p := scenario.Clone()
		p.Kernel, p.Model = cell.Kernel, cell.Model
		result := v.Verify(p, limit)
		cell.Executions += result.Executions
		switch {
		case result.Verdict == Buggy && cell.Verdict != Buggy:
			cell.Verdict, cell.Bug, cell.Scenario = Buggy, result.Witness.Bug, i
		case result.Verdict == Unknown && cell.Verdict == Safe:
			cell.Verdict = Unknown
		}
	}
	k, err := mm.FindKernel(cell.Kernel)
	cell.Expected = err == nil && cell.Verdict != Unknown && (k.Expect.Of("slub", cell.Model) != "") == (cell.Verdict == Buggy)
}
