package sim

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
	asked   rmwRequest // that a question is about
	late    int32      // the last that is before older ones, -1 for none
	eager   bool       // nothing is left in notes
	words   int        // words that sets need
	full    int        // words that they have
	mask    int32      // 64 for each of those, less 1
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
