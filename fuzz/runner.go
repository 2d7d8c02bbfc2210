package fuzz

import (
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// callMark begins the note that a traced run leaves where a call begins.
const callMark = "> "

// Outcome says how a run ended.
type Outcome struct {
	Bug        *sim.Bug // nil: none
	Steps      int
	OutOfSteps bool // no verdict
	Hash       uint64

	pruned, settled bool // of an explorer's runs, see sim.Result
}

// Title returns the title of the bug, "" if there is none.
func (o *Outcome) Title() string {
	if o.Bug == nil {
		return ""
	}
	return o.Bug.Title
}

// Runner runs programs. It keeps one simulated kernel of each name, since making one costs far more than a run. It is
// not safe for concurrent use.
type Runner struct {
	names    []string
	machines []*mm.MM
	mm       *mm.MM
	program  *Program
	body     func(*sim.CPU)
	places   [sim.MaxCPUs]place
	ended    int // the first event of the clean-up after the program, -1 when it did not end
	replay   replay
	recorder recorder

	exhaustive bool // its machines are for explorers
	hasty      bool // its machines do not look back as far as those of explorers, and so take half the time under lkmm
	unfinished bool // runs end with the program: no clean-up, and no checks after it
}

// newHastyRunner returns a Runner for many schedules that are drawn.
func newHastyRunner() *Runner {
	r := NewRunner()
	r.hasty = true
	return r
}

// NewRunner returns a Runner without kernels: they are made when first needed.
func NewRunner() *Runner {
	r := &Runner{}
	// A function without a name, so that it is not in traces: those show kernel functions.
	r.body = func(c *sim.CPU) {
		for i, call := range r.program.Calls[c.ID()] {
			r.places[c.ID()] = place{call: i, start: c.Steps()}
			if c.Tracing() {
				c.Note(callMark + callText(mm.Ops(), call))
			}
			r.mm.Call(c, call)
		}
	}
	return r
}

// Close ends the coroutines of all kernels.
func (r *Runner) Close() {
	for _, m := range r.machines {
		m.Machine().Close()
	}
}

// boot makes the kernel of that name current.
func (r *Runner) boot(kernel string) {
	i := slices.Index(r.names, kernel)
	if i < 0 {
		k, err := mm.FindKernel(kernel)
		if err != nil {
			panic(err) // programs hold names of known kernels only
		}
		i = len(r.names)
		r.names = append(r.names, kernel)
		kernel := mm.New(k)
		kernel.Machine().SetExhaustive(r.exhaustive)
		kernel.Machine().SetLongWindow(!r.hasty)
		r.machines = append(r.machines, kernel)
	}
	r.mm = r.machines[i]
}

// alloc returns the allocator of the last run.
func (r *Runner) alloc() string {
	config := r.mm.Config()
	return config.Alloc()
}

// RunWith runs p's calls under the schedule that ch picks. It allocates nothing once the kernel exists, unless there is a bug.
func (r *Runner) RunWith(p *Program, ch sim.Chooser) Outcome {
	r.boot(p.Kernel)
	r.program = p
	r.places, r.ended = [sim.MaxCPUs]place{}, -1
	warning := r.mm.Boot(p.Config, p.Model, ch)
	m := r.mm.Machine()
	if warning != nil {
		return Outcome{Bug: warning}
	}
	var result sim.Result
	if len(p.Calls) > 0 {
		result = m.Run(len(p.Calls), r.body)
	}
	o := Outcome{Bug: result.Bug, Steps: result.Steps, OutOfSteps: result.OutOfSteps, Hash: result.Hash,
		pruned: result.Pruned, settled: result.Settled}
	if o.Bug == nil && !o.OutOfSteps && !o.pruned && !r.unfinished {
		r.ended = len(m.Events())
		end := r.mm.Finish()
		o.Bug, o.OutOfSteps = end.Bug, end.OutOfSteps
	}
	return o
}

// Run runs p under its own choices.
func (r *Runner) Run(p *Program) Outcome {
	r.boot(p.Kernel)
	r.replay.reset(p.Choices, r.mm)
	return r.RunWith(p, &r.replay)
}

// Unused returns the choices that the last Run had no use for.
func (r *Runner) Unused() []Choice { return r.replay.unused() }

// record runs p under ch and writes down the choices for recorded.
func (r *Runner) record(p *Program, ch sim.Chooser) Outcome {
	r.recorder.reset(ch, &r.places)
	return r.RunWith(p, &r.recorder)
}

// recorded returns the choices that repeat the run that record did last.
func (r *Runner) recorded() []Choice {
	choices := make([]Choice, len(r.recorder.taken))
	for i, a := range r.recorder.taken {
		choices[i] = a.choice
		if k := a.choice.Kind; k == Read || k == Write {
			choices[i].Word = r.mm.AddrName(a.addr)
		}
	}
	slices.SortStableFunc(choices, Choice.compareKey)
	return choices
}

// Trace is what happened in a run.
type Trace struct {
	Program   *Program
	Outcome   Outcome
	Unused    []Choice // choices of the program that the run had no use for
	events    []sim.Event
	ended     int // the first event of the clean-up after the program, -1 when it did not end
	cpus      int
	variables map[sim.Addr]*Variable
	mm        *mm.MM
}

// Trace runs p under its own choices and returns what happened. The result is good until the next run.
func (r *Runner) Trace(p *Program) *Trace {
	r.boot(p.Kernel)
	m := r.mm.Machine()
	m.SetTrace(true)
	o := r.Run(p)
	t := &Trace{Program: p, Outcome: o, Unused: r.replay.unused(), events: slices.Clone(m.Events()), ended: r.ended,
		cpus: max(len(p.Calls), 1), mm: r.mm}
	m.SetTrace(false)
	r.mm.Boot(p.Config, p.Model, sim.Dull{}) // as the run began
	t.link()
	return t
}
