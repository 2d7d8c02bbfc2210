package sim

// A spin lock is one 64-bit word: 0 when unlocked, else 1 + the owner's CPU.

// SpinLock is spin_lock. A CPU that waits for ever is a deadlock.
func (c *CPU) SpinLock(a Addr) {
	i, shift := c.access(EvLock, a, 8)
	for c.m.cells[i].val != 0 {
		c.waitCell, c.waitMask = i, ^uint64(0)
		c.block(waitLock)
	}
	c.rmwNow(a, rmwRequest{cell: i, shift: shift, size: 8, op: opCmpxchg, a: uint64(c.id) + 1, order: locking, newest: true})
}

// SpinTrylock is spin_trylock: whether it took the lock.
func (c *CPU) SpinTrylock(a Addr) bool {
	_, ok := c.rmw(a, 8, opCmpxchg, uint64(c.id)+1, 0, locking)
	return ok
}

// SpinUnlock is spin_unlock. Unlocking a lock that the CPU does not hold is a
// bug.
func (c *CPU) SpinUnlock(a Addr) {
	i, _ := c.access(EvWrite, a, 8)
	if c.m.cells[i].val != uint64(c.id)+1 {
		c.Bug("spin_unlock: lock is not held by this CPU", c.m.addrName(a))
	}
	c.doStore(a, 8, 0, unlocking, true)
}
