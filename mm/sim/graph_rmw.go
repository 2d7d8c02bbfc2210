package sim

// maxCandidates bounds how many stores an access is offered.
const maxCandidates = 16

// rmw does a read-modify-write: a load and a store with nothing between them in
// coherence order, or a load alone if it fails.
func (g *graph) rmw(c *CPU, r *rmwRequest) {
	g.room()
	m := g.m
	x := m.list(r.cell)
	u := &g.cpus[c.id]
	if u.mbBA && r.order != locking && m.model == LKMM {
		g.strongFence(u, &u.before[beforeMbBA], &u.prop[toMbBA])
		u.mbBA = false
	}
	k := x.head
	if m.asking || k != m.views[r.cell].seen[c.id] && !r.newest {
		r.late = c.askSource(Read, r.cell, g.rmwSources(c, r))
		k = m.candidates[r.late]
	}
	var later set
	above := g.laterThan(k, r.cell, &later)
	var base uint64
	r.src, base = k, m.msgs[k].val
	r.old, r.new, r.ok = r.try(base)
	if !r.ok {
		locked := g.locked(r)
		if locked {
			g.smpMb(u)
		}
		g.addLoad(c, r.cell, Once, k)
		if locked {
			g.smpMb(u)
		}
		if r.late > 0 {
			g.overtaken(c, g.n-1, &later)
		}
		if r.order != locking {
			g.throughRMW(u, r.order)
		}
		return
	}

	full := r.order == Mb || m.model == TSO
	if full {
		g.smpMb(u)
	}
	src := m.msgs[k].event
	g.addLoad(c, r.cell, loadPart(r.order), k)
	if r.late > 0 {
		g.overtaken(c, g.n-1, &later)
	}
	if r.order == locking && m.model == LKMM {
		g.unlockLock(c, src)
	}
	load := rmwLoad{data: -1}
	if r.op != opXchg && r.op != opCmpxchg {
		load.data = g.n - 1
	}
	if src >= g.base {
		load.props.assign(&g.at(src).props, g.full)
		load.props.remove(g.slot(src))
	}
	r.dst = g.addStore(c, r.cell, r.word(base, r.new), storePart(r.order), above, k, true, &load)
	if r.late > 0 {
		g.overtaken(c, g.n-1, &later)
	}
	if full {
		g.smpMb(u)
	}
	g.throughRMW(u, r.order)
}

// locked reports whether an RMW that fails is a full barrier all the same: on
// x86, where it is a locked instruction, unless it looked first and gave up.
func (g *graph) locked(r *rmwRequest) bool {
	return g.m.model == TSO && r.order != locking && r.op != opAddUnless
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
		if g.locked(r) {
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
