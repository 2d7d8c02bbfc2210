package fuzz

import (
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Cell is a kernel with an allocator under a model in a matrix: all scenarios together.
type Cell struct {
	Kernel    string
	Allocator string
	Model     sim.Model
	// Verdict is Buggy if a scenario has a bug, else Unknown if one has no verdict, else Safe.
	Verdict    Verdict
	Bug        string // Buggy: the title, of the first scenario that has one
	Scenario   int    // Buggy: which one that is
	Executions int    // of all scenarios
	// Expected says that no scenario has a bug that the kernel's row does not expect and, of the standard scenarios, that
	// one has the bug that the row names, or one of its class, if it names any.
	Expected bool
	// Results are those of the scenarios, nil for those that were left out. Those of scenarios that use no slab are the same
	// with each allocator of a kernel, and found once.
	Results []*Verification
}

// Matrix verifies the scenarios on every kernel with each of its allocators under every model, each for at most limit runs.
// If they are the standard ones, a kernel with a bug has to have it in one of them, and two isolators of a slab are left to
// the default allocator, since with SLAB they are a minute each. The cells are in the order of the table of kernels, of the
// allocators for each, and of the models for each of those.
func Matrix(scenarios []*Program, limit int, standard bool) []Cell {
	var cells []Cell
	for _, k := range mm.Kernels() {
		for _, allocator := range k.Allocators() {
			for _, model := range sim.Models() {
				cells = append(cells, Cell{Kernel: k.Name, Allocator: allocator, Model: model})
			}
		}
	}
	share(len(cells), func(v *Verifier, i int) { cells[i].verify(v, scenarios, limit, standard) })
	first := map[string]*Cell{} // of a kernel and model: the one with the default allocator
	for i := range cells {
		cell := &cells[i]
		on := cell.Kernel + " " + cell.Model.String()
		if first[on] == nil {
			first[on] = cell
		}
		cell.judge(scenarios, first[on].Results, standard)
	}
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

// on returns a program as the cell has it.
func (cell *Cell) on(p *Program) *Program {
	p = p.Clone()
	p.Kernel, p.Model = cell.Kernel, cell.Model
	p.Config.SetAlloc(cell.Allocator)
	return p
}

// verify runs the scenarios, but for those that the cell with the default allocator does as well, and those that are left
// to it.
func (cell *Cell) verify(v *Verifier, scenarios []*Program, limit int, brief bool) {
	byDefault := cell.kernel().Allocators()[0] == cell.Allocator
	cell.Results = make([]*Verification, len(scenarios))
	for i, scenario := range scenarios {
		if byDefault || scenario.WithEachAllocator(brief) {
			result := v.Verify(cell.on(scenario), limit)
			cell.Results[i] = &result
		}
	}
}

// judge says what the results come to, when those of the scenarios without slabs are like the others.
func (cell *Cell) judge(scenarios []*Program, others []*Verification, standard bool) {
	expect := cell.kernel().Expect.Of(cell.Allocator, cell.Model)
	named, known, done := expect == "" || !standard, true, false
	for i := range cell.Results {
		if !scenarios[i].usesSlabs() {
			cell.Results[i] = others[i]
		}
		result := cell.Results[i]
		if result == nil {
			continue
		}
		done = true
		cell.Executions += result.Executions
		switch {
		case result.Verdict == Buggy:
			title := result.Witness.Bug
			if cell.Verdict != Buggy {
				cell.Verdict, cell.Bug, cell.Scenario = Buggy, title, i
			}
			named = named || bugClass(title) == bugClass(expect)
			known = known && Expected(cell.on(result.Witness))
		case result.Verdict == Unknown && cell.Verdict == Safe:
			cell.Verdict = Unknown
		}
	}
	if !done {
		cell.Verdict = Unknown
	}
	asExpected := !standard || (expect != "") == (cell.Verdict == Buggy) // what is known besides is not for these
	cell.Expected = cell.Verdict != Unknown && asExpected && named && known
}

func (cell *Cell) kernel() *mm.Kernel {
	k, err := mm.FindKernel(cell.Kernel)
	if err != nil {
		panic(err) // it is from the table
	}
	return k
}

// usesSlabs reports whether the program calls the slab allocator.
func (p *Program) usesSlabs() bool {
	for _, calls := range p.Calls {
		for _, call := range calls {
			if strings.HasPrefix(mm.Ops()[call.Op].Name, "kmem_cache_") {
				return true
			}
		}
	}
	return false
}

// WithEachAllocator says whether p is to be run with each slab allocator of a kernel, and not with the default one alone: it
// uses slabs and, if brief, does not have two isolators, since with SLAB those are a minute each.
func (p *Program) WithEachAllocator(brief bool) bool {
	return p.usesSlabs() && !(brief && p.isolators() > 1)
}

// isolators returns how many CPUs isolate pages.
func (p *Program) isolators() int {
	n := 0
	for _, calls := range p.Calls {
		if slices.ContainsFunc(calls, func(call mm.Call) bool { return strings.HasPrefix(mm.Ops()[call.Op].Name, "isolate_") }) {
			n++
		}
	}
	return n
}
