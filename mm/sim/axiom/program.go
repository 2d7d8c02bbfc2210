package axiom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Program is a litmus test without its condition: what each CPU does. Variables start at 0 but for Init. A variable is
// named by a string; "*r0" is the variable that register r0 points to.
type Program struct {
	Init    map[string]any
	Threads []Thread

	locs     []string
	regs     [][]string
	init     []*Expr
	narrow   []bool // the variable is an atomic_t, 32 bits
	resolved bool
}

// Thread is what one CPU does.
type Thread []Step

type stepKind uint8

const (
	stepRead stepKind = iota
	stepWrite
	stepRMW
	stepFence
	stepLock
	stepUnlock
	stepTrylock
	stepIf
	stepSet
)

// Step is a step of a thread. Build it with the functions named after the kernel's.
type Step struct {
	name string
	kind stepKind
	tag  Tag
	dst  string // register
	loc  string
	x, y *Expr // operands
	rmw  *rmwForm
	then []Step
	els  []Step

	dstReg, locReg, locIdx int
	run                    func(c *sim.CPU, a sim.Addr, narrow bool, x, y uint64) uint64
}

// address is where a variable lies on the machine: a cache line each.
func address(loc int) sim.Addr { return 0xffff888000001000 + 64*sim.Addr(loc) }

// resolve numbers the names.
func (p *Program) resolve() {
	if p.resolved {
		return
	}
	p.resolved = true
	p.regs = make([][]string, len(p.Threads))
	names := make([]string, 0, len(p.Init))
	for name := range p.Init {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		p.loc(name)
	}
	for t, steps := range p.Threads {
		p.resolveSteps(t, steps)
	}
	for _, name := range names {
		e := value(p.Init[name])
		p.resolveExpr(0, e)
		p.init[p.loc(name)] = e
	}
}

func (p *Program) loc(name string) int {
	i := slices.Index(p.locs, name)
	if i < 0 {
		i = len(p.locs)
		p.locs = append(p.locs, name)
		p.init = append(p.init, value(0))
		p.narrow = append(p.narrow, false)
	}
	return i
}

func (p *Program) reg(thread int, name string) int {
	i := slices.Index(p.regs[thread], name)
	if i < 0 {
		i = len(p.regs[thread])
		p.regs[thread] = append(p.regs[thread], name)
	}
	return i
}

func (p *Program) resolveExpr(thread int, e *Expr) {
	if e == nil {
		return
	}
	switch e.op {
	case 'r':
		e.n = p.reg(thread, e.name)
	case 'a':
		e.n = p.loc(e.name)
	default:
		p.resolveExpr(thread, e.x)
		p.resolveExpr(thread, e.y)
	}
}

func (p *Program) resolveSteps(thread int, steps []Step) {
	for i := range steps {
		s := &steps[i]
		p.resolveExpr(thread, s.x)
		p.resolveExpr(thread, s.y)
		s.dstReg, s.locReg = -1, -1
		if s.loc != "" && s.loc[0] == '*' {
			s.locReg = p.reg(thread, s.loc[1:])
		} else if s.loc != "" {
			s.locIdx = p.loc(s.loc)
			if s.rmw != nil && s.rmw.narrow {
				p.narrow[s.locIdx] = true
			}
		}
		if s.dst != "" {
			s.dstReg = p.reg(thread, s.dst)
		}
		p.resolveSteps(thread, s.then)
		p.resolveSteps(thread, s.els)
	}
}

// String is the program as text, a CPU a line.
func (p *Program) String() string {
	var b strings.Builder
	for t, steps := range p.Threads {
		fmt.Fprintf(&b, "cpu%d: %s\n", t, text(steps))
	}
	return b.String()
}

func text(steps []Step) string {
	var words []string
	for i := range steps {
		words = append(words, steps[i].String())
	}
	return strings.Join(words, "; ")
}

func (s *Step) String() string {
	switch s.kind {
	case stepSet:
		return s.dst + " = " + s.x.String()
	case stepIf:
		return "if (" + s.x.String() + ") { " + text(s.then) + " } else { " + text(s.els) + " }"
	}
	var args []string
	if s.loc != "" {
		args = append(args, s.loc)
	}
	for _, e := range []*Expr{s.x, s.y} {
		if e != nil {
			args = append(args, e.String())
		}
	}
	call := s.name + "(" + strings.Join(args, ", ") + ")"
	if s.dst != "" {
		call = s.dst + " = " + call
	}
	return call
}
