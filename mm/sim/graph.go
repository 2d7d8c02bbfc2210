package sim

import "math/bits"

// The lkmm model runs each CPU in program order and keeps the execution so far
// as a graph. Before a load may read an older store, or a store go before a
// newer one in coherence order, it checks that no cycle of LKMM's
// happens-before or propagates-before would come of it; see doc.go.
//
// An exhaustive machine runs sc and tso in the same way. There before is
// (po | rf | co | fr)+, less the po from a store to a load for tso.
//
// Relations are kept as sets of events, transitively closed.

// beforeSet names a set of events kept for a CPU, closed under before.
type beforeSet int

const (
	allEvents    beforeSet = iota // everything so far
	allLoads                      // loads that return a value: smp_rmb orders them, later stores depend on them
	allStores                     // stores
	beforeAll                     // ordered before whatever comes next
	beforeLoads                   // ordered before loads, by smp_rmb
	beforeStores                  // ordered before stores, by smp_wmb
	beforeUnlock                  // before the CPU's last spin_unlock
	beforeMbBA                    // before the last smp_mb__before_atomic
	throughRMW                    // up to the last RMW
	throughLock                   // up to the last spin_lock
	beforeSets
)

// propSet names a set of stores kept for a CPU: those that have propagated,
// in the sense of cumul-fence*;rfe?, to some of its events.
type propSet int

const (
	toAll    propSet = iota // to any event so far
	byCumul                 // the same without the last rfe
	toStores                // to its stores
	byWmb                   // to its stores before the last smp_wmb
	byStrong                // to events before a strong fence
	byFences                // by strong fences and unlock-lock pairs, to all that comes next
	toUnlock                // byCumul at the CPU's last spin_unlock
	toMbBA                  // toAll at the last smp_mb__before_atomic
	toRMW                   // toAll at the last RMW
	toLock                  // toAll at the last spin_lock
	known                   // what these overwrite on this CPU is in beforeAll
	propSets
)

type graphEvent struct {
	pos   uint64 // coherence position of the store that it is or reads
	cell  int32
	step  int32 // index in the machine's log
	prev  int32 // the CPU's event before it on the variable
	src   int32 // a load's store
	cpu   int8
	store bool
	ul    bool // spin_unlock

	before  set // what comes before it, by (hb | pb)+ for lkmm
	props   set // of a store: the stores that cumul-fence* leads from, itself too
	deps    set // of a store: the loads it depends on
	unlocks set // of a spin_unlock: byCumul before it
}

// growth is one entry of the history of a set that only grows.
type growth struct {
	at     int32 // events from here on have it
	stores set
}

type graphCPU struct {
	own       set
	before    [beforeSets]set
	prop      [propSets]set
	strong    []growth // history of byStrong
	fences    []growth // history of byFences
	mbBA, rmw bool     // there was an smp_mb__before_atomic, an RMW
	lock      bool
}

// graph is the execution so far. Events are counted from 0; of those before base
// nothing is known any more.
type graph struct {
	m       *Machine
	n       int32 // events
	base    int32 // the first in the window
	entered int32 // those before it are in the sets, the rest is in notes
	notes   []note
	late    int32 // the last that is before older ones, -1 for none
	eager   bool  // nothing is left in notes
	words   int   // words that sets need
	full    int   // words that they have
	mask    int32 // 64 for each of those, less 1
	ncpu    int
	settled bool // the window was too small, see settle

	events [window]graphEvent // those of the window, see at
	cpus   [MaxCPUs]graphCPU
	clocks clocks

	// Strong fences between CPUs that RCU makes; see rcu.go.
	begun, ended gpSets // what came before grace periods, and before ends of sections
	periods      []gpSets
	queued       gpSets // what came before callbacks were queued
	queuedCumul  set    // byCumul then

	// The same, where the order is left open; see graph_rcu.go.
	rcu      []rcuNode
	rcuTime  int
	rcuPaths []int
}

type gpSets struct{ before, stores set }

func newGraph(m *Machine) *graph { return &graph{m: m} }

// reset forgets the execution.
func (g *graph) reset(ncpu int) {
	g.n, g.base, g.entered, g.words, g.ncpu = 0, 0, 0, 0, ncpu
	g.notes, g.late = g.notes[:0], -1
	g.eager = g.m.asking || g.m.explicit || g.m.model != LKMM || g.m.eager
	g.clocks.reset()
	g.full = fuzzWindow / 64
	if g.m.exhaustive || g.m.explicit || g.m.longWindow {
		g.full = window / 64
	}
	g.mask = int32(g.full*64 - 1)
	for i := 0; i < ncpu; i++ {
		u := &g.cpus[i]
		u.own = set{}
		u.before = [beforeSets]set{}
		u.prop = [propSets]set{}
		u.strong, u.fences = u.strong[:0], u.fences[:0]
		u.mbBA, u.rmw, u.lock = false, false, false
	}
	g.begun, g.ended, g.queued, g.queuedCumul = gpSets{}, gpSets{}, gpSets{}, set{}
	g.rcu, g.rcuTime = g.rcu[:0], 0
	g.periods = g.periods[:0]
	for len(g.periods) < len(g.m.rcu.periods) {
		g.periods = append(g.periods, gpSets{}) // those of earlier phases
	}
}

// addEvent appends e, and everything before it, to s.
func (g *graph) addEvent(s *set, e int32) {
	s.union(&g.at(e).before, g.words)
	s.add(g.slot(e))
}

// newEvent enters an event of c on cell i.
func (g *graph) newEvent(c *CPU, i int32, store bool, pos uint64, src int32) int32 {
	e := g.entered
	g.entered++
	g.words = min(int(g.entered+63)>>6, g.full)
	last := &g.m.views[i].last[c.id]
	v := g.at(e)
	v.step = int32(len(g.m.log))
	v.pos, v.cell, v.prev, v.src, v.cpu, v.store = pos, i, *last, src, int8(c.id), store
	*last = e
	g.cpus[c.id].own.add(g.slot(e))
	return e
}

// read picks the store that a load of cell i reads.
func (g *graph) read(c *CPU, i int32, o Order) (k int32, late int) {
	g.room()
	m := g.m
	k = g.list(i).head
	if o == Once && !g.eager && k == m.views[i].seen[c.id] {
		g.note(c, noteLoad, o, i, k, 0) // as below, where nothing is to be done
		g.n++
		return k, 0
	}
	if m.asking || k != m.views[i].seen[c.id] && !g.known(c, k) {
		g.enterNotes()
		late = c.askSource(Read, i, g.sources(c, i, o))
		k = m.candidates[late]
	}
	g.note(c, noteLoad, o, i, k, 0)
	g.numberLoad(c, i, k, o)
	g.enterNow(late)
	return k, late
}

// list returns cell i with its list of messages, and what each CPU has seen of it.
func (g *graph) list(i int32) *cell {
	if x := &g.m.cells[i]; x.head != 0 {
		return x
	}
	return g.makeList(i)
}

func (g *graph) makeList(i int32) *cell {
	x, v := g.m.list(i), &g.m.views[i]
	for d := range g.ncpu {
		v.seen[d&(MaxCPUs-1)], v.last[d&(MaxCPUs-1)] = x.head, -1
	}
	return x
}

// sources finds the stores that the next load of c, of cell i, may read, newest
// first.
func (g *graph) sources(c *CPU, i int32, o Order) int {
	m := g.m
	x := &m.cells[i]
	var order, before, later set
	g.loadOrder(c, o, &order)
	m.candidates[0] = x.head
	n := 1
	for j := x.head; j != m.views[i].seen[c.id] && m.msgs[j].event >= g.base; {
		later.add(g.slot(m.msgs[j].event))
		j = m.msgs[j].older
		before.assign(&order, g.full)
		g.addSource(c, j, &before)
		if g.forbidden(c, &later, &before, &g.cpus[c.id].prop[byStrong]) {
			if g.forbidden(c, &later, &order, &g.cpus[c.id].prop[byStrong]) {
				break // so are older ones
			}
			continue
		}
		if n == maxCandidates {
			g.settled = true
			break
		}
		m.candidates[n] = j
		n++
	}
	return n
}

// loadOrder returns what is ordered before the next load of a CPU, whatever
// store that reads.
func (g *graph) loadOrder(c *CPU, o Order, before *set) {
	u := &g.cpus[c.id]
	switch g.m.model {
	case SC:
		before.assign(&u.before[beforeAll], g.full)
		before.union(&u.before[allEvents], g.words)
		return
	case TSO:
		before.assign(&u.before[beforeAll], g.full)
		before.union(&u.before[allLoads], g.words)
		return
	}
	before.assign(&u.before[beforeAll], g.full)
	if o != NoReturn {
		before.union(&u.before[beforeLoads], g.words)
	}
	if g.m.explicit {
		g.addDepends(&c.addr, before)
	}
}

// addSource adds what comes before a load of c because it reads message k: the
// store (rfe), what the store depends on (dep;rfi), and events of c that read
// or wrote something older than a store that has propagated to it (prop & int).
func (g *graph) addSource(c *CPU, k int32, before *set) {
	src := g.m.msgs[k].event
	if src < g.base {
		return
	}
	if int(g.at(src).cpu) == c.id {
		if g.m.model == LKMM {
			before.union(&g.at(src).deps, g.words)
		}
		return
	}
	g.addEvent(before, src)
	if g.m.model != LKMM {
		return
	}
	fresh := g.at(src).props.minus(&g.cpus[c.id].prop[known], g.words)
	g.addOverwritten(c.id, &fresh, before)
}

// addOverwritten adds the events of a CPU that are on the same variable as a
// store of stores by another CPU and come before it in coherence order.
func (g *graph) addOverwritten(cpu int, stores, before *set) {
	for k := 0; k < g.words; k++ {
		for w := stores[k]; w != 0; w &= w - 1 {
			s := &g.events[k<<6+bits.TrailingZeros64(w)]
			if int(s.cpu) == cpu {
				continue
			}
			for e := g.m.views[s.cell].last[cpu]; e >= g.base; e = g.at(e).prev {
				if g.at(e).pos < s.pos && !before.has(g.slot(e)) {
					g.addEvent(before, e)
				}
			}
		}
	}
}

// numberLoad gives the next number to a load of c that reads message k of cell i.
func (g *graph) numberLoad(c *CPU, i, k int32, o Order) {
	msg := &g.m.msgs[k]
	g.m.views[i].seen[c.id] = k
	c.lastLoad = g.n
	g.n++
	if msg.clock != 0 && int(msg.cpu) != c.id {
		g.clocks.load(c, msg.clock, o)
	}
}

// enterLoad enters a load of c that reads message k of cell i.
func (g *graph) enterLoad(c *CPU, i int32, o Order, k int32) {
	u := &g.cpus[c.id]
	var before set
	g.loadOrder(c, o, &before)
	g.addSource(c, k, &before)
	msg := &g.m.msgs[k]
	e := g.newEvent(c, i, false, msg.pos, msg.event)
	g.at(e).before.assign(&before, g.full)
	before.add(g.slot(e))

	external := msg.event >= g.base && int(msg.cpu) != c.id
	if o != NoReturn {
		before.unionInto(&u.before[allEvents], &u.before[allLoads], g.words)
	} else {
		u.before[allEvents].union(&before, g.words)
	}
	if external {
		u.prop[toAll].union(&g.at(msg.event).props, g.words)
	}
	if o == Acquire || o == Dereference && !g.m.explicit || o == locking {
		u.before[beforeAll].union(&before, g.words)
		if external {
			u.prop[known].union(&g.at(msg.event).props, g.words)
		}
	}
}

// write puts a store into coherence order. Half is a store of the 32 bits at
// shift of a wider variable: the other half is that of the store it goes after,
// so nothing may come between.
func (g *graph) write(c *CPU, i int32, v uint64, half bool, shift uint8, o Order) (k int32, late int) {
	g.room()
	m := g.m
	below := g.list(i).head
	if m.asking || below != m.views[i].seen[c.id] && !g.known(c, below) {
		below, late = g.place(c, i, o, half)
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

// place picks the store that the next store of c to cell i goes after.
func (g *graph) place(c *CPU, i int32, o Order, half bool) (below int32, late int) {
	m := g.m
	n := 1
	if m.candidates[0] = m.cells[i].head; m.candidates[0] != m.views[i].seen[c.id] {
		g.enterNotes()
		n = g.places(c, i, o)
	}
	if half {
		late = c.askSource(Write, i, n)
	} else {
		late = c.askStore(i, n)
	}
	return m.candidates[late], late
}

// places finds the stores that the next store of c to cell i may go after,
// newest first.
func (g *graph) places(c *CPU, i int32, o Order) int {
	m := g.m
	x := &m.cells[i]
	var order, before, later set
	g.storeOrder(c, i, o, &order)
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
