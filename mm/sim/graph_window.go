package sim

// The window is a ring: the events of a graph's set are in slots, and the slots
// of the older half are used again when that is settled.

func (g *graph) slot(e int32) int { return int(e & g.mask) }

// at returns event e of the window.
func (g *graph) at(e int32) *graphEvent { return &g.events[e&g.mask&(window-1)] }

// eventAt is the inverse of slot.
func (g *graph) eventAt(slot int) int32 {
	return g.base + (int32(slot)-g.base)&g.mask
}

// eventsFrom returns the events of s from e on.
func (g *graph) eventsFrom(s *set, e int32) (d set) {
	e = max(e, g.base)
	for k := e >> 6; k<<6 < g.entered; k++ {
		w := int(k) & (g.full - 1)
		d[w&(windowWords-1)] = s[w&(windowWords-1)]
	}
	d[g.slot(e)>>6&(windowWords-1)] &^= 1<<(e&63) - 1
	return d
}

// room makes room for the two events that one step may add. When the window is
// full, its older half is settled: no later event can come before any of it.
// That can only forbid, so it is sound; it bounds how late a load may be.
func (g *graph) room() {
	if g.n-g.base >= g.mask {
		g.settle()
	}
}

func (g *graph) settle() {
	first, half := g.slot(g.base)>>6, g.full/2
	g.settled = true
	g.settleNotes(g.base + int32(half)*64)
	empty := g.entered <= g.base
	g.base += int32(half) * 64
	if empty {
		return // no set has anything
	}
	for e := g.base; e < g.entered; e++ {
		x := g.at(e)
		x.before.clearWords(first, half)
		if x.store {
			x.props.clearWords(first, half)
			x.deps.clearWords(first, half)
		}
		if x.ul {
			x.unlocks.clearWords(first, half)
		}
	}
	for d := 0; d < g.ncpu; d++ {
		u := &g.cpus[d]
		u.own.clearWords(first, half)
		for k := range u.before {
			u.before[k].clearWords(first, half)
		}
		for k := range u.prop {
			u.prop[k].clearWords(first, half)
		}
		u.strong, u.fences = g.settleHistory(u.strong, first), g.settleHistory(u.fences, first)
	}
	for _, p := range [...]*gpSets{&g.begun, &g.ended, &g.queued} {
		p.clearWords(first, half)
	}
	g.queuedCumul.clearWords(first, half)
	for k := range g.periods {
		g.periods[k].clearWords(first, half)
	}
}

func (p *gpSets) clearWords(first, n int) {
	p.before.clearWords(first, n)
	p.stores.clearWords(first, n)
}

// settleHistory drops the entries that the window no longer needs.
func (g *graph) settleHistory(history []growth, first int) []growth {
	kept := history[:0]
	for k := range history {
		h := history[k]
		h.stores.clearWords(first, g.full/2)
		if h.at < g.base {
			h.at = g.base
			kept = kept[:0]
		}
		kept = append(kept, h)
	}
	return kept
}
