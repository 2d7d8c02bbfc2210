package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Oracle 8: RCU callbacks.
const (
	bugCallRcuTwice   = "call_rcu: callback is already queued"
	bugCallbackTwice  = "rcu_do_batch: callback is not queued"
	bugCallbackEarly  = "rcu_do_batch: callback invoked inside a pre-existing reader"
	bugCallbackFunc   = "rcu_do_batch: func is not a callback"
	bugCallbackLeaked = "rcu: callback never invoked"
)

func (mm *MM) noteReadLock(c *sim.CPU) {
	s := &mm.shadow
	r := &s.readers[c.ID()]
	if r.nesting++; r.nesting == 1 {
		s.clock++
		r.since = s.clock
	}
}

func (mm *MM) noteReadUnlock(c *sim.CPU) { mm.shadow.readers[c.ID()].nesting-- }

// queuedAt returns the clock when the rcu_head was queued, 0 when it is not. The
// rcu_head is in a struct page, or in an object.
func (s *shadow) queuedAt(head sim.Addr) *uint32 {
	if isObjectAddr(head) {
		return &s.queued[(head-directMap)/smallestObject]
	}
	return &s.page(Page(head)).queued
}

func (mm *MM) checkNotQueued(c *sim.CPU, head sim.Addr) {
	if *mm.shadow.queuedAt(head) != 0 {
		c.Bug(bugCallRcuTwice, "")
	}
}

func (mm *MM) noteQueued(head sim.Addr) {
	s := &mm.shadow
	s.clock++
	*s.queuedAt(head) = s.clock
}

func (mm *MM) checkInvoked(c *sim.CPU, head sim.Addr) {
	p := mm.shadow.queuedAt(head)
	queued := *p
	if queued == 0 {
		c.Bug(bugCallbackTwice, "")
	}
	*p = 0
	for i := range mm.shadow.readers {
		if r := &mm.shadow.readers[i]; r.nesting > 0 && r.since < queued {
			c.Bug(bugCallbackEarly, "")
		}
	}
}

// checkRcuLeak wants no callback to be left at quiescence.
func (mm *MM) checkRcuLeak(c *sim.CPU) {
	for i := range mm.shadow.pages {
		if mm.shadow.pages[i].queued != 0 {
			c.Bug(bugCallbackLeaked, "")
		}
	}
	for _, queued := range mm.shadow.queued {
		if queued != 0 {
			c.Bug(bugCallbackLeaked, "")
		}
	}
}
