package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// rcuReadLock is rcu_read_lock, include/linux/rcupdate.h, v6.0.
func (mm *MM) rcuReadLock(c *sim.CPU) {
	c.RcuReadLock()
	mm.noteReadLock(c)
}

// rcuReadUnlock is rcu_read_unlock, include/linux/rcupdate.h, v6.0.
func (mm *MM) rcuReadUnlock(c *sim.CPU) {
	c.RcuReadUnlock()
	mm.noteReadUnlock(c)
}

// callRcu is call_rcu, kernel/rcu/tree.c, v6.0: plain stores of func and next.
func (mm *MM) callRcu(c *sim.CPU, head sim.Addr, fn uint64) {
	mm.checkNotQueued(c, head)
	c.CallRcu(head, fn)
	mm.noteQueued(head)
}

// rcuDoBatch is rcu_do_batch, kernel/rcu/tree.c, v6.0: func is read, set to
// NULL, and called. It returns how many callbacks were invoked.
func (mm *MM) rcuDoBatch(c *sim.CPU) int { return c.RcuDoBatch(mm.invoke) }

// rcuInvoke calls the function fn of the callback at head.
func (mm *MM) rcuInvoke(c *sim.CPU, head sim.Addr, fn uint64) {
	mm.checkInvoked(c, head)
	if fn != mm.text[mm.callback()] {
		c.Bug(bugCallbackFunc, "")
	}
	mm.alloc.rcuFree(mm, c, head)
}

// callback is the function that the slab allocator gives to call_rcu.
func (mm *MM) callback() symbol { return callbacks[mm.cfg.chosen[cfgAlloc]] }
