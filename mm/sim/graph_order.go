package sim

// forbidden reports whether an event of c may not come before the stores of
// later in coherence order, when the events of before come before it and strong
// holds the stores that propagated to its CPU's last strong fence. It may not
// if that closes a cycle: later leads to some event by prop & int (on c) or by
// pb (on any CPU), and that event is in before or is the event itself.
func (g *graph) forbidden(c *CPU, later, before, strong *set) bool {
	if g.m.model != LKMM {
		return later.intersects(before, g.words)
	}
	if strong.intersects(later, g.words) {
		return true
	}
	var after set
	g.reached(c, later, &after)
	return after.intersects(before, g.words)
}

// reached adds the events that an event of c is before if it is before the
// stores of later in coherence order.
func (g *graph) reached(c *CPU, later, after *set) {
	if g.m.model != LKMM {
		after.assign(later, g.full)
		return
	}
	u := &g.cpus[c.id]
	if u.prop[toAll].intersects(later, g.words) {
		g.reachedBy(c, later, after)
	}
	for d := 0; d < g.ncpu; d++ {
		if d == c.id {
			continue
		}
		v := &g.cpus[d]
		if k := firstWith(v.strong, later, g.words); k >= 0 {
			s := g.eventsFrom(&v.own, v.strong[k].at)
			after.union(&s, g.words)
		}
	}
}

// reachedBy adds those of c itself.
func (g *graph) reachedBy(c *CPU, later, after *set) {
	u := &g.cpus[c.id]
	from := g.entered
	if k := firstWith(u.fences, later, g.words); k >= 0 {
		from = u.fences[k].at
	}
	u.own.each(g.words, func(slot int) {
		x := &g.events[slot]
		hit := g.eventAt(slot) >= from
		if x.store {
			hit = hit || x.props.intersects(later, g.words)
		} else if x.src >= g.base && int(g.at(x.src).cpu) != c.id {
			hit = hit || g.at(x.src).props.intersects(later, g.words)
		}
		if hit {
			after.add(slot)
		}
	})
}

// firstWith returns the index of the first entry of a growing set's history
// that has a store of stores, -1 if none has.
func firstWith(history []growth, stores *set, words int) int {
	k := len(history)
	for k > 0 && history[k-1].stores.intersects(stores, words) {
		k--
	}
	if k == len(history) {
		return -1
	}
	return k
}

// overtaken puts event e of c, which the stores of later overwrite though they
// were done before it, before all that this orders it before.
func (g *graph) overtaken(c *CPU, e int32, later *set) {
	var after set
	g.reached(c, later, &after)
	after.remove(g.slot(e))
	for y := g.base; y < g.entered; y++ {
		if y == e {
			continue
		}
		x := g.at(y)
		if after.has(g.slot(y)) || x.before.intersects(&after, g.words) {
			g.addEvent(&x.before, e)
		}
		if x.store && x.deps.intersects(&after, g.words) {
			g.addEvent(&x.deps, e)
		}
	}
	for d := 0; d < g.ncpu; d++ {
		u := &g.cpus[d]
		for k := range u.before {
			if u.before[k].intersects(&after, g.words) {
				g.addEvent(&u.before[k], e)
			}
		}
		if d != c.id && u.prop[byStrong].intersects(later, g.words) {
			g.addEvent(&u.before[beforeAll], e)
		}
	}
	g.overtakenRCU(e, later, &after)
	for _, p := range []*gpSets{&g.begun, &g.ended, &g.queued} {
		if p.before.intersects(&after, g.words) {
			g.addEvent(&p.before, e)
		}
	}
	for k := range g.periods {
		if p := &g.periods[k]; p.before.intersects(&after, g.words) {
			g.addEvent(&p.before, e)
		}
	}
}

// enterFence enters a barrier of c.
func (g *graph) enterFence(c *CPU, f Fence) {
	u := &g.cpus[c.id]
	if g.m.model != LKMM && f != FenceMb {
		return // compiler barriers on x86
	}
	switch f {
	case FenceMb:
		g.smpMb(u)
	case FenceRmb:
		u.before[beforeLoads].assign(&u.before[allLoads], g.full)
	case FenceWmb:
		u.before[beforeStores].assign(&u.before[allStores], g.full)
		u.prop[byWmb].assign(&u.prop[toStores], g.full)
	case FenceBeforeAtomic:
		u.mbBA = true
		u.before[beforeMbBA].assign(&u.before[allEvents], g.full)
		u.prop[toMbBA].assign(&u.prop[toAll], g.full)
	case FenceAfterAtomic:
		if u.rmw {
			g.strongFence(u, &u.before[throughRMW], &u.prop[toRMW])
		}
	case FenceAfterSpinlock:
		if u.lock {
			g.strongFence(u, &u.before[throughLock], &u.prop[toLock])
		}
	}
}

func (g *graph) smpMb(u *graphCPU) { g.strongFence(u, &u.before[allEvents], &u.prop[toAll]) }

// strongFence puts a strong fence between the events of before, to which the
// stores of stores have propagated, and all that u does next.
func (g *graph) strongFence(u *graphCPU, before, stores *set) {
	all := &u.before[beforeAll]
	all.union(before, g.words)
	if g.m.model != LKMM {
		return
	}
	fresh := stores.minus(&u.prop[byStrong], g.words)
	if fresh == (set{}) {
		return
	}
	g.addPropagated(&fresh, all)
	u.prop[byStrong].union(stores, g.words)
	u.strong = append(u.strong, growth{at: g.entered, stores: u.prop[byStrong]})
	g.propagateOn(u, &u.prop[byStrong])
}

// addPropagated adds what pb puts after a strong fence to which stores have
// propagated: all that they overwrite, on any CPU.
func (g *graph) addPropagated(stores, before *set) {
	for d := 0; d < g.ncpu; d++ {
		g.addOverwritten(d, stores, before)
	}
}

// propagateOn makes stores propagate to all that u does next.
func (g *graph) propagateOn(u *graphCPU, stores *set) {
	for _, k := range [...]propSet{byFences, toAll, byCumul, known} {
		u.prop[k].union(stores, g.words)
	}
	u.fences = append(u.fences, growth{at: g.entered, stores: u.prop[byFences]})
}

// unlockLock orders what came before the spin_unlock that a spin_lock of c read
// from, or before the CPU's own last one, before what c does next
// (po-unlock-lock-po).
func (g *graph) unlockLock(c *CPU, src int32) {
	u := &g.cpus[c.id]
	u.before[beforeAll].union(&u.before[beforeUnlock], g.words)
	stores := u.prop[toUnlock]
	if src >= g.base && g.at(src).ul {
		stores.union(&g.at(src).unlocks, g.words)
	}
	fresh := stores.minus(&u.prop[byFences], g.words)
	if fresh == (set{}) {
		return
	}
	g.addOverwritten(c.id, &fresh, &u.before[beforeAll])
	g.propagateOn(u, &stores)
}

// enterRCULock: what came before a grace period that has begun is before all of
// the section.
func (g *graph) enterRCULock(c *CPU) {
	g.strongFence(&g.cpus[c.id], &g.begun.before, &g.begun.stores)
}

func (g *graph) addAll(p *gpSets, c *CPU) {
	p.before.union(&g.cpus[c.id].before[allEvents], g.words)
	p.stores.union(&g.cpus[c.id].prop[toAll], g.words)
}

// period returns what grace period k has waited for.
func (g *graph) period(k int) *gpSets {
	for len(g.periods) <= k {
		g.periods = append(g.periods, gpSets{}) // what they waited for is settled
	}
	return &g.periods[k]
}

func (g *graph) enterPeriodBegin(c *CPU, k int) {
	g.addAll(&g.begun, c)
	p := g.period(k)
	*p = g.ended
	g.addAll(p, c)
}

// enterEnqueue and enterDequeue are the critical sections of the lock of the
// lists of callbacks: who takes callbacks off comes after all that were queued.
func (g *graph) enterEnqueue(c *CPU) {
	g.addAll(&g.queued, c)
	g.queuedCumul.union(&g.cpus[c.id].prop[byCumul], g.words)
}

func (g *graph) enterDequeue(c *CPU) {
	u := &g.cpus[c.id]
	u.before[beforeAll].union(&g.queued.before, g.words)
	fresh := g.queued.stores.minus(&u.prop[known], g.words)
	if g.m.model != LKMM || fresh == (set{}) {
		return
	}
	g.addOverwritten(c.id, &fresh, &u.before[beforeAll])
	u.prop[known].union(&fresh, g.words)
	u.prop[toAll].union(&fresh, g.words)
	g.propagateOn(u, &g.queuedCumul)
}

func (g *graph) enterPeriodEnd(c *CPU, k int) {
	u := &g.cpus[c.id]
	g.smpMb(u)
	p := g.period(k)
	g.strongFence(u, &p.before, &p.stores)
}
