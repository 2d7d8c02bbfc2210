package sim

// room makes room for the two events that one step may add. When the window is
// full, its older half is settled: no later event can come before any of it.
// That can only forbid, so it is sound; it bounds how late a load may be.
func (g *graph) room() {
	if g.n+2 > window {
		g.settle()
	}
}

func (g *graph) settle() {
	const half = window / 2
	g.settled = true
	m := g.m
	for _, i := range m.listed {
		m.settleCell(i, half)
	}
	for e := half; e < g.n; e++ {
		x := &g.events[e-half]
		*x = g.events[e]
		if x.src -= half; x.src < 0 {
			x.src = -1
		}
		last := &m.views[x.cell].last[x.cpu]
		x.prev, *last = *last, int16(e-half)
		x.before.drop()
		x.props.drop()
		x.deps.drop()
		x.unlocks.drop()
	}
	g.n -= half
	g.words = (g.n + 63) >> 6
	for d := 0; d < g.ncpu; d++ {
		u := &g.cpus[d]
		u.own.drop()
		for k := range u.before {
			u.before[k].drop()
		}
		for k := range u.prop {
			u.prop[k].drop()
		}
		u.strong, u.fences = settleHistory(u.strong, half), settleHistory(u.fences, half)
	}
	g.begun.drop()
	g.ended.drop()
	g.queued.drop()
	g.queuedCumul.drop()
	for k := range g.periods {
		g.periods[k].drop()
	}
}

func (p *gpSets) drop() {
	p.before.drop()
	p.stores.drop()
}

// settleCell makes the newest settled store of cell i the oldest of its list.
func (m *Machine) settleCell(i int32, half int16) {
	x := &m.cells[i]
	v := &m.views[i]
	for c := range v.last {
		v.last[c] = -1
	}
	k := x.head
	for m.msgs[k].event >= half {
		m.msgs[k].event -= half
		k = m.msgs[k].older
	}
	floor := &m.msgs[k]
	floor.event, floor.glued, floor.older = -1, false, 0
	for c, s := range v.seen {
		if m.msgs[s].pos < floor.pos {
			v.seen[c] = k
		}
	}
}

// settleHistory drops the entries that the first half of the window no longer
// needs.
func settleHistory(history []growth, half int) []growth {
	kept := history[:0]
	for k := range history {
		h := history[k]
		h.stores.drop()
		if h.at -= half; h.at < 0 {
			h.at = 0
			kept = kept[:0]
		}
		kept = append(kept, h)
	}
	return kept
}
