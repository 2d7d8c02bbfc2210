package sim

// Grace periods wait for the read-side critical sections that were there when
// they began, and for no others.

// gracePeriod is one wait for readers: synchronize_rcu or a callback's.
type gracePeriod struct {
	readers uint8 // CPUs in a section that was there when it began
}

// callback is one queued by call_rcu.
type callback struct {
	head   Addr
	cpu    int8
	period int32
}

type rcuState struct {
	sections uint8 // CPUs in a read-side critical section
	periods  []gracePeriod
	waiting  int // first of periods that may have readers
	queue    []callback
	invoked  int // callbacks at the front of queue that were taken
}

func (r *rcuState) reset() {
	r.sections = 0
	r.periods, r.waiting = r.periods[:0], 0
	r.queue, r.invoked = r.queue[:0], 0
}

// RcuReadLock is rcu_read_lock. Sections may nest.
func (c *CPU) RcuReadLock() {
	c.step(c.rcuStep(EvRcuLock), -1)
	m := c.m
	if c.rcuNesting++; c.rcuNesting == 1 {
		m.rcu.sections |= c.bit
		switch {
		case m.lateRCU():
			m.graph.openSection(c)
		case m.engine == loadTimes:
			m.tso.rcuLock(c)
		case m.engine == onGraph:
			m.graph.noteOther(c, noteRCULock, 0)
		}
	}
	c.rcuEvent(EvRcuLock)
}

// RcuReadUnlock is rcu_read_unlock.
func (c *CPU) RcuReadUnlock() {
	c.step(c.rcuStep(EvRcuUnlock), -1)
	if c.rcuNesting == 0 {
		c.Bug("rcu_read_unlock: not in a read-side critical section", "")
	}
	if c.rcuNesting--; c.rcuNesting == 0 {
		c.endSection()
	}
	c.rcuEvent(EvRcuUnlock)
}

func (c *CPU) endSection() {
	m := c.m
	m.rcu.sections &^= c.bit
	if m.lateRCU() {
		m.graph.closeSection(c)
		return
	}
	if m.engine == onGraph {
		m.graph.noteOther(c, noteRCUUnlock, 0)
	}
	for k := m.rcu.waiting; k < len(m.rcu.periods); k++ {
		p := &m.rcu.periods[k]
		if p.readers&c.bit == 0 {
			continue
		}
		if m.engine == onGraph {
			m.graph.noteOther(c, noteSection, k)
		}
		p.readers &^= c.bit
		if p.readers != 0 {
			continue
		}
		for i := range m.cpus {
			if w := &m.cpus[i]; w.wait == waitGracePeriod && w.syncIndex == k {
				w.wake()
			}
		}
	}
	for m.rcu.waiting < len(m.rcu.periods) && m.rcu.periods[m.rcu.waiting].readers == 0 {
		m.rcu.waiting++
	}
}

// beginPeriod begins a grace period and returns its index.
func (c *CPU) beginPeriod() int {
	m := c.m
	m.rcu.periods = append(m.rcu.periods, gracePeriod{readers: m.rcu.sections})
	k := len(m.rcu.periods) - 1
	switch m.engine {
	case loadTimes:
		m.tso.period = m.tso.now
	case onGraph:
		m.graph.noteOther(c, notePeriodBegin, k)
	}
	return k
}

// endPeriod orders what grace period k has waited for before what c does next.
func (c *CPU) endPeriod(k int) {
	switch m := c.m; m.engine {
	case loadTimes:
		m.tso.fence(c, FenceMb)
	case onGraph:
		m.graph.endPeriod(c, k)
	}
}

// SynchronizeRcu is synchronize_rcu: two steps, where the grace period begins
// and where it has ended.
func (c *CPU) SynchronizeRcu() {
	c.step(c.rcuStep(EvSyncStart), -1)
	if c.rcuNesting > 0 {
		c.Bug("synchronize_rcu: called in a read-side critical section", "")
	}
	if c.m.lateRCU() {
		c.m.graph.gracePeriod(c)
		c.rcuEvent(EvSyncStart)
		c.rcuEvent(EvSyncEnd)
		return
	}
	k := c.beginPeriod()
	c.rcuEvent(EvSyncStart)
	c.step(EvSyncEnd, -1)
	if c.m.rcu.periods[k].readers != 0 {
		c.syncIndex = k
		c.block(waitGracePeriod)
	}
	c.endPeriod(k)
	c.rcuEvent(EvSyncEnd)
}

func (c *CPU) rcuEvent(kind EventKind) {
	c.m.mix(c, kind, 0, 0)
	if c.m.asking {
		c.logStep(c.rcuStep(kind), -1, 0, 0)
	}
	if c.m.tracing {
		c.record(Event{Kind: kind})
	}
}

// rcuStep is what kind of step kind is to an explorer: a mere barrier where the
// order of beginnings is left open.
func (c *CPU) rcuStep(kind EventKind) EventKind {
	if c.m.lateRCU() {
		return EvFence
	}
	return kind
}

// Offsets in struct rcu_head, bytes.
const (
	rcuHeadNext = 0
	rcuHeadFunc = 8
)

// CallRcu is call_rcu of the rcu_head at head. It stores func, then next =
// NULL, as v6.0 does, and queues the callback; next is stored again when the
// CPU's following callback is queued.
func (c *CPU) CallRcu(head Addr, fn uint64) {
	m := c.m
	if m.lateRCU() {
		panic("sim: call_rcu in a program that gives its dependencies; see SetDependencies")
	}
	c.store(head+rcuHeadFunc, 8, fn, Once)
	c.store(head+rcuHeadNext, 8, 0, Once)
	c.step(EvCallRcu, -1)
	// One step from here on, as under the lock of the list of callbacks:
	// rcu_do_batch cannot take the callback that is linked to.
	for k := len(m.rcu.queue) - 1; k >= m.rcu.invoked; k-- {
		if p := m.rcu.queue[k]; int(p.cpu) == c.id {
			c.doStore(p.head+rcuHeadNext, 8, uint64(head), Once, true)
			break
		}
	}
	if m.engine == onGraph {
		m.graph.noteOther(c, noteEnqueue, 0)
	}
	k := c.beginPeriod()
	m.rcu.queue = append(m.rcu.queue, callback{head: head, cpu: int8(c.id), period: int32(k)})
	m.mix(c, EvCallRcu, head, fn)
	if m.asking {
		c.logStep(EvCallRcu, -1, 0, 0)
	}
	if m.tracing {
		c.record(Event{Kind: EvCallRcu, Addr: head, Val: fn})
	}
}

// RcuDoBatch is rcu_do_batch: it takes the callbacks whose grace period has
// ended, in the order they were queued, and for each reads func, stores func =
// 0, and calls invoke. It returns how many there were.
func (c *CPU) RcuDoBatch(invoke func(c *CPU, head Addr, fn uint64)) int {
	c.step(EvCallback, -1)
	m := c.m
	if m.asking {
		c.logStep(EvCallback, -1, 0, 0)
	}
	end := m.rcu.invoked
	for end < len(m.rcu.queue) && m.rcu.periods[m.rcu.queue[end].period].readers == 0 {
		end++
	}
	// The batch is this CPU's from here on, whoever else looks for one. The
	// lock of the lists orders it after all that were queued.
	switch m.engine {
	case loadTimes:
		m.tso.fence(c, FenceMb)
	case onGraph:
		m.graph.noteOther(c, noteDequeue, 0)
	}
	begin := m.rcu.invoked
	m.rcu.invoked = end
	for k := begin; k < end; k++ {
		cb := m.rcu.queue[k]
		c.endPeriod(int(cb.period))
		fn := c.load(cb.head+rcuHeadFunc, 8, Once)
		c.store(cb.head+rcuHeadFunc, 8, 0, Once)
		m.mix(c, EvCallback, cb.head, fn)
		if m.tracing {
			c.record(Event{Kind: EvCallback, Addr: cb.head, Val: fn})
		}
		invoke(c, cb.head, fn)
	}
	return end - begin
}

// RcuPending returns how many callbacks wait to be taken by RcuDoBatch.
func (m *Machine) RcuPending() int { return len(m.rcu.queue) - m.rcu.invoked }

// RcuPending returns how many callbacks wait to be taken by RcuDoBatch.
func (c *CPU) RcuPending() int { return c.m.RcuPending() }
