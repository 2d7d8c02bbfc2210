package axiom

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Steps are named after the kernel's primitives. dst is the register that takes the value, loc the variable.
func ReadOnce(dst, loc string) Step {
	return Step{name: "READ_ONCE", kind: stepRead, dst: dst, loc: loc, run: func(c *sim.CPU, a sim.Addr, narrow bool, _, _ uint64) uint64 {
		if narrow {
			return uint64(c.ReadOnce32(a))
		}
		return c.ReadOnce(a)
	}}
}

func WriteOnce(loc string, v any) Step {
	return Step{name: "WRITE_ONCE", kind: stepWrite, loc: loc, x: value(v), run: func(c *sim.CPU, a sim.Addr, narrow bool, x, _ uint64) uint64 {
		if narrow {
			c.WriteOnce32(a, uint32(x))
		} else {
			c.WriteOnce(a, x)
		}
		return 0
	}}
}

func SmpLoadAcquire(dst, loc string) Step {
	return Step{name: "smp_load_acquire", kind: stepRead, tag: Acquire, dst: dst, loc: loc, run: func(c *sim.CPU, a sim.Addr, narrow bool, _, _ uint64) uint64 {
		if narrow {
			return uint64(c.SmpLoadAcquire32(a))
		}
		return c.SmpLoadAcquire(a)
	}}
}

func SmpStoreRelease(loc string, v any) Step {
	return Step{name: "smp_store_release", kind: stepWrite, tag: Release, loc: loc, x: value(v), run: func(c *sim.CPU, a sim.Addr, narrow bool, x, _ uint64) uint64 {
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
	return Step{name: "rcu_dereference", kind: stepRead, tag: deref, dst: dst, loc: loc, run: func(c *sim.CPU, a sim.Addr, _ bool, _, _ uint64) uint64 {
		return c.RcuDereference(a)
	}}
}

func RcuAssignPointer(loc string, v any) Step {
	return Step{name: "rcu_assign_pointer", kind: stepWrite, tag: Release, loc: loc, x: value(v), run: func(c *sim.CPU, a sim.Addr, _ bool, x, _ uint64) uint64 {
		c.RcuAssignPointer(a, x)
		return 0
	}}
}

func fence(name string, tag Tag, f func(*sim.CPU)) Step {
	return Step{name: name, kind: stepFence, tag: tag, run: func(c *sim.CPU, _ sim.Addr, _ bool, _, _ uint64) uint64 { f(c); return 0 }}
}

func SmpMb() Step  { return fence("smp_mb", Mb, (*sim.CPU).SmpMb) }
func SmpRmb() Step { return fence("smp_rmb", Rmb, (*sim.CPU).SmpRmb) }
func SmpWmb() Step { return fence("smp_wmb", Wmb, (*sim.CPU).SmpWmb) }
func SmpMbBeforeAtomic() Step {
	return fence("smp_mb__before_atomic", BeforeAtomic, (*sim.CPU).SmpMbBeforeAtomic)
}
func SmpMbAfterAtomic() Step {
	return fence("smp_mb__after_atomic", AfterAtomic, (*sim.CPU).SmpMbAfterAtomic)
}
func SmpMbAfterSpinlock() Step {
	return fence("smp_mb__after_spinlock", AfterSpinlock, (*sim.CPU).SmpMbAfterSpinlock)
}
func RcuReadLock() Step    { return fence("rcu_read_lock", RcuLock, (*sim.CPU).RcuReadLock) }
func RcuReadUnlock() Step  { return fence("rcu_read_unlock", RcuUnlock, (*sim.CPU).RcuReadUnlock) }
func SynchronizeRcu() Step { return fence("synchronize_rcu", SyncRcu, (*sim.CPU).SynchronizeRcu) }

func SpinLock(loc string) Step {
	return Step{name: "spin_lock", kind: stepLock, loc: loc, run: func(c *sim.CPU, a sim.Addr, _ bool, _, _ uint64) uint64 { c.SpinLock(a); return 0 }}
}

func SpinUnlock(loc string) Step {
	return Step{name: "spin_unlock", kind: stepUnlock, loc: loc, run: func(c *sim.CPU, a sim.Addr, _ bool, _, _ uint64) uint64 { c.SpinUnlock(a); return 0 }}
}

func SpinTrylock(dst, loc string) Step {
	return Step{name: "spin_trylock", kind: stepTrylock, dst: dst, loc: loc, run: func(c *sim.CPU, a sim.Addr, _ bool, _, _ uint64) uint64 {
		return truth(c.SpinTrylock(a))
	}}
}

// If does then when cond is not 0, and els otherwise.
func If(cond any, then []Step, els ...Step) Step {
	return Step{name: "if", kind: stepIf, x: value(cond), then: then, els: els}
}

// Set gives a register a value.
func Set(dst string, v any) Step { return Step{name: "set", kind: stepSet, dst: dst, x: value(v)} }
