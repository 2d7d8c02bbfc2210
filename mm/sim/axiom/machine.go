package axiom

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Runner runs programs on a machine.
type Runner struct {
	m     *sim.Machine
	model sim.Model
}

// maxVars bounds the variables of a program.
const maxVars = 16

// NewRunner makes a machine that runs programs under model. Trace says whether runs can be turned into executions.
func NewRunner(model sim.Model, trace bool) *Runner {
	m := sim.New(nil)
	m.Map(address(0), maxVars*8)
	m.SetTrace(trace)
	return &Runner{m: m, model: model}
}

// Run runs p once. A bug of the machine is an error: a program of ours has none.
func (r *Runner) Run(p *Program, chooser sim.Chooser) (Outcome, error) {
	p.resolve()
	r.m.Reset(r.model, chooser)
	for i, e := range p.init {
		if p.narrow[i] {
			r.m.Poke32(address(i), uint32(e.eval(nil)))
		} else {
			r.m.Poke(address(i), e.eval(nil))
		}
	}
	o := Outcome{p: p, Regs: make([][]uint64, len(p.Threads)), Final: make([]uint64, len(p.locs))}
	result := r.m.Run(len(p.Threads), func(c *sim.CPU) {
		o.Regs[c.ID()] = make([]uint64, len(p.regs[c.ID()]))
		p.execute(c, p.Threads[c.ID()], o.Regs[c.ID()])
	})
	if result.Bug != nil {
		return o, fmt.Errorf("cpu%d: %s %s", result.Bug.CPU, result.Bug.Title, result.Bug.Detail)
	}
	if result.OutOfSteps {
		return o, fmt.Errorf("out of steps")
	}
	for i := range o.Final {
		if p.narrow[i] {
			o.Final[i] = uint64(r.m.Peek32(address(i)))
		} else {
			o.Final[i] = r.m.Peek(address(i))
		}
	}
	return o, nil
}

// execute does steps on c.
func (p *Program) execute(c *sim.CPU, steps []Step, regs []uint64) {
	operand := func(e *Expr) uint64 {
		if e == nil {
			return 0
		}
		return e.eval(regs)
	}
	for i := range steps {
		s := &steps[i]
		x, y := operand(s.x), operand(s.y)
		switch s.kind {
		case stepIf:
			if x != 0 {
				p.execute(c, s.then, regs)
			} else {
				p.execute(c, s.els, regs)
			}
		case stepSet:
			regs[s.dstReg] = x
		default:
			a, narrow := address(s.locIdx), false
			if s.locReg >= 0 {
				a = sim.Addr(regs[s.locReg])
			} else if s.loc != "" {
				narrow = p.narrow[s.locIdx]
			}
			if v := s.run(c, a, narrow, x, y); s.dstReg >= 0 {
				regs[s.dstReg] = v
			}
		}
	}
}

// Execution turns the last run into an execution.
func (r *Runner) Execution() (*Graph, error) {
	return FromTrace(r.m.Events(), func(a sim.Addr) sim.Addr { return a })
}

// Exhaust runs p in all ways that the model has, calls visit after each run and returns how many there were. It stops
// early when visit answers false.
func (r *Runner) Exhaust(p *Program, visit func(Outcome) bool) (runs int, err error) {
	var d depthFirst
	for {
		d.next = 0
		o, err := r.Run(p, &d)
		if err != nil {
			return runs, fmt.Errorf("answers %v: %w", d.answers, err)
		}
		runs++
		if !visit(o) || !d.advance() {
			return runs, nil
		}
	}
}

// depthFirst is the Chooser that takes all ways, one after another: it gives the answers of the last run again but for
// the last that can be raised.
type depthFirst struct {
	answers []int
	of      []int
	next    int
}

func (d *depthFirst) Choose(q *sim.Question) int {
	if d.next == len(d.answers) {
		d.answers, d.of = append(d.answers, 0), append(d.of, q.N)
	}
	if d.of[d.next] != q.N {
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
