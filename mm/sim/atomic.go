package sim

// Xchg is xchg, fully ordered; it returns the old value.
func (c *CPU) Xchg(a Addr, v uint64) uint64 { return c.xchg(a, v, Mb) }

// XchgAcquire is xchg_acquire.
func (c *CPU) XchgAcquire(a Addr, v uint64) uint64 { return c.xchg(a, v, Acquire) }

// XchgRelease is xchg_release.
func (c *CPU) XchgRelease(a Addr, v uint64) uint64 { return c.xchg(a, v, Release) }

// XchgRelaxed is xchg_relaxed.
func (c *CPU) XchgRelaxed(a Addr, v uint64) uint64 { return c.xchg(a, v, Once) }

func (c *CPU) xchg(a Addr, v uint64, o Order) uint64 {
	old, _ := c.rmw(a, 8, opXchg, v, 0, o)
	return old
}

// Cmpxchg is cmpxchg: it stores new if the value is old, and returns the value
// found. Fully ordered when it stores; otherwise a load that orders nothing.
func (c *CPU) Cmpxchg(a Addr, old, new uint64) uint64 { return c.cmpxchg(a, old, new, Mb) }

// CmpxchgAcquire is cmpxchg_acquire.
func (c *CPU) CmpxchgAcquire(a Addr, old, new uint64) uint64 { return c.cmpxchg(a, old, new, Acquire) }

// CmpxchgRelease is cmpxchg_release.
func (c *CPU) CmpxchgRelease(a Addr, old, new uint64) uint64 { return c.cmpxchg(a, old, new, Release) }

// CmpxchgRelaxed is cmpxchg_relaxed.
func (c *CPU) CmpxchgRelaxed(a Addr, old, new uint64) uint64 { return c.cmpxchg(a, old, new, Once) }

func (c *CPU) cmpxchg(a Addr, old, new uint64, o Order) uint64 {
	prev, _ := c.rmw(a, 8, opCmpxchg, new, old, o)
	return prev
}

// AtomicRead is atomic_read of an atomic_t, 32 bits.
func (c *CPU) AtomicRead(a Addr) int32 { return int32(c.load(a, 4, Once)) }

// AtomicSet is atomic_set.
func (c *CPU) AtomicSet(a Addr, v int32) { c.store(a, 4, uint64(uint32(v)), Once) }

// AtomicAdd is atomic_add: no value, no ordering.
func (c *CPU) AtomicAdd(a Addr, n int32) { c.atomicAdd(a, n, NoReturn) }

// AtomicInc is atomic_inc: no value, no ordering.
func (c *CPU) AtomicInc(a Addr) { c.atomicAdd(a, 1, NoReturn) }

// AtomicDec is atomic_dec: no value, no ordering.
func (c *CPU) AtomicDec(a Addr) { c.atomicAdd(a, -1, NoReturn) }

// AtomicAddReturn is atomic_add_return, fully ordered; it returns the new value.
func (c *CPU) AtomicAddReturn(a Addr, n int32) int32 { return c.atomicAdd(a, n, Mb) + n }

// AtomicAddReturnAcquire is atomic_add_return_acquire.
func (c *CPU) AtomicAddReturnAcquire(a Addr, n int32) int32 { return c.atomicAdd(a, n, Acquire) + n }

// AtomicAddReturnRelease is atomic_add_return_release.
func (c *CPU) AtomicAddReturnRelease(a Addr, n int32) int32 { return c.atomicAdd(a, n, Release) + n }

// AtomicAddReturnRelaxed is atomic_add_return_relaxed.
func (c *CPU) AtomicAddReturnRelaxed(a Addr, n int32) int32 { return c.atomicAdd(a, n, Once) + n }

// AtomicFetchAdd is atomic_fetch_add, fully ordered; it returns the old value.
func (c *CPU) AtomicFetchAdd(a Addr, n int32) int32 { return c.atomicAdd(a, n, Mb) }

// AtomicFetchAddAcquire is atomic_fetch_add_acquire.
func (c *CPU) AtomicFetchAddAcquire(a Addr, n int32) int32 { return c.atomicAdd(a, n, Acquire) }

// AtomicFetchAddRelease is atomic_fetch_add_release.
func (c *CPU) AtomicFetchAddRelease(a Addr, n int32) int32 { return c.atomicAdd(a, n, Release) }

// AtomicFetchAddRelaxed is atomic_fetch_add_relaxed.
func (c *CPU) AtomicFetchAddRelaxed(a Addr, n int32) int32 { return c.atomicAdd(a, n, Once) }

// AtomicDecAndTest is atomic_dec_and_test, fully ordered: whether the new value
// is 0.
func (c *CPU) AtomicDecAndTest(a Addr) bool { return c.atomicAdd(a, -1, Mb) == 1 }

func (c *CPU) atomicAdd(a Addr, n int32, o Order) int32 {
	old, _ := c.rmw(a, 4, opAdd, uint64(uint32(n)), 0, o)
	return int32(old)
}

// Atomic64FetchAdd is atomic64_fetch_add in its forms: order is Mb, Acquire,
// Release, Once for _relaxed, or NoReturn for atomic64_add, whose old value is
// not to be used.
func (c *CPU) Atomic64FetchAdd(a Addr, n uint64, order Order) uint64 {
	old, _ := c.rmw(a, 8, opAdd, n, 0, order)
	return old
}

// Atomic64FetchAnd is atomic64_fetch_and. See Atomic64FetchAdd.
func (c *CPU) Atomic64FetchAnd(a Addr, v uint64, order Order) uint64 {
	old, _ := c.rmw(a, 8, opAnd, v, 0, order)
	return old
}

// Atomic64FetchOr is atomic64_fetch_or. See Atomic64FetchAdd.
func (c *CPU) Atomic64FetchOr(a Addr, v uint64, order Order) uint64 {
	old, _ := c.rmw(a, 8, opOr, v, 0, order)
	return old
}

// Atomic64FetchXor is atomic64_fetch_xor. See Atomic64FetchAdd.
func (c *CPU) Atomic64FetchXor(a Addr, v uint64, order Order) uint64 {
	old, _ := c.rmw(a, 8, opXor, v, 0, order)
	return old
}

// Atomic64AddUnless is atomic64_add_unless. See AtomicAddUnless.
func (c *CPU) Atomic64AddUnless(a Addr, n, u uint64) bool {
	_, ok := c.rmw(a, 8, opAddUnless, n, u, Mb)
	return ok
}

// AtomicAddUnless is atomic_add_unless: it adds n unless the value is u, and
// returns whether it did. Fully ordered when it did; otherwise no ordering.
func (c *CPU) AtomicAddUnless(a Addr, n, u int32) bool {
	_, ok := c.rmw(a, 4, opAddUnless, uint64(uint32(n)), uint64(uint32(u)), Mb)
	return ok
}

// AtomicIncNotZero is atomic_inc_not_zero.
func (c *CPU) AtomicIncNotZero(a Addr) bool { return c.AtomicAddUnless(a, 1, 0) }

// AtomicCmpxchg is atomic_cmpxchg. See Cmpxchg.
func (c *CPU) AtomicCmpxchg(a Addr, old, new int32) int32 { return c.atomicCmpxchg(a, old, new, Mb) }

// AtomicCmpxchgAcquire is atomic_cmpxchg_acquire.
func (c *CPU) AtomicCmpxchgAcquire(a Addr, old, new int32) int32 {
	return c.atomicCmpxchg(a, old, new, Acquire)
}

// AtomicCmpxchgRelease is atomic_cmpxchg_release.
func (c *CPU) AtomicCmpxchgRelease(a Addr, old, new int32) int32 {
	return c.atomicCmpxchg(a, old, new, Release)
}

// AtomicCmpxchgRelaxed is atomic_cmpxchg_relaxed.
func (c *CPU) AtomicCmpxchgRelaxed(a Addr, old, new int32) int32 {
	return c.atomicCmpxchg(a, old, new, Once)
}

func (c *CPU) atomicCmpxchg(a Addr, old, new int32, o Order) int32 {
	prev, _ := c.rmw(a, 4, opCmpxchg, uint64(uint32(new)), uint64(uint32(old)), o)
	return int32(prev)
}
