package axiom

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Runner runs programs on a machine.
type Runner struct {
	m     *sim.Machine
	model sim.Model
	deps  Dependencies
	o     Outcome
	cpus  [sim.MaxCPUs]thread
}

// maxVars bounds the variables of a program.
const maxVars = 16

// narrowOffset is where an atomic_t lies in the line of its variable: a word that is split, so that it has a coherence
// order of its own.
const narrowOffset = 8

// NewRunner makes a machine that runs programs under model, with those dependencies.
func NewRunner(model sim.Model, deps Dependencies) *Runner {
	m := sim.New(nil)
	m.Map(address(0), maxVars*8)
	for i := range maxVars {
		m.Split(address(i) + narrowOffset)
	}
	m.SetDependencies(deps == AsWritten)
	return &Runner{m: m, model: model, deps: deps}
}

// Machine is what the programs run on: to trace it, or to explore it.
func (r *Runner) Machine() *sim.Machine { return r.m }

// Run runs p once. The outcome is valid until the next run.
func (r *Runner) Run(p *Program, chooser sim.Chooser) (Outcome, sim.Result) {
	p.resolve()
	r.m.Reset(r.model, chooser)
	for i, e := range p.init {
		if p.narrow[i] {
			r.m.Poke32(address(i)+narrowOffset, uint32(e.eval(nil)))
		} else {
			r.m.Poke(address(i), e.eval(nil))
		}
	}
	o := &r.o
	if o.p != p {
		*o = Outcome{p: p, Regs: make([][]uint64, len(p.Threads)), Final: make([]uint64, len(p.locs))}
		for t, names := range p.regs {
			o.Regs[t] = make([]uint64, len(names))
		}
	}
	for t := range p.Threads {
		clear(o.Regs[t])
		r.cpus[t] = thread{p: p, c: r.m.CPU(t), regs: o.Regs[t], from: r.cpus[t].from[:0]}
		if r.deps == AsWritten && r.model == sim.LKMM {
			r.cpus[t].knows = true
			r.cpus[t].from = append(r.cpus[t].from, make([]sim.Loads, len(o.Regs[t]))...)
		}
	}
	result := r.m.Run(len(p.Threads), func(c *sim.CPU) { r.cpus[c.ID()].execute(p.Threads[c.ID()]) })
	for i := range o.Final {
		if p.narrow[i] {
			o.Final[i] = uint64(r.m.Peek32(address(i) + narrowOffset))
		} else {
			o.Final[i] = r.m.Peek(address(i))
		}
	}
	return *o, result
}

// thread is a thread on its way.
type thread struct {
	p     *Program
	c     *sim.CPU
	regs  []uint64
	from  []sim.Loads // per register: the loads that its value comes from
	knows bool        // the machine must be told of dependencies
	ctrl  sim.Loads   // the loads that decided that we are here
}

func (t *thread) execute(steps []Step) {
	operand := func(e *Expr) uint64 {
		if e == nil {
			return 0
		}
		return e.eval(t.regs)
	}
	for i := range steps {
		s := &steps[i]
		x, y := operand(s.x), operand(s.y)
		switch s.kind {
		case stepIf:
			ctrl := t.ctrl
			t.ctrl = ctrl.Union(t.loads(s.x))
			if x != 0 {
				t.execute(s.then)
			} else {
				t.execute(s.els)
			}
			t.ctrl = ctrl
		case stepSet:
			t.regs[s.dstReg] = x
			if t.knows {
				t.from[s.dstReg] = t.loads(s.x)
			}
		default:
			t.access(s, x, y)
		}
	}
}

// access does a step of the machine.
func (t *thread) access(s *Step, x, y uint64) {
	a, narrow := address(s.locIdx), false
	if s.locReg >= 0 {
		a = sim.Addr(t.regs[s.locReg])
	} else if s.loc != "" {
		narrow = t.p.narrow[s.locIdx]
	}
	if narrow {
		a += narrowOffset
	}
	var data sim.Loads
	if t.knows && s.kind != stepFence {
		var addr sim.Loads
		if s.locReg >= 0 {
			addr = t.from[s.locReg]
		}
		data = t.loads(s.x).Union(t.loads(s.y))
		t.c.Depend(addr, data, t.ctrl)
	}
	v := s.run(t.c, a, narrow, x, y)
	if s.dstReg < 0 {
		return
	}
	t.regs[s.dstReg] = v
	if t.knows {
		t.from[s.dstReg] = t.c.LastLoad()
		if s.rmw != nil && s.rmw.givesNew {
			t.from[s.dstReg] = t.from[s.dstReg].Union(data)
		}
	}
}

// loads are those that e depends on.
func (t *thread) loads(e *Expr) (l sim.Loads) {
	switch {
	case e == nil || !t.knows || e.op == 'c' || e.op == 'a':
		return l
	case e.op == 'r':
		return t.from[e.n]
	default:
		return t.loads(e.x).Union(t.loads(e.y))
	}
}

// Execution turns the last run into an execution.
func (r *Runner) Execution() (*Graph, error) {
	return FromTrace(r.m.Events(), func(a sim.Addr) sim.Addr { return a })
}

// Exhaust runs p in all ways that the model has, calls visit after each run and returns how many there were. It stops
// early when visit answers false. A bug of the machine is an error: programs of ours have none.
func (r *Runner) Exhaust(p *Program, visit func(Outcome) bool) (runs int, err error) {
	var d depthFirst
	for {
		d.next = 0
		o, result := r.Run(p, &d)
		if bug := result.Bug; bug != nil {
			return runs, fmt.Errorf("answers %v: cpu%d: %s %s", d.answers, bug.CPU, bug.Title, bug.Detail)
		}
		if result.OutOfSteps {
			return runs, fmt.Errorf("answers %v: out of steps", d.answers)
		}
		runs++
		if !visit(o) || !d.advance() {
			return runs, nil
		}
	}
}

// depthFirst is the Chooser that takes all ways, one after another: it gives the answers of the last run again but for
// the last that can be raised. It does not put a barrier off: what other CPUs do before or after it is all the same.
type depthFirst struct {
	answers []int
	of      []int
	next    int
}

func (d *depthFirst) Choose(q *sim.Question) int {
	if q.Kind == sim.Run && !q.Forced && q.Next == sim.EvFence {
		return 0
	}
	if d.next == len(d.answers) {
		d.answers, d.of = append(d.answers, 0), append(d.of, q.N())
	}
	if d.of[d.next] != q.N() {
		panic("axiom: the machine asked another question than the last time")
	}
	d.next++
	return d.answers[d.next-1]
}

// advance moves on to the next way, if there is one.
func (d *depthFirst) advance() bool {
	for n := len(d.answers); n > 0; n-- {
		if d.answers[n-1]+1 < d.of[n-1] {
			d.answers, d.of = d.answers[:n], d.of[:n]
			d.answers[n-1]++
			return true
		}
	}
	return false
}
