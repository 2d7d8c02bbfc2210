package axiom

import "github.com/mmfuzz/mmfuzz/mm/sim"

func ReadOnce(dst, loc string) Step {
	return Step{kind: stepRead, dst: dst, loc: loc, run: func(c *sim.CPU, a sim.Addr, narrow bool, _, _ uint64) uint64 {
		if narrow {
			return uint64(c.ReadOnce32(a))
		}
		return c.ReadOnce(a)
	}}
}

func WriteOnce(loc string, v any) Step {
	return Step{kind: stepWrite, loc: loc, x: value(v), run: func(c *sim.CPU, a sim.Addr, narrow bool, x, _ uint64) uint64 {
		if narrow {
			c.WriteOnce32(a, uint32(x))
		} else {
			c.WriteOnce(a, x)
		}
		return 0
	}}
}

func SmpLoadAcquire(dst, loc string) Step {
	return Step{kind: stepRead, tag: Acquire, dst: dst, loc: loc, run: func(c *sim.CPU, a sim.Addr, narrow bool, _, _ uint64) uint64 {
		if narrow {
			return uint64(c.SmpLoadAcquire32(a))
		}
		return c.SmpLoadAcquire(a)
	}}
}

func SmpStoreRelease(loc string, v any) Step {
	return Step{kind: stepWrite, tag: Release, loc: loc, x: value(v), run: func(c *sim.CPU, a sim.Addr, narrow bool, x, _ uint64) uint64 {
		if narrow {
			c.SmpStoreRelease32(a, uint32(x))
		} else {
			c.SmpStoreRelease(a, x)
		}
		return 0
	}}
}

// RcuDereference reads a pointer. By itself it is a READ_ONCE; the machine takes all that follows to depend on it.
func RcuDereference(dst, loc string) Step {
	return Step{kind: stepRead, tag: deref, dst: dst, loc: loc, run: func(c *sim.CPU, a sim.Addr, _ bool, _, _ uint64) uint64 {
		return c.RcuDereference(a)
	}}
}

func RcuAssignPointer(loc string, v any) Step {
	return Step{kind: stepWrite, tag: Release, loc: loc, x: value(v), run: func(c *sim.CPU, a sim.Addr, _ bool, x, _ uint64) uint64 {
		c.RcuAssignPointer(a, x)
		return 0
	}}
}

func fence(tag Tag, f func(*sim.CPU)) Step {
	return Step{kind: stepFence, tag: tag, run: func(c *sim.CPU, _ sim.Addr, _ bool, _, _ uint64) uint64 { f(c); return 0 }}
}

func SmpMb() Step              { return fence(Mb, (*sim.CPU).SmpMb) }
func SmpRmb() Step             { return fence(Rmb, (*sim.CPU).SmpRmb) }
func SmpWmb() Step             { return fence(Wmb, (*sim.CPU).SmpWmb) }
func SmpMbBeforeAtomic() Step  { return fence(BeforeAtomic, (*sim.CPU).SmpMbBeforeAtomic) }
func SmpMbAfterAtomic() Step   { return fence(AfterAtomic, (*sim.CPU).SmpMbAfterAtomic) }
func SmpMbAfterSpinlock() Step { return fence(AfterSpinlock, (*sim.CPU).SmpMbAfterSpinlock) }
func RcuReadLock() Step        { return fence(RcuLock, (*sim.CPU).RcuReadLock) }
func RcuReadUnlock() Step      { return fence(RcuUnlock, (*sim.CPU).RcuReadUnlock) }
func SynchronizeRcu() Step     { return fence(SyncRcu, (*sim.CPU).SynchronizeRcu) }

func SpinLock(loc string) Step {
	return Step{kind: stepLock, loc: loc, run: func(c *sim.CPU, a sim.Addr, _ bool, _, _ uint64) uint64 { c.SpinLock(a); return 0 }}
}

func SpinUnlock(loc string) Step {
	return Step{kind: stepUnlock, loc: loc, run: func(c *sim.CPU, a sim.Addr, _ bool, _, _ uint64) uint64 { c.SpinUnlock(a); return 0 }}
}

func SpinTrylock(dst, loc string) Step {
	return Step{kind: stepTrylock, dst: dst, loc: loc, run: func(c *sim.CPU, a sim.Addr, _ bool, _, _ uint64) uint64 {
		return truth(c.SpinTrylock(a))
	}}
}

// If does then when cond is not 0, and els otherwise.
func If(cond any, then []Step, els ...Step) Step {
	return Step{kind: stepIf, x: value(cond), then: then, els: els}
}

// Set gives a register a value.
func Set(dst string, v any) Step { return Step{kind: stepSet, dst: dst, x: value(v)} }
