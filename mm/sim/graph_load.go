package sim

import "math/bits"

// read picks the store that a load of cell i reads.
func (g *graph) read(c *CPU, i int32, o Order) (k int32, late int) {
	g.room()
	m := g.m
	k = g.list(i).head
	if o == Once && !g.eager && k == m.views[i].seen[c.id] {
		g.note(c, noteLoad, o, i, k, 0) // as below, where nothing is to be done
		g.n++
		return k, 0
	}
	if m.asking || k != m.views[i].seen[c.id] && !g.known(c, k) {
		if late = c.askAccess(Read, 0, access{cell: i, order: o}); late > 0 {
			k = m.candidates[late]
		}
	}
	g.note(c, noteLoad, o, i, k, 0)
	g.numberLoad(c, i, k, o)
	g.enterNow(late)
	return k, late
}

// list returns cell i with its list of messages, and what each CPU has seen of it.
func (g *graph) list(i int32) *cell {
	if x := &g.m.cells[i]; x.head != 0 {
		return x
	}
	return g.makeList(i)
}

func (g *graph) makeList(i int32) *cell {
	x, v := g.m.list(i), &g.m.views[i]
	for d := range g.ncpu {
		v.seen[d&(MaxCPUs-1)], v.last[d&(MaxCPUs-1)] = x.head, -1
	}
	return x
}

// answers finds out how many answers q has, and which.
func (g *graph) answers(q *Question) int {
	c := &g.m.cpus[q.CPU]
	g.enterNotes()
	switch {
	case q.rmw:
		g.mbBeforeAtomic(c, g.asked.order)
		return g.rmwSources(c, &g.asked)
	case q.Kind == Write:
		return g.places(c, q.cell, q.order)
	default:
		return g.sources(c, q.cell, q.order)
	}
}

// sources finds the stores that the next load of c, of cell i, may read, newest
// first.
func (g *graph) sources(c *CPU, i int32, o Order) int {
	m := g.m
	x := &m.cells[i]
	var order, before, later set
	g.loadOrder(c, o, &order)
	m.candidates[0] = x.head
	n := 1
	for j := x.head; j != m.views[i].seen[c.id] && m.msgs[j].event >= g.base; {
		later.add(g.slot(m.msgs[j].event))
		j = m.msgs[j].older
		before.assign(&order, g.full)
		g.addSource(c, j, &before)
		if g.forbidden(c, &later, &before, &g.cpus[c.id].prop[byStrong]) {
			if g.forbidden(c, &later, &order, &g.cpus[c.id].prop[byStrong]) {
				break // so are older ones
			}
			continue
		}
		if n == maxCandidates {
			g.settled = true
			break
		}
		m.candidates[n] = j
		n++
	}
	return n
}

// loadOrder returns what is ordered before the next load of a CPU, whatever
// store that reads.
func (g *graph) loadOrder(c *CPU, o Order, before *set) {
	u := &g.cpus[c.id]
	switch g.m.model {
	case SC:
		before.assign(&u.before[beforeAll], g.full)
		before.union(&u.before[allEvents], g.words)
		return
	case TSO:
		before.assign(&u.before[beforeAll], g.full)
		before.union(&u.before[allLoads], g.words)
		return
	}
	before.assign(&u.before[beforeAll], g.full)
	if o != NoReturn {
		before.union(&u.before[beforeLoads], g.words)
	}
	if g.m.explicit {
		g.addDepends(&c.addr, before)
	}
}

// addSource adds what comes before a load of c because it reads message k: the
// store (rfe), what the store depends on (dep;rfi), and events of c that read
// or wrote something older than a store that has propagated to it (prop & int).
func (g *graph) addSource(c *CPU, k int32, before *set) {
	src := g.m.msgs[k].event
	if src < g.base {
		return
	}
	if int(g.at(src).cpu) == c.id {
		if g.m.model == LKMM {
			before.union(&g.at(src).deps, g.words)
		}
		return
	}
	g.addEvent(before, src)
	if g.m.model != LKMM {
		return
	}
	fresh := g.at(src).props.minus(&g.cpus[c.id].prop[known], g.words)
	g.addOverwritten(c.id, &fresh, before)
}

// addOverwritten adds the events of a CPU that are on the same variable as a
// store of stores by another CPU and come before it in coherence order.
func (g *graph) addOverwritten(cpu int, stores, before *set) {
	for k := 0; k < g.words; k++ {
		for w := stores[k]; w != 0; w &= w - 1 {
			s := &g.events[k<<6+bits.TrailingZeros64(w)]
			if int(s.cpu) == cpu {
				continue
			}
			for e := g.m.views[s.cell].last[cpu]; e >= g.base; e = g.at(e).prev {
				if g.at(e).pos < s.pos && !before.has(g.slot(e)) {
					g.addEvent(before, e)
				}
			}
		}
	}
}

// numberLoad gives the next number to a load of c that reads message k of cell i.
func (g *graph) numberLoad(c *CPU, i, k int32, o Order) {
	msg := &g.m.msgs[k]
	g.m.views[i].seen[c.id] = k
	c.lastLoad = g.n
	g.n++
	if msg.clock != 0 && int(msg.cpu) != c.id {
		g.clocks.load(c, msg.clock, o)
	}
}

// enterLoad enters a load of c that reads message k of cell i.
func (g *graph) enterLoad(c *CPU, i int32, o Order, k int32) {
	u := &g.cpus[c.id]
	var before set
	g.loadOrder(c, o, &before)
	g.addSource(c, k, &before)
	msg := &g.m.msgs[k]
	e := g.newEvent(c, i, false, msg.pos, msg.event)
	g.at(e).before.assign(&before, g.full)
	before.add(g.slot(e))

	external := msg.event >= g.base && int(msg.cpu) != c.id
	if o != NoReturn {
		before.unionInto(&u.before[allEvents], &u.before[allLoads], g.words)
	} else {
		u.before[allEvents].union(&before, g.words)
	}
	if external {
		u.prop[toAll].union(&g.at(msg.event).props, g.words)
	}
	if o == Acquire || o == Dereference && !g.m.explicit || o == locking {
		u.before[beforeAll].union(&before, g.words)
		if external {
			u.prop[known].union(&g.at(msg.event).props, g.words)
		}
	}
}
