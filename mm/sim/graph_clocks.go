package sim

// Most loads of what another CPU has stored come after a lock or another
// acquire, and can read nothing older. To see that without the graph there are
// vector clocks, which know less than its sets: a store that they know of must
// be seen, one that they do not know of is for the graph to judge.

// clock counts, for each CPU, events: it stands for the stores among them.
type clock [MaxCPUs]int32

func (k *clock) join(o *clock) {
	for i := range k {
		k[i] = max(k[i], o[i])
	}
}

type clocks struct {
	// Of each CPU: the stores that have propagated to some event of it (toAll),
	// and those of which that event is before all that the CPU does next.
	all, before [MaxCPUs]clock
	fenced      [MaxCPUs]int32 // what propagates with its plain stores, in kept
	kept        []clock        // those of stores; 0 is that of none
}

func (t *clocks) reset() {
	t.all, t.before = [MaxCPUs]clock{}, [MaxCPUs]clock{}
	t.fenced = [MaxCPUs]int32{}
	t.kept = append(t.kept[:0], clock{})
}

// known reports whether c can for certain read nothing older than message k,
// nor store before it.
func (g *graph) known(c *CPU, k int32) bool {
	msg := &g.m.msgs[k]
	return !g.eager && (msg.event < g.base || msg.event < g.clocks.before[c.id][msg.cpu])
}

// load: c reads another CPU's store, of that clock.
func (t *clocks) load(c *CPU, clock int32, o Order) {
	t.all[c.id].join(&t.kept[clock])
	if o == Acquire || o == locking || o == Dereference {
		t.before[c.id].join(&t.kept[clock])
	}
}

// store returns what the message of a store of c has for a clock, event being
// its number.
func (t *clocks) store(c *CPU, event int32, o Order) int32 {
	if o != Release && o != unlocking {
		return t.fenced[c.id]
	}
	t.all[c.id][c.id] = event + 1
	return t.keep(&t.all[c.id])
}

// mb: a full barrier of c before event.
func (t *clocks) mb(c *CPU, event int32) {
	t.all[c.id][c.id] = event
	t.before[c.id] = t.all[c.id]
	t.fenced[c.id] = t.keep(&t.all[c.id])
}

func (t *clocks) keep(k *clock) int32 {
	t.kept = append(t.kept, *k)
	return int32(len(t.kept) - 1)
}
