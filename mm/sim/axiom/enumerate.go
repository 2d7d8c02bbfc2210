package axiom

import "slices"

// Dependencies says which dependencies a program's executions have.
type Dependencies uint8

const (
	// AsWritten: what the program text says.
	AsWritten Dependencies = iota
	// AsMachine: the machine sees no registers. It takes every load that gives a value to control all later stores and to
	// give them their data, and all later accesses to depend on the address that an rcu_dereference gave.
	AsMachine
)

// Enumerate calls visit with every candidate execution of p that has a coherent look: what each read sees, and in
// which order the stores of a variable come, in all ways. visit judges it. The graph is valid during the call.
func (p *Program) Enumerate(deps Dependencies, visit func(*Graph, Outcome)) {
	p.resolve()
	alternatives := make([][]path, len(p.Threads))
	for t := range p.Threads {
		alternatives[t] = p.paths(t)
	}
	chosen := make([]*path, len(p.Threads))
	var choose func(t int)
	choose = func(t int) {
		if t == len(chosen) {
			newCandidate(p, chosen, deps, visit).readsFrom(0)
			return
		}
		for i := range alternatives[t] {
			chosen[t] = &alternatives[t][i]
			choose(t + 1)
		}
	}
	choose(0)
}

// candidate is one way through each thread, on its way to become an execution.
type candidate struct {
	p     *Program
	paths []*path
	first []int // per thread: where its events begin
	graph Graph
	visit func(*Graph, Outcome)

	vals   []*Expr // per event: the stored value; nil for a read
	reads  []int   // the reads, in the order they are given a source
	writes [][]int // per variable
	source []int   // per event: the write it reads from; -1
	rmwOf  []int   // per event: the write half of a read half; -1
	taken  []bool  // per write: an RMW reads it
	state  []uint8 // per event: its value is unknown, being computed, known
	order  [][]int // per variable: coherence order
}

func newCandidate(p *Program, paths []*path, deps Dependencies, visit func(*Graph, Outcome)) *candidate {
	c := &candidate{p: p, paths: paths, visit: visit, writes: make([][]int, len(p.locs)), order: make([][]int, len(p.locs))}
	add := func(e Event, val *Expr) int {
		c.graph.Events = append(c.graph.Events, e)
		c.vals = append(c.vals, val)
		c.source = append(c.source, -1)
		c.rmwOf = append(c.rmwOf, -1)
		return len(c.vals) - 1
	}
	for i, e := range p.init {
		c.writes[i] = append(c.writes[i], add(Event{CPU: -1, Tag: W | Init, Loc: uint64(address(i))}, e.inPath(nil)))
	}
	for t, q := range paths {
		first := len(c.vals)
		c.first = append(c.first, first)
		edges := func(to *[]Edge, from []int, i int) {
			for _, r := range from {
				*to = append(*to, Edge{first + r, i})
			}
		}
		for _, e := range q.events {
			i := add(Event{CPU: t, Tag: e.tag}, e.val)
			if e.loc < 0 {
				continue
			}
			c.graph.Events[i].Loc = uint64(address(e.loc))
			edges(&c.graph.Addr, e.addr, i)
			edges(&c.graph.Data, e.data, i)
			edges(&c.graph.Ctrl, e.ctrl, i)
			if e.tag&R != 0 {
				c.reads = append(c.reads, i)
			} else {
				c.writes[e.loc] = append(c.writes[e.loc], i)
			}
			if e.secondHalfOfRmw {
				c.graph.Rmw = append(c.graph.Rmw, Edge{i - 1, i})
				c.rmwOf[i-1] = i
			}
		}
	}
	if deps == AsMachine {
		c.graph.assumeDependencies()
	}
	c.taken = make([]bool, len(c.vals))
	c.state = make([]uint8, len(c.vals))
	return c
}

// assumeDependencies adds those that the machine takes for granted.
func (g *Graph) assumeDependencies() {
	for i, e := range g.Events {
		if e.Tag&R == 0 || e.Tag&Noreturn != 0 {
			continue
		}
		for j := i + 1; j < len(g.Events); j++ {
			f := g.Events[j]
			if f.CPU != e.CPU {
				continue
			}
			if f.Tag&W != 0 {
				g.Ctrl = append(g.Ctrl, Edge{i, j})
				g.Data = append(g.Data, Edge{i, j})
			}
			if e.Tag&deref != 0 && f.Tag&(R|W) != 0 {
				g.Addr = append(g.Addr, Edge{i, j})
			}
		}
	}
}

// readsFrom gives the n-th read and those after it a source, in all ways.
func (c *candidate) readsFrom(n int) {
	if n == len(c.reads) {
		if c.evaluate() {
			c.coherenceOf(0)
		}
		return
	}
	r := c.reads[n]
	e := c.graph.Events[r]
	for _, w := range c.writes[int(e.Loc-uint64(address(0)))/64] {
		f := c.graph.Events[w]
		if f.CPU == e.CPU && w > r || c.rmwOf[r] >= 0 && c.taken[w] {
			continue // its own future; or a store that another RMW took
		}
		c.source[r] = w
		if c.rmwOf[r] >= 0 {
			c.taken[w] = true
		}
		c.readsFrom(n + 1)
		if c.rmwOf[r] >= 0 {
			c.taken[w] = false
		}
	}
}

// evaluate computes all values. It is false when a guess was wrong, or a value depends on itself: out of thin air.
func (c *candidate) evaluate() bool {
	clear(c.state)
	for i, e := range c.graph.Events {
		if e.Tag&(R|W) != 0 && !c.known(i) {
			return false
		}
	}
	for t, q := range c.paths {
		for _, g := range q.guesses {
			if c.compute(t, g) == 0 {
				return false
			}
		}
	}
	return true
}

// known makes the value of event i known, if that can be.
func (c *candidate) known(i int) bool {
	const computing, done = 1, 2
	switch c.state[i] {
	case done:
		return true
	case computing:
		return false
	}
	c.state[i] = computing
	e := &c.graph.Events[i]
	if e.Tag&R != 0 {
		if !c.known(c.source[i]) {
			return false
		}
		e.Val = c.graph.Events[c.source[i]].Val
	} else {
		for _, r := range c.vals[i].reads(nil) {
			if !c.known(c.first[e.CPU] + r) {
				return false
			}
		}
		e.Val = c.compute(e.CPU, c.vals[i])
	}
	c.state[i] = done
	return true
}

func (c *candidate) compute(thread int, e *Expr) uint64 {
	switch e.op {
	case 'c':
		return e.c
	case 'e':
		return c.graph.Events[c.first[thread]+e.n].Val
	default:
		return operate(e.op, c.compute(thread, e.x), c.compute(thread, e.y))
	}
}

// coherenceOf orders the stores of variable loc and those after it, in all ways, and hands out the executions.
func (c *candidate) coherenceOf(loc int) {
	if loc == len(c.writes) {
		c.emit()
		return
	}
	c.order[loc] = append(c.order[loc][:0], c.writes[loc][0])
	c.insert(loc)
}

// insert appends each store that may come next.
func (c *candidate) insert(loc int) {
	order := c.order[loc]
	if len(order) == len(c.writes[loc]) {
		c.coherenceOf(loc + 1)
		return
	}
	last := order[len(order)-1]
	for _, w := range c.writes[loc] {
		if slices.Contains(order, w) {
			continue
		}
		ok := true
		for _, v := range c.writes[loc] { // a CPU's stores stay in order
			if v < w && c.graph.Events[v].CPU == c.graph.Events[w].CPU && !slices.Contains(order, v) {
				ok = false
			}
		}
		if c.rmwOf[w-1] == w && c.source[w-1] != last { // nothing comes into the middle of an RMW
			ok = false
		}
		if ok {
			c.order[loc] = append(order, w)
			c.insert(loc)
			c.order[loc] = order
		}
	}
}

func (c *candidate) emit() {
	g := &c.graph
	g.Rf, g.Co = g.Rf[:0], g.Co[:0]
	for _, r := range c.reads {
		g.Rf = append(g.Rf, Edge{c.source[r], r})
	}
	final := make([]uint64, len(c.order))
	for loc, order := range c.order {
		for i := 1; i < len(order); i++ {
			g.Co = append(g.Co, Edge{order[i-1], order[i]})
		}
		final[loc] = g.Events[order[len(order)-1]].Val
	}
	o := Outcome{p: c.p, Final: final}
	for t, q := range c.paths {
		regs := make([]uint64, len(q.regs))
		for i, e := range q.regs {
			regs[i] = c.compute(t, e)
		}
		o.Regs = append(o.Regs, regs)
	}
	c.visit(g, o)
}

// Outcomes returns the outcomes of the executions that judge, a method of Checker, finds nothing wrong with.
func (p *Program) Outcomes(deps Dependencies, loadBuffering bool, judge func(*Graph) string) *Outcomes {
	var set Outcomes
	p.Enumerate(deps, func(g *Graph, o Outcome) {
		g.NoLoadBuffering = !loadBuffering
		if judge(g) == "" {
			set.Add(o)
		}
	})
	return &set
}
