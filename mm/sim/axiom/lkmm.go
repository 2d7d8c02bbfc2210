package axiom

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Checker judges executions. It may be used again and again; it is not safe for use by several goroutines.
type Checker struct {
	algebra algebra
	base    base
}

// Under is the method of c that judges by model.
func (c *Checker) Under(model sim.Model) func(*Graph) string {
	switch model {
	case sim.SC:
		return c.SC
	case sim.TSO:
		return c.TSO
	default:
		return c.LKMM
	}
}

// LKMM names the first axiom of the Linux kernel memory model that the execution breaks, or is empty: it is allowed.
// The model is that of linux-kernel.cat of 6.12 and later (herd's variant lkmmv2), for marked accesses: every access
// is taken as marked, so [Marked] is everything and the axioms for plain accesses have nothing to say.
func (c *Checker) LKMM(g *Graph) string {
	b := &c.base
	b.load(&c.algebra, g)
	if broken := b.common(); broken != "" {
		return broken
	}
	m := b.on(R | W)
	po, poOpt := b.po, b.opt(b.po)
	fencerel := func(tags Tag) relation { return b.seq(po, b.on(tags), po) }

	// Release, acquire, locks.
	acqPo := b.seq(b.on(Acquire|LKR), po, m)
	poRel := b.seq(m, po, b.on(Release|UL))
	poUnlockLockPo := b.seq(po, b.on(UL), b.or(po, b.rf), b.on(LKR), po)

	// Fences.
	r4rmb := b.both(R, Noreturn)
	rmb := b.seq(r4rmb, fencerel(Rmb), r4rmb)
	wmb := b.seq(b.on(W), fencerel(Wmb), b.on(W))
	mb := b.or(
		b.seq(m, fencerel(Mb), m),
		b.seq(m, po, b.both(Mb|R, 0)),
		b.seq(b.both(Mb|W, 0), po, m),
		b.seq(m, fencerel(BeforeAtomic), b.on(RMW), poOpt, m),
		b.seq(m, poOpt, b.on(RMW), fencerel(AfterAtomic), m),
		b.seq(m, poOpt, b.on(LKW), fencerel(AfterSpinlock), m),
		b.seq(m, po, b.on(UL), b.or(b.co, po), b.on(LKW), fencerel(AfterUnlockLock), m))
	gp := b.seq(po, b.on(SyncRcu), poOpt)
	strongFence := b.or(mb, gp)
	fence := b.or(strongFence, poRel, wmb, rmb, acqPo)

	// Preserved program order. Dependencies pass through values stored and read back (carry-dep).
	carryDep := b.star(b.seq(b.data, b.rfi))
	addr := b.seq(carryDep, b.addr)
	data := b.seq(carryDep, b.data)
	ctrl := b.seq(carryDep, b.ctrl)
	dep := b.or(addr, data)
	overwrite := b.or(b.co, b.fr)
	toW := b.or(b.seq(b.or(dep, ctrl), b.on(W)), b.and(overwrite, b.int))
	toR := b.or(b.seq(addr, b.on(R)), b.seq(dep, b.rfi))
	ppo := b.or(toR, toW, b.and(fence, b.int), b.and(poUnlockLockPo, b.int))

	// Propagation of stores.
	aCumul := func(r relation) relation { return b.seq(b.opt(b.rfe), r) }
	rmwSequence := b.star(b.seq(b.rf, b.rmw))
	cumulFence := b.seq(b.or(aCumul(b.or(strongFence, poRel)), wmb, poUnlockLockPo), rmwSequence)
	prop := b.seq(b.opt(b.and(overwrite, b.ext)), b.star(cumulFence), b.opt(b.rfe))

	hb := b.or(ppo, b.rfe, b.and(b.minus(prop, b.id()), b.int))
	if !b.acyclic(hb) {
		return "happens-before"
	}
	hbStar := b.star(hb)
	pb := b.seq(prop, strongFence, hbStar)
	if !b.acyclic(pb) {
		return "propagation"
	}

	// Grace periods and read-side critical sections.
	pbStar := b.star(pb)
	rcuGp := b.on(SyncRcu)
	if b.empty(rcuGp) {
		return ""
	}
	rcuRscsi := b.inv(b.criticalSections())
	rcuLink := b.seq(poOpt, hbStar, pbStar, prop, po)
	rcuOrder := rcuGp
	for {
		more := b.or(rcuOrder,
			b.seq(rcuGp, rcuLink, rcuRscsi),
			b.seq(rcuRscsi, rcuLink, rcuGp),
			b.seq(rcuGp, rcuLink, rcuOrder, rcuLink, rcuRscsi),
			b.seq(rcuRscsi, rcuLink, rcuOrder, rcuLink, rcuGp),
			b.seq(rcuOrder, rcuLink, rcuOrder))
		if b.empty(b.minus(more, rcuOrder)) {
			break
		}
		rcuOrder = more
	}
	if !b.irreflexive(b.seq(prop, po, rcuOrder, poOpt, hbStar, pbStar)) {
		return "rcu"
	}
	return ""
}

// criticalSections relates each rcu_read_lock to its rcu_read_unlock; they nest.
func (b *base) criticalSections() relation {
	r := b.none()
	open := map[int][]int{}
	for i, e := range b.g.Events {
		switch locks := open[e.CPU]; {
		case e.Tag&RcuLock != 0:
			open[e.CPU] = append(locks, i)
		case e.Tag&RcuUnlock != 0 && len(locks) > 0:
			b.add(r, locks[len(locks)-1], i)
			open[e.CPU] = locks[:len(locks)-1]
		}
	}
	return r
}
