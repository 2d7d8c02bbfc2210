package sim

// room makes room for the two events that one step may add. When the window is
// full, its older half is settled: no later event can come before any of it.
// That can only forbid, so it is sound; it bounds how late a load may be.
func (g *graph) room() {
	if g.n+2 > g.full*64 {
		g.settle()
	}
}

func (g *graph) settle() {
	half := g.full * 64 / 2
	g.settled = true
	m := g.m
	for _, i := range m.listed {
		m.settleCell(i, int16(half))
	}
	for e := half; e < g.n; e++ {
		x := &g.events[e-half]
		*x = g.events[e]
		if x.src -= int16(half); x.src < 0 {
			x.src = -1
		}
		last := &m.views[x.cell].last[x.cpu]
		x.prev, *last = *last, int16(e-half)
		x.before.drop(g.full)
		x.props.drop(g.full)
		x.deps.drop(g.full)
		x.unlocks.drop(g.full)
	}
	g.n -= half
	g.words = (g.n + 63) >> 6
	for d := 0; d < g.ncpu; d++ {
		u := &g.cpus[d]
		u.own.drop(g.full)
		for k := range u.before {
			u.before[k].drop(g.full)
		}
		for k := range u.prop {
			u.prop[k].drop(g.full)
		}
		u.strong, u.fences = settleHistory(u.strong, g.full), settleHistory(u.fences, g.full)
	}
	g.begun.drop(g.full)
	g.ended.drop(g.full)
	g.queued.drop(g.full)
	g.queuedCumul.drop(g.full)
	for k := range g.periods {
		g.periods[k].drop(g.full)
	}
}

func (p *gpSets) drop(n int) {
	p.before.drop(n)
	p.stores.drop(n)
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
func settleHistory(history []growth, words int) []growth {
	kept := history[:0]
	for k := range history {
		h := history[k]
		h.stores.drop(words)
		if h.at -= words * 64 / 2; h.at < 0 {
			h.at = 0
			kept = kept[:0]
		}
		kept = append(kept, h)
	}
	return kept
}
