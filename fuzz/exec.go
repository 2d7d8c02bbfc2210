package fuzz

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz/litmus"
	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// drawnSchedules is how many schedules each input is run under besides its own choices: most where a run costs least.
// Every interleaving of sc is one of the other models too; those are for what is late.
var drawnSchedules = [...]int{sim.SC: 20, sim.TSO: 2, sim.LKMM: 1}

// randomEvery: of so many of those one is drawn without regard to conflicts.
const randomEvery = 5

// learningSchedules is how many schedules of a program are learned from: later ones show little that is new.
const learningSchedules = 4

// companies is how many longer programs each input is run in where there is one kernel to fuzz, and companySchedules under
// how many drawn schedules each; many kernels share one. Go's engine has no mutators but those of bytes, from which long
// programs with a point come seldom; and it is in those that the rare bugs are.
const (
	companies        = 4
	companySchedules = 4
	companyCalls     = 32 // at most, with those of the input
)

// Exec runs the inputs of one fuzz target.
type Exec struct {
	shape    *Shape
	subjects []Subject
	runner   *Runner
	decoder  *decoder
	random   random
	conflict conflict
	mutator  *mutator
	// An input is run in company on one of the hosts: under sc, if that is among the models, where it costs least.
	hosts     []int  // indices of subjects
	companies int    // how many
	finished  int    // see plan: of the schedules of an input by itself
	allocator string // of all programs, "": that of each
	runs      int
	litmus    *litmus.Runner // of a target that needs it, else nil

	addresses        map[string]sim.Addr // of words, by name
	waiting, isolate []mm.Call           // for CheckAddress: a freed slab that waits for its grace period, and its isolation
	want, got        []uint64            // for CheckKernels: results
}

// NewExec returns an Exec for inputs of that shape; nil for inputs that are text.
func NewExec(shape *Shape, subjects []Subject) *Exec {
	e := &Exec{
		shape:     shape,
		subjects:  subjects,
		runner:    newHastyRunner(),
		decoder:   newDecoder(),
		addresses: map[string]sim.Addr{},
		waiting:   parseCalls("kmem_cache_alloc c1 s0", "kmem_cache_free s0", "kmem_cache_shrink c1"),
		isolate:   parseCalls("isolate_movable_page p0"),
	}
	if shape != nil {
		long := *shape
		long.Calls = max(shape.Calls, companyCalls)
		e.mutator = newMutator(&long)
	}
	for i := range subjects {
		if s := &subjects[i]; s.Model == sim.SC || !e.underSC(s.Kernel) {
			e.hosts = append(e.hosts, i)
		}
	}
	e.companies, e.finished = 1, 8
	if len(e.hosts) == 1 {
		e.companies, e.finished = companies, 2
	}
	e.conflict.places = &e.runner.places
	return e
}

// LookFor makes the bug of that title the only finding, also where it is known.
func (e *Exec) LookFor(title string) {
	for i := range e.subjects {
		e.subjects[i].only = title
	}
}

// UseAllocator makes all programs run with that slab allocator. It returns an error if a kernel has none of that name.
func (e *Exec) UseAllocator(name string) error {
	for i := range e.subjects {
		k, err := mm.FindKernel(e.subjects[i].Kernel)
		if err != nil {
			return err
		}
		if has := k.Allocators(); !slices.Contains(has, name) {
			return fmt.Errorf("%s has no allocator %q: want one of %s", k.Name, name, strings.Join(has, ", "))
		}
	}
	e.allocator = name
	return nil
}

// Close ends the coroutines of the kernels.
func (e *Exec) Close() {
	e.runner.Close()
	if e.litmus != nil {
		e.litmus.Close()
	}
}

// Runs returns how many programs have been run.
func (e *Exec) Runs() int { return e.runs }

// Program returns the program that data stands for, without a kernel. It is good until the next call.
func (e *Exec) Program(data []byte) *Program {
	p := e.decoder.decode(e.shape, data)
	if e.allocator != "" {
		p.Config.SetAlloc(e.allocator)
	}
	return p
}

// Bytes runs the program that data stands for on every subject, under its own choices and under schedules drawn from a
// hash of data. It returns the first run that has a bug as a program that repeats it, or nil. Without a bug it
// allocates nothing.
func (e *Exec) Bytes(data []byte) *Program {
	p := e.Program(data)
	seed := hashBytes(data)
	e.conflict.forget()
	for i := range e.subjects {
		s := &e.subjects[i]
		p.Kernel, p.Model = s.Kernel, s.Model
		plan := plan{first: e.firstSchedule(p), last: e.drawn(s), finished: e.finished}
		switch { // what ran before has shown most of what there is to learn
		case i == 0:
			plan.learn = learningSchedules
		case s.Model == sim.SC:
			plan.learnFrom, plan.learn = 1, 2
		}
		if found := e.schedules(s, p, seed, plan); found != nil {
			return found
		}
	}
	if len(e.hosts) == 0 {
		return nil
	}
	s := &e.subjects[e.hosts[seed%uint64(len(e.hosts))]]
	p.Kernel, p.Model = s.Kernel, s.Model
	for k := range uint64(e.companies) {
		e.conflict.forget()
		plan := plan{last: companySchedules, learn: learningSchedules, finished: 1}
		if found := e.schedules(s, e.mutator.lengthen(p, seed+k), seed+k, plan); found != nil {
			return found
		}
	}
	return nil
}

// plan says which schedules of a program to run.
type plan struct {
	first, last      int
	learnFrom, learn int // conflicts are learned from those of learnFrom on, before learn
	// One of so many is followed by the clean-up and the checks after it, which take about as long as a short program.
	finished int
}

// schedules runs p as planned, until there is a bug.
func (e *Exec) schedules(s *Subject, p *Program, seed uint64, plan plan) *Program {
	defer func() { e.runner.unfinished = false }()
	for i := plan.first; i <= plan.last; i++ {
		e.runs++
		e.runner.unfinished = (i-plan.first)%plan.finished != 0
		e.conflict.learns = plan.learnFrom <= i && i < plan.learn
		if o := e.runSchedule(p, seed, i); o.Bug != nil && s.reports(e.runner.alloc(), o.Title()) {
			return e.finding(p, seed, i)
		}
		e.conflict.learn()
	}
	return nil
}

// runSchedule runs schedule i of p.
func (e *Exec) runSchedule(p *Program, seed uint64, i int) Outcome {
	ch := e.chooser(p, seed, i)
	if i == 0 && e.conflict.learns {
		// At every step, or it would not see the CPU that runs alone at the end.
		e.runner.mm.Machine().SetEveryStep(true)
		defer e.runner.mm.Machine().SetEveryStep(false)
		e.conflict.lookOn(ch)
		ch = &e.conflict
	}
	return e.runner.RunWith(p, ch)
}

// firstSchedule is 0, p's own choices, unless those have been run on this kernel under sc and hold nothing late, so that
// the run would be the same: then it is 1, the first drawn one.
func (e *Exec) firstSchedule(p *Program) int {
	for i := range p.Choices {
		if k := p.Choices[i].Kind; k == Read || k == Write {
			return 0
		}
	}
	if p.Model != sim.SC && e.underSC(p.Kernel) {
		return 1
	}
	return 0
}

// drawn is how many schedules are drawn for a subject: as many as under sc when it is not run under sc as well.
func (e *Exec) drawn(s *Subject) int {
	if e.underSC(s.Kernel) {
		return drawnSchedules[s.Model]
	}
	return drawnSchedules[sim.SC]
}

func (e *Exec) underSC(kernel string) bool {
	return slices.ContainsFunc(e.subjects, func(s Subject) bool { return s.Kernel == kernel && s.Model == sim.SC })
}

// chooser returns schedule i of p: its own choices, then drawn ones.
func (e *Exec) chooser(p *Program, seed uint64, i int) sim.Chooser {
	switch {
	case i == 0:
		return e.runner.choicesOf(p)
	case i%randomEvery == 0:
		e.random.reset(seed + uint64(i))
		return &e.random
	}
	e.conflict.reset(seed + uint64(i))
	return &e.conflict
}

func (e *Exec) finding(p *Program, seed uint64, i int) *Program {
	e.runner.unfinished = false
	o := e.runner.record(p, e.chooser(p, seed, i))
	q := p.Clone()
	q.Config, q.Choices, q.Bug = e.runner.mm.Config(), e.runner.recorded(), o.Title()
	return q
}
