package sim

// Bits are numbered 0 to 63 in the 64-bit word at the address.

// TestBit is test_bit: a volatile load.
func (c *CPU) TestBit(nr uint, a Addr) bool { return c.load(a, 8, Once)>>nr&1 != 0 }

// SetBit is set_bit: atomic, no ordering.
func (c *CPU) SetBit(nr uint, a Addr) { c.rmw(a, 8, opOr, 1<<nr, 0, NoReturn) }

// ClearBit is clear_bit: atomic, no ordering.
func (c *CPU) ClearBit(nr uint, a Addr) { c.rmw(a, 8, opAndNot, 1<<nr, 0, NoReturn) }

// ChangeBit is change_bit: atomic, no ordering.
func (c *CPU) ChangeBit(nr uint, a Addr) { c.rmw(a, 8, opXor, 1<<nr, 0, NoReturn) }

// TestAndSetBit is test_and_set_bit: fully ordered; it returns the old bit.
func (c *CPU) TestAndSetBit(nr uint, a Addr) bool {
	old, _ := c.rmw(a, 8, opOr, 1<<nr, 0, Mb)
	return old>>nr&1 != 0
}

// TestAndClearBit is test_and_clear_bit: fully ordered; it returns the old bit.
func (c *CPU) TestAndClearBit(nr uint, a Addr) bool {
	old, _ := c.rmw(a, 8, opAndNot, 1<<nr, 0, Mb)
	return old>>nr&1 != 0
}

// TestAndSetBitLock is test_and_set_bit_lock: acquire when it takes the bit and
// returns false; a load without ordering when the bit is already set.
func (c *CPU) TestAndSetBitLock(nr uint, a Addr) bool {
	_, ok := c.rmw(a, 8, opSetIfClear, 1<<nr, 0, Acquire)
	return !ok
}

// ClearBitUnlock is clear_bit_unlock: atomic, release.
func (c *CPU) ClearBitUnlock(nr uint, a Addr) { c.rmw(a, 8, opAndNot, 1<<nr, 0, Release) }

// SetBitNonAtomic is __set_bit: a load and a store, two steps.
func (c *CPU) SetBitNonAtomic(nr uint, a Addr) { c.store(a, 8, c.load(a, 8, Once)|1<<nr, Once) }

// ClearBitNonAtomic is __clear_bit: a load and a store, two steps.
func (c *CPU) ClearBitNonAtomic(nr uint, a Addr) { c.store(a, 8, c.load(a, 8, Once)&^(1<<nr), Once) }

// ClearBitUnlockNonAtomic is __clear_bit_unlock: a load and a store-release.
func (c *CPU) ClearBitUnlockNonAtomic(nr uint, a Addr) {
	c.store(a, 8, c.load(a, 8, Once)&^(1<<nr), Release)
}

// WaitOnBit is wait_on_bit: it sleeps until the newest value of the bit is
// clear. It does not take the bit and orders nothing.
func (c *CPU) WaitOnBit(nr uint, a Addr) {
	i, _ := c.access(EvWait, a, 8)
	for c.m.cells[i].val>>nr&1 != 0 {
		c.waitCell, c.waitMask = i, 1<<nr
		c.block(waitBit)
	}
	c.m.mix(c, EvWait, a, uint64(nr))
	if c.m.tracing {
		c.record(Event{Kind: EvWait, Addr: a, Size: 8, Val: uint64(nr), cell: i})
	}
}
