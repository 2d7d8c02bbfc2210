package fuzz

import "github.com/mmfuzz/mmfuzz/mm/sim"

// worker does runs of a hunt.
type worker struct {
	hunt      *Hunt
	runner    *Runner
	generator *generator
	mutator   *mutator
	drawer    drawer
	conflict  conflict
	program   *Program
	seen      *estimate
}

func newWorker(h *Hunt, seen *estimate) *worker {
	w := &worker{hunt: h, runner: newHastyRunner(), generator: newGenerator(), mutator: newMutator(anyShape()), seen: seen}
	w.conflict.places, w.conflict.learns = &w.runner.places, true
	return w
}

const (
	// conflictSchedules is how many schedules of a program the strategy conflict draws one after the other. When there is
	// but one program it is a batch. A batch is a multiple of it, so that what a run has learned from does not depend on
	// which worker did it.
	conflictSchedules = 32
	// stepsPerCall is about how many steps a call takes.
	stepsPerCall = 20
)

// batch does runs first to first+n-1.
func (w *worker) batch(first, n int) Stats {
	s := Stats{Runs: n}
	for i := first; i < first+n; i++ {
		w.take(i)
		o := w.run(i)
		w.seen.add(o.Hash)
		s.Steps += o.Steps
		if o.OutOfSteps {
			s.OutOfSteps++
		}
		if o.Bug != nil {
			s.addFinding(o.Title(), i, func() *Program { return w.found(i) })
			if w.hunt.Found != nil {
				s.all = append(s.all, Finding{Title: o.Title(), Count: 1, Run: i, Program: w.found(i)})
			}
		}
		w.conflict.learn()
	}
	return s
}

// atConflicts says whether the schedules are the strategy's that learns from run to run.
func (w *worker) atConflicts() bool { return w.hunt.Strategy == "conflict" }

// inARow is how many runs that strategy does of a program one after the other.
func (w *worker) inARow() int {
	if w.hunt.Program != nil && !w.hunt.Mutate {
		return huntBatch
	}
	return conflictSchedules
}

// take makes the program of run i the current one.
func (w *worker) take(i int) {
	seed := w.seed(i)
	if w.atConflicts() {
		if i%w.inARow() != 0 {
			return
		}
		seed = w.seed(i / w.inARow())
		w.conflict.forget()
	}
	switch {
	case w.hunt.Program == nil:
		w.program = w.generator.generate(seed)
		w.program.Kernel, w.program.Model = w.hunt.Kernel, w.hunt.Model
	case w.hunt.Mutate:
		w.program = w.mutator.mutate(w.hunt.Program, seed)
	default:
		w.program = w.hunt.Program
	}
}

func (w *worker) seed(i int) uint64 { return mix64(w.hunt.Seed) + uint64(i) }

// run does run i of the current program.
func (w *worker) run(i int) Outcome { return w.runUnder(i, w.draw(i)) }

func (w *worker) runUnder(i int, ch sim.Chooser) Outcome {
	if w.atConflicts() && i%w.inARow() == 0 {
		// At every step, or it would not see the CPU that runs alone at the end.
		w.runner.boot(w.program.Kernel)
		m := w.runner.mm.Machine()
		m.SetEveryStep(true)
		defer m.SetEveryStep(false)
	}
	return w.runner.RunWith(w.program, ch)
}

// draw picks the schedule of run i. Its seed is not the program's, which would tie the two together.
func (w *worker) draw(i int) sim.Chooser {
	seed := w.seed(i)
	switch {
	case w.atConflicts():
		return w.drawAtConflicts(i%w.inARow(), ^seed)
	case w.hunt.Mutate && seed%2 == 0:
		return w.runner.choicesOf(w.program)
	}
	return w.drawer.draw(w.hunt.Strategy, ^seed, stepsPerCall*w.program.NumCalls())
}

// drawAtConflicts picks the schedule of that number of a program: the first, which the others learn from, is the program's
// own or the dull one.
func (w *worker) drawAtConflicts(number int, seed uint64) sim.Chooser {
	c := &w.conflict
	switch {
	case number > 0:
		c.reset(seed)
	case w.hunt.Mutate:
		c.lookOn(w.runner.choicesOf(w.program))
	default:
		c.lookOn(sim.Dull{})
	}
	return c
}

// found does run i again and returns it with the choices that it took.
func (w *worker) found(i int) *Program {
	w.runner.recorder.reset(w.draw(i), &w.runner.places)
	o := w.runUnder(i, &w.runner.recorder)
	p := w.program.Clone()
	p.Config, p.Choices, p.Bug = w.runner.mm.Config(), w.runner.recorded(), o.Title()
	return p
}
