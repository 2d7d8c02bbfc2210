package sim

// Few accesses need the graph: those for which there is a store that their CPU
// has not seen. What is done in between is noted down, and entered when the graph
// is needed. What has been settled by then is never entered. An exhaustive
// machine enters everything at once.

// noteKind says what is noted.
type noteKind uint8

const (
	noteLoad noteKind = iota
	noteStore
	noteRMW
	noteRMWFail
	noteFence
	noteRCULock     // an outermost section begins
	noteRCUUnlock   // one ends
	notePeriodBegin // grace period number cell begins
	noteSection     // a section that it has waited for ends
	notePeriodEnd   // it has ended, and the CPU knows
	noteEnqueue     // a callback is queued
	noteDequeue     // callbacks are taken off
)

// note is what one step did, or a part of it.
type note struct {
	event    int32 // the number of its first event, of the next one if it has none
	cell     int32
	src, dst int32 // the messages that it read and stored
	cpu      int8
	kind     noteKind
	order    Order
	op       rmwOp // of an RMW
	fence    Fence // of a barrier
}

// last returns the number of the note's last event; what has none counts as
// part of the next.
func (e *note) last() int32 {
	if e.kind == noteRMW {
		return e.event + 1
	}
	return e.event
}

// note notes what c is about to do. The caller may set more fields, and calls
// enterNow when it is done.
func (g *graph) note(c *CPU, kind noteKind, o Order, cell, src, dst int32) *note {
	k := len(g.notes)
	if k < cap(g.notes) {
		g.notes = g.notes[:k+1]
	} else {
		g.notes = append(g.notes, note{})
	}
	e := &g.notes[k] // field by field, see addMessage
	e.event, e.cell, e.src, e.dst = g.n, cell, src, dst
	e.cpu, e.kind, e.order = int8(c.id), kind, o
	return e
}

// enterNow enters the last note if it must not wait. late says how many newer
// stores it left out.
func (g *graph) enterNow(late int) {
	if g.eager || late > 0 {
		g.enterLast(late)
	}
}

func (g *graph) enterLast(late int) {
	k := len(g.notes) - 1
	e := &g.notes[k]
	g.notes = g.notes[:k]
	if late == 0 {
		g.enter(e, nil)
		return
	}
	var later set
	msg := e.dst
	if msg == 0 {
		msg = e.src
	}
	g.laterThan(msg, e.cell, &later)
	g.enter(e, &later)
	g.late = e.last()
}

// noteOther notes what is no load or store.
func (g *graph) noteOther(c *CPU, kind noteKind, period int) {
	g.note(c, kind, Once, int32(period), 0, 0)
	g.enterNow(0)
}

// enterNotes enters all that was noted.
func (g *graph) enterNotes() {
	for k := range g.notes {
		e := &g.notes[k]
		g.entered = e.event
		g.enter(e, nil)
	}
	g.notes = g.notes[:0]
}

// settleNotes is called when the events before base are about to be settled. An
// event of the window may be before one of the notes by way of those only if it
// is late. Otherwise the notes can wait, and if nothing that has been entered is
// left, those of which all is settled can be dropped.
func (g *graph) settleNotes(base int32) {
	if g.late >= base {
		g.enterNotes()
	}
	if g.entered > base {
		return
	}
	k := 0
	for k < len(g.notes) && g.notes[k].last() < base {
		k++
	}
	g.notes = g.notes[:copy(g.notes, g.notes[k:])]
}

// enter enters e. later holds the stores that are after it in coherence order
// though they were done before, nil if there are none.
func (g *graph) enter(e *note, later *set) {
	c := &g.m.cpus[e.cpu]
	switch e.kind {
	case noteLoad:
		g.enterLoad(c, e.cell, e.order, e.src)
		if later != nil {
			g.overtaken(c, e.event, later)
		}
	case noteStore:
		g.enterStore(c, e.cell, e.order, e.dst, nil)
		if later != nil {
			g.overtaken(c, e.event, later)
		}
	case noteRMW:
		g.enterRMW(c, e, later)
	case noteRMWFail:
		g.enterRMWFail(c, e, later)
	case noteFence:
		g.enterFence(c, e.fence)
	case noteRCULock:
		g.enterRCULock(c)
	case noteRCUUnlock:
		g.addAll(&g.ended, c)
	case notePeriodBegin:
		g.enterPeriodBegin(c, int(e.cell))
	case noteSection:
		g.addAll(g.period(int(e.cell)), c)
	case notePeriodEnd:
		g.enterPeriodEnd(c, int(e.cell))
	case noteEnqueue:
		g.enterEnqueue(c)
	case noteDequeue:
		g.enterDequeue(c)
	}
}

// fence is a barrier of c.
func (g *graph) fence(c *CPU, f Fence) {
	if f == FenceMb {
		g.clocks.mb(c, g.n)
	}
	g.note(c, noteFence, Once, 0, 0, 0).fence = f
	g.enterNow(0)
}

// endPeriod: grace period k has ended, and c knows.
func (g *graph) endPeriod(c *CPU, k int) {
	g.clocks.mb(c, g.n)
	g.noteOther(c, notePeriodEnd, k)
}
