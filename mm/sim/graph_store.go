package sim

// write puts a store into coherence order. Half is a store of the 32 bits at
// shift of a wider variable: the other half is that of the store it goes after,
// so nothing may come between.
func (g *graph) write(c *CPU, i int32, v uint64, half bool, shift uint8, o Order) (k int32, late int) {
	g.room()
	m := g.m
	below := g.list(i).head
	if m.asking || below != m.views[i].seen[c.id] && !g.known(c, below) {
		if late = c.askAccess(Write, 0, access{cell: i, order: o, half: half}); late > 0 {
			below = m.candidates[late]
		}
	}
	if half {
		v = merge(m.msgs[below].val, v, shift)
	}
	e := g.note(c, noteStore, o, i, 0, 0)
	k = g.putStore(c, i, v, o, below, half)
	e.dst = k
	g.enterNow(late)
	return k, late
}

// places finds the stores that the next store of c to cell i may go after,
// newest first.
func (g *graph) places(c *CPU, i int32, o Order) int {
	m := g.m
	x := &m.cells[i]
	var order, before, later set
	g.storeOrder(c, i, o, &order)
	m.candidates[0] = x.head
	n := 1
	for j := x.head; j != m.views[i].seen[c.id] && m.msgs[j].event >= g.base; j = m.msgs[j].older {
		later.add(g.slot(m.msgs[j].event))
		if !m.gapBelow(j) {
			continue
		}
		before.assign(&order, g.full)
		g.addCoherence(i, m.msgs[j].older, &before)
		if g.forbidden(c, &later, &before, &g.cpus[c.id].prop[byStrong]) {
			break
		}
		if n == maxCandidates {
			g.settled = true
			break
		}
		m.candidates[n] = m.msgs[j].older
		n++
	}
	return n
}

// laterThan adds to later the stores after message k in the coherence order of
// cell i.
func (g *graph) laterThan(k, i int32, later *set) {
	for j := g.m.cells[i].head; j != k; j = g.m.msgs[j].older {
		later.add(g.slot(g.m.msgs[j].event))
	}
}

// storeOrder returns what is ordered before the next store of c, to cell i.
func (g *graph) storeOrder(c *CPU, i int32, o Order, before *set) {
	u := &g.cpus[c.id]
	if g.m.model != LKMM {
		before.assign(&u.before[beforeAll], g.full)
		before.union(&u.before[allEvents], g.words)
		return
	}
	for k := 0; k < g.words && k < windowWords; k++ {
		before[k] = u.before[beforeAll][k] | u.before[beforeStores][k]
	}
	if g.m.explicit {
		for _, loads := range [...]*set{&c.addr, &c.data, &c.ctrl} {
			g.addDepends(loads, before)
		}
	} else {
		before.union(&u.before[allLoads], g.words)
	}
	if o == Release || o == unlocking {
		before.union(&u.before[allEvents], g.words)
	}
	for e := g.m.views[i].last[c.id]; e >= g.base; e = g.at(e).prev {
		g.addEvent(before, e) // overwrite & int
		if g.at(e).store {
			break
		}
	}
}

// addCoherence adds, for sc and tso, what co and fr put before a store that
// goes right after message below of cell i.
func (g *graph) addCoherence(i, below int32, before *set) {
	if g.m.model == LKMM {
		return
	}
	pos := g.m.msgs[below].pos
	for d := 0; d < g.ncpu; d++ {
		for e := g.m.views[i].last[d]; e >= g.base; e = g.at(e).prev {
			if g.at(e).pos <= pos {
				g.addEvent(before, e)
			}
		}
	}
}

// rmwLoad is what the store of an RMW has from its load.
type rmwLoad struct {
	props set   // stores that propagate on through the RMW (rmw-sequence)
	data  int32 // the load, if it gives the store its data, else -1
}

// putStore puts a store of c to cell i after message below in coherence order,
// and gives it its number. It returns its message.
func (g *graph) putStore(c *CPU, i int32, v uint64, o Order, below int32, glued bool) int32 {
	m := g.m
	x := &m.cells[i]
	pos := m.msgs[below].pos + 1<<32
	above := int32(0)
	if x.head != below {
		for above = x.head; m.msgs[above].older != below; {
			above = m.msgs[above].older
		}
		pos = m.msgs[below].pos + (m.msgs[above].pos-m.msgs[below].pos)/2
	}
	k, msg := m.addMessage()
	msg.set(c, v, pos, below, g.n, g.clocks.store(c, g.n, o), glued)
	if above != 0 {
		m.msgs[above].older = k
	} else {
		x.head, x.val = k, v
	}
	m.views[i].seen[c.id] = k
	g.n++
	return k
}

// enterStore enters a store of c, message k of cell i. load is nil for a store
// that is no part of an RMW.
func (g *graph) enterStore(c *CPU, i int32, o Order, k int32, load *rmwLoad) {
	u := &g.cpus[c.id]
	msg := &g.m.msgs[k]
	var before set
	g.storeOrder(c, i, o, &before)
	g.addCoherence(i, msg.older, &before)
	e := g.newEvent(c, i, true, msg.pos, -1)

	w := g.at(e)
	w.before.assign(&before, g.full)
	before.add(g.slot(e))
	if g.m.explicit {
		w.deps = set{}
		g.addDepends(&c.addr, &w.deps)
		g.addDepends(&c.data, &w.deps)
	} else {
		w.deps.assign(&u.before[allLoads], g.full)
	}
	var props set
	for k := 0; k < g.words && k < windowWords; k++ {
		props[k] = u.prop[byFences][k] | u.prop[byWmb][k]
	}
	if o == Release || o == unlocking {
		props.union(&u.prop[toAll], g.words)
	}
	if load != nil {
		props.union(&load.props, g.words)
		if load.data >= 0 {
			g.addEvent(&w.deps, load.data)
		}
	}
	props.add(g.slot(e))
	w.props.assign(&props, g.full)

	if w.ul = o == unlocking; w.ul {
		u.prop[toUnlock].assign(&u.prop[byCumul], g.full)
		u.before[beforeUnlock].assign(&u.before[allEvents], g.full)
		w.unlocks.assign(&u.prop[byCumul], g.full)
	}
	before.unionInto(&u.before[allEvents], &u.before[allStores], g.words)
	props.unionInto(&u.prop[toAll], &u.prop[byCumul], g.words)
	u.prop[toStores].union(&props, g.words)
}

// gapBelow reports whether a store may go between message k and the one before.
func (m *Machine) gapBelow(k int32) bool {
	msg := &m.msgs[k]
	return !msg.glued && msg.pos-m.msgs[msg.older].pos > 1
}
