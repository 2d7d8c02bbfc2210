package axiom

// SC names what breaks sequential consistency, or is empty: one order of all events explains the execution.
func (c *Checker) SC(g *Graph) string {
	b := &c.base
	b.load(&c.algebra, g)
	if broken := b.common(); broken != "" {
		return broken
	}
	return b.lawOfRcu(b.or(b.po, b.com), "sequential consistency")
}

// TSO names what breaks total store order as the kernel's primitives use it on x86, or is empty: a store may pass a
// later load and nothing else may pass. Every successful RMW is a locked instruction, whatever its name; of the fences
// only smp_mb is one. A failed RMW is a locked instruction too, but for those that test before they try: a trylock that
// finds the lock taken, an atomic_add_unless that finds the value it must not add to.
func (c *Checker) TSO(g *Graph) string {
	b := &c.base
	b.load(&c.algebra, g)
	if broken := b.common(); broken != "" {
		return broken
	}
	locked := b.or(b.both(RMW, tested), b.on(LKR|LKW))
	full := b.or(b.both(Mb, R|W), b.on(SyncRcu))
	ppo := b.or(
		b.seq(b.on(R), b.po), b.seq(b.po, b.on(W)), // all but a store and a later load
		b.seq(b.on(W), b.po, full, b.po, b.on(R)),
		b.seq(b.po, locked), b.seq(locked, b.po))
	m := b.on(R | W)
	return b.lawOfRcu(b.or(b.seq(m, ppo, m), b.rfe, b.coe, b.fre), "total store order")
}

// lawOfRcu asks for an order in which, for every grace period and every read-side critical section, either the section
// ended before the grace period did, or it began after the grace period began. In the first case all that precedes the
// unlock is visible to all that follows the grace period; in the second all that precedes the grace period is visible
// to all that follows the lock.
func (b *base) lawOfRcu(order relation, name string) string {
	type pair struct{ lock, unlock, sync int }
	var pairs []pair
	sections := b.criticalSections()
	for l := range b.g.Events {
		for u := range b.g.Events {
			if !b.has(sections, l, u) {
				continue
			}
			for s, e := range b.g.Events {
				if e.Tag&SyncRcu != 0 {
					pairs = append(pairs, pair{l, u, s})
				}
			}
		}
	}
	// A grace period has a beginning and an end, so no event stands for it: what is before or after it does.
	upTo := func(i, x int) bool { return b.has(b.po, i, x) || i == x && b.g.Events[x].Tag&SyncRcu == 0 }
	from := func(x, j int) bool { return b.has(b.po, x, j) || j == x && b.g.Events[x].Tag&SyncRcu == 0 }
	before := func(order relation, x, y int) relation {
		more := b.or(order)
		for i := range b.g.Events {
			for j := range b.g.Events {
				if upTo(i, x) && from(y, j) {
					b.add(more, i, j)
				}
			}
		}
		return more
	}
	var choose func(order relation, left []pair) bool
	choose = func(order relation, left []pair) bool {
		if !b.acyclic(order) {
			return false
		}
		if len(left) == 0 {
			return true
		}
		p := left[0]
		return choose(before(order, p.unlock, p.sync), left[1:]) || choose(before(order, p.sync, p.lock), left[1:])
	}
	if !choose(order, pairs) {
		return name
	}
	return ""
}
