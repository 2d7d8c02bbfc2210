package sim

// EventKind says what a step did.
type EventKind uint8

const (
	EvRead EventKind = iota
	EvWrite
	EvRMW     // a read-modify-write that stored
	EvRMWFail // one that did not: a load
	EvFence
	EvWait // wait_on_bit returned
	EvRcuLock
	EvRcuUnlock
	EvSyncStart // a grace period begins
	EvSyncEnd
	EvCallRcu
	EvCallback
	EvNote
	EvBug
	EvLock // in Steps and questions only: the RMW of spin_lock
)

// Event is one step of a trace.
type Event struct {
	Seq       int // its place in the trace, from 0
	CPU, Step int
	Kind      EventKind
	Order     Order
	Fence     Fence // EvFence
	Addr      Addr
	Size      uint8 // bytes, 4 or 8
	// Val is the value read by a load, else the value stored. Old is the
	// value that an RMW read, or the newest value before a store.
	Val, Old uint64
	// Late is the answer that was given to the Read or Write question.
	Late int
	// Src is the Seq of the event whose store a load or RMW read, -1 for the
	// initial value. Co lists where the store stands in coherence order: the
	// store before it, -1 for the initial value. Both are -1 where they do
	// not apply.
	Src, Co int
	// Newest is the newest value in coherence order when a load read an
	// older one.
	Newest uint64
	Note   string
	// Stack holds the kernel functions the step was done in, innermost first.
	Stack []string

	src, dst, cell int32
}

// SetTrace turns the recording of events on or off.
func (m *Machine) SetTrace(on bool) {
	m.tracing = on
	m.setAsking(m.asking)
}

// Events returns what was recorded since Reset. It is valid until the next
// Reset.
func (m *Machine) Events() []Event { return m.trace }

// Tracing reports whether events are recorded.
func (c *CPU) Tracing() bool { return c.m.tracing }

// Note adds a line to the trace. It is no step.
func (c *CPU) Note(text string) {
	if c.m.tracing {
		c.record(Event{Kind: EvNote, Note: text})
	}
}

func (c *CPU) record(e Event) {
	m := c.m
	e.Seq, e.CPU, e.Step = len(m.trace), c.id, c.steps
	e.Src, e.Co = -1, -1
	e.Stack = m.callers()
	switch e.Kind {
	case EvRead, EvRMW, EvRMWFail:
		if e.src == 0 {
			e.Src = m.lastWriter(e.cell, len(m.trace))
		} else {
			e.Src = int(m.msgs[e.src].seq)
		}
		if e.Late > 0 {
			e.Newest = m.cells[e.cell].val
		}
	}
	switch e.Kind {
	case EvWrite, EvRMW:
		if e.dst == 0 {
			e.Co = m.lastWriter(e.cell, len(m.trace))
		} else {
			m.msgs[e.dst].seq = int32(e.Seq)
			e.Co = int(m.msgs[m.msgs[e.dst].older].seq)
		}
	}
	m.trace = append(m.trace, e)
}

// lastWriter finds the newest store to cell i among the first n events, for the
// cases in which the model keeps no messages.
func (m *Machine) lastWriter(i int32, n int) int {
	for k := n - 1; k >= 0; k-- {
		if e := &m.trace[k]; e.cell == i && (e.Kind == EvWrite || e.Kind == EvRMW) {
			return k
		}
	}
	return -1
}

// Step is one step of a run of an exhaustive machine.
type Step struct {
	CPU  uint8
	Kind EventKind // EvCallback for the start of rcu_do_batch
	Var  int32     // see Question.Var
	// Src is the index of the step whose store this one reads, -1 for the
	// initial value and for steps that read nothing.
	Src int32
	// Number is the step's number on its CPU, from 1.
	Number int32
}

// SetExhaustive makes the machine one for an explorer of all executions. From
// the next Reset on every model is run on the graph, so that a load may read
// late, and a store go late, whenever the execution as a whole is one of the
// model's; then only loads need be tried in more than one order with the steps
// of other CPUs. Run and Read questions are asked at every step, also when they
// have one answer, and may be answered with Prune. Steps are logged; a 32-bit
// store to a word that is not split counts as an RMW of the word. All that
// goes for the first Run after Reset: later phases are not explored.
func (m *Machine) SetExhaustive(on bool) { m.exhaustive = on }

// SetEveryStep makes the machine ask Run questions at every step, also when
// they have one answer, for choosers that count.
func (m *Machine) SetEveryStep(on bool) {
	m.everyStep = on
	m.setAsking(m.asking)
}

// SetLongWindow makes the lkmm model look back as far as on an exhaustive
// machine, from the next Reset on, for replays of what such a machine did.
func (m *Machine) SetLongWindow(on bool) { m.longWindow = on }

// Steps returns the steps since Reset, of an exhaustive machine. It is valid
// until the next Reset.
func (m *Machine) Steps() []Step { return m.log }

// logBlocked logs what the CPUs wait for in a deadlock, as locks that they would
// take: an explorer then tries what would have let them.
func (m *Machine) logBlocked() {
	for i := range m.cpus {
		if c := &m.cpus[i]; m.blocked&c.bit != 0 && c.wait != waitGracePeriod {
			c.logStep(EvLock, c.waitCell, m.cells[c.waitCell].head, 0)
		}
	}
}

// Precedes reports whether step i is before step j in every order of all steps
// that explains the run of an exhaustive machine: by (po | rf | co | fr)+ for
// sc, and for tso less the po from a store to a load. Both are loads, stores or
// RMWs.
func (m *Machine) Precedes(i, j int) bool {
	g := m.graph
	for e := g.base; e < g.n; e++ {
		x := g.at(e)
		if int(x.step) != j {
			continue
		}
		hit := false
		x.before.each(g.words, func(b int) { hit = hit || int(g.events[b].step) == i })
		if hit {
			return true
		}
	}
	return false
}

// logStep appends a step that read message src and stored message dst, 0 for
// none.
func (c *CPU) logStep(kind EventKind, i, src, dst int32) {
	m := c.m
	s := Step{CPU: uint8(c.id), Kind: kind, Var: i, Src: -1, Number: int32(c.steps)}
	if src != 0 {
		s.Src = m.msgs[src].step
	}
	if dst != 0 {
		m.msgs[dst].step = int32(len(m.log))
	}
	m.log = append(m.log, s)
}
