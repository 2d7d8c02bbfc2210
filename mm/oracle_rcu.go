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

// callbackOf returns the shadow of the page that the rcu_head is in.
func (mm *MM) callbackOf(head sim.Addr) *pageShadow { return mm.shadow.page(Page(head)) }

func (mm *MM) checkNotQueued(c *sim.CPU, head sim.Addr) {
	if mm.callbackOf(head).callback {
		c.Bug(bugCallRcuTwice, "")
	}
}

func (mm *MM) noteQueued(head sim.Addr) {
	s := &mm.shadow
	s.clock++
	p := mm.callbackOf(head)
	p.callback, p.queued = true, s.clock
}

func (mm *MM) checkInvoked(c *sim.CPU, head sim.Addr) {
	p := mm.callbackOf(head)
	if !p.callback {
		c.Bug(bugCallbackTwice, "")
	}
	p.callback = false
	for i := range mm.shadow.readers {
		if r := &mm.shadow.readers[i]; r.nesting > 0 && r.since < p.queued {
			c.Bug(bugCallbackEarly, "")
		}
	}
}

// checkRcuLeak wants no callback to be left at quiescence.
func (mm *MM) checkRcuLeak(c *sim.CPU) {
	for i := range mm.shadow.pages {
		if mm.shadow.pages[i].callback {
			c.Bug(bugCallbackLeaked, "")
		}
	}
}
