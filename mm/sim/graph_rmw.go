package sim

// maxCandidates bounds how many stores an access is offered.
const maxCandidates = 16

// rmw does a read-modify-write: a load and a store with nothing between them in
// coherence order, or a load alone if it fails.
func (g *graph) rmw(c *CPU, r *rmwRequest) {
	g.room()
	m := g.m
	k := g.list(r.cell).head
	if m.asking || k != m.views[r.cell].seen[c.id] && !r.newest && g.rmwOpen(c, r) {
		g.asked = *r
		if r.late = c.askAccess(Read, 0, access{cell: r.cell, rmw: true}); r.late > 0 {
			k = m.candidates[r.late]
		}
	}
	base := m.msgs[k].val
	r.src = k
	r.old, r.new, r.ok = r.try(base)
	e := g.note(c, noteRMW, r.order, r.cell, k, 0)
	e.op = r.op
	if r.ok {
		if r.order == Mb {
			g.clocks.mb(c, g.n)
		}
		g.numberLoad(c, r.cell, k, loadPart(r.order))
		r.dst = g.putStore(c, r.cell, r.word(base, r.new), storePart(r.order), k, true)
		if r.order == Mb {
			g.clocks.mb(c, g.n)
		}
		e.dst = r.dst
	} else {
		e.kind = noteRMWFail
		g.numberLoad(c, r.cell, k, Once)
	}
	g.enterNow(r.late)
}

// rmwOpen reports whether an RMW could perhaps read another message than the
// newest. Most often that is put out of the question by what stands between.
func (g *graph) rmwOpen(c *CPU, r *rmwRequest) bool {
	m := g.m
	above := m.cells[r.cell].head
	if g.eager {
		return true
	}
	if g.known(c, above) {
		return false
	}
	for above != m.views[r.cell].seen[c.id] && m.msgs[above].event >= g.base {
		k := m.msgs[above].older
		if _, _, ok := r.try(m.msgs[k].val); !ok || m.gapBelow(above) {
			return true
		}
		above = k
	}
	return false
}

// mbBeforeAtomic does what an smp_mb__before_atomic does before the next RMW.
func (g *graph) mbBeforeAtomic(c *CPU, o Order) {
	u := &g.cpus[c.id]
	if u.mbBA && o != locking && g.m.model == LKMM {
		g.strongFence(u, &u.before[beforeMbBA], &u.prop[toMbBA])
		u.mbBA = false
	}
}

// enterRMW enters the load and the store of an RMW. later holds the stores that
// are after them in coherence order though they were done before, nil if none.
func (g *graph) enterRMW(c *CPU, e *note, later *set) {
	u := &g.cpus[c.id]
	g.mbBeforeAtomic(c, e.order)
	full := e.order == Mb || g.m.model == TSO
	if full {
		g.smpMb(u)
	}
	load := rmwLoad{data: -1}
	src := g.m.msgs[e.src].event
	if e.event >= g.base {
		g.enterLoad(c, e.cell, loadPart(e.order), e.src)
		if later != nil {
			g.overtaken(c, e.event, later)
		}
		if e.op != opXchg && e.op != opCmpxchg {
			load.data = e.event
		}
	} else {
		g.entered++ // the load alone is settled
	}
	if e.order == locking && g.m.model == LKMM {
		g.unlockLock(c, src)
	}
	if src >= g.base {
		load.props.assign(&g.at(src).props, g.full)
		load.props.remove(g.slot(src))
	}
	g.enterStore(c, e.cell, storePart(e.order), e.dst, &load)
	if later != nil {
		g.overtaken(c, e.event+1, later)
	}
	if full {
		g.smpMb(u)
	}
	g.throughRMW(u, e.order)
}

// enterRMWFail enters the load that is all there is of an RMW that failed.
func (g *graph) enterRMWFail(c *CPU, e *note, later *set) {
	u := &g.cpus[c.id]
	g.mbBeforeAtomic(c, e.order)
	locked := g.locked(e.order, e.op)
	if locked {
		g.smpMb(u)
	}
	g.enterLoad(c, e.cell, Once, e.src)
	if locked {
		g.smpMb(u)
	}
	if later != nil {
		g.overtaken(c, e.event, later)
	}
	if e.order != locking {
		g.throughRMW(u, e.order)
	}
}

// locked reports whether an RMW that fails is a full barrier all the same: on
// x86, where it is a locked instruction, unless it looked first and gave up.
func (g *graph) locked(o Order, op rmwOp) bool {
	return g.m.model == TSO && o != locking && op != opAddUnless
}

func (g *graph) throughRMW(u *graphCPU, o Order) {
	if o == locking {
		u.lock = true
		u.before[throughLock].assign(&u.before[allEvents], g.full)
		u.prop[toLock].assign(&u.prop[toAll], g.full)
		return
	}
	u.rmw = true
	u.before[throughRMW].assign(&u.before[allEvents], g.full)
	u.prop[toRMW].assign(&u.prop[toAll], g.full)
}

// loadPart and storePart split the order of an RMW over its two halves.
func loadPart(o Order) Order {
	switch o {
	case Acquire, NoReturn, locking:
		return o
	default:
		return Once
	}
}

func storePart(o Order) Order {
	if o == Release {
		return Release
	}
	return Once
}

// rmwSources finds the stores that an RMW may read, newest first.
func (g *graph) rmwSources(c *CPU, r *rmwRequest) int {
	m := g.m
	x := &m.cells[r.cell]
	n := 0
	var later set
	for k, above := x.head, int32(0); ; k, above = m.msgs[k].older, k {
		if above != 0 {
			later.add(g.slot(m.msgs[above].event))
		}
		if above == 0 || g.rmwAllowed(c, r, k, above, &later) {
			m.candidates[n] = k
			n++
		}
		if k == m.views[r.cell].seen[c.id] || m.msgs[k].event < g.base || r.newest {
			return n
		}
		if n == maxCandidates {
			g.settled = true
			return n
		}
	}
}

// rmwAllowed reports whether an RMW may read message k, which is not the
// newest: above is the one after it and later holds all after it.
func (g *graph) rmwAllowed(c *CPU, r *rmwRequest, k, above int32, later *set) bool {
	u := &g.cpus[c.id]
	_, _, ok := r.try(g.m.msgs[k].val)
	if !ok {
		var before set
		g.loadOrder(c, Once, &before)
		if g.locked(r.order, r.op) {
			before.union(&u.before[allEvents], g.words)
		}
		g.addSource(c, k, &before)
		return !g.forbidden(c, later, &before, &u.prop[byStrong])
	}
	if !g.m.gapBelow(above) {
		return false
	}
	var before, stores set
	g.loadOrder(c, loadPart(r.order), &before)
	strong := u.prop[byStrong]
	if g.m.model == TSO {
		before.union(&u.before[allEvents], g.words)
	} else if r.order == Mb {
		before.union(&u.before[allEvents], g.words)
		fresh := u.prop[toAll].minus(&strong, g.words)
		g.addPropagated(&fresh, &before)
		strong.union(&u.prop[toAll], g.words)
	}
	g.addSource(c, k, &before)
	if g.forbidden(c, later, &before, &strong) {
		return false
	}
	g.storeOrder(c, r.cell, storePart(r.order), &stores)
	g.addCoherence(r.cell, k, &stores)
	before.union(&stores, g.words)
	if r.order == locking {
		before.union(&u.before[beforeUnlock], g.words)
	}
	return !g.forbidden(c, later, &before, &strong)
}
