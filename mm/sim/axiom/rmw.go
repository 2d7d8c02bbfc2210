package axiom

import "github.com/mmfuzz/mmfuzz/mm/sim"

// rmwForm is a read-modify-write primitive as the model sees it: what it stores when, what it gives, how it is tagged.
type rmwForm struct {
	readTag, writeTag Tag
	failTag           Tag // of the read when it fails
	stores            func(old, x, y *Expr) *Expr
	succeeds          func(old, x, y *Expr) *Expr // nil: always
	gives             func(old, stored, done *Expr) *Expr
	narrow            bool // it is an atomic_t
	givesNew          bool // what it gives depends on its operand too
}

// The orderings of a successful RMW.
var (
	full    = [2]Tag{Mb, Mb}
	acquire = [2]Tag{Acquire, 0}
	release = [2]Tag{0, Release}
	relaxed = [2]Tag{0, 0}
	silent  = [2]Tag{Noreturn, 0}
)

func givesOld(old, _, _ *Expr) *Expr       { return old }
func givesStored(_, stored, _ *Expr) *Expr { return stored }
func givesDone(_, _, done *Expr) *Expr     { return done }
func givesZero(_, stored, _ *Expr) *Expr   { return Op(stored, '=', 0) }

func storesX(_, x, _ *Expr) *Expr     { return x }
func storesY(_, _, y *Expr) *Expr     { return y }
func storesSum(old, x, _ *Expr) *Expr { return Op(old, '+', x) }
func wasX(old, x, _ *Expr) *Expr      { return Op(old, '=', x) }
func wasNotY(old, _, y *Expr) *Expr   { return Op(old, '!', y) }

type method func(c *sim.CPU, a sim.Addr, x, y uint64) uint64

func rmw(name, dst, loc string, x, y *Expr, order [2]Tag, form rmwForm, run method) Step {
	form.readTag, form.writeTag = order[0], order[1]
	return Step{name: name, kind: stepRMW, dst: dst, loc: loc, x: x, y: y, rmw: &form,
		run: func(c *sim.CPU, a sim.Addr, _ bool, x, y uint64) uint64 { return run(c, a, x, y) }}
}

func xchg(name, dst, loc string, v any, order [2]Tag, f func(*sim.CPU, sim.Addr, uint64) uint64) Step {
	return rmw(name, dst, loc, value(v), nil, order, rmwForm{stores: storesX, gives: givesOld},
		func(c *sim.CPU, a sim.Addr, x, _ uint64) uint64 { return f(c, a, x) })
}

func Xchg(dst, loc string, v any) Step { return xchg("xchg", dst, loc, v, full, (*sim.CPU).Xchg) }
func XchgAcquire(dst, loc string, v any) Step {
	return xchg("xchg_acquire", dst, loc, v, acquire, (*sim.CPU).XchgAcquire)
}
func XchgRelease(dst, loc string, v any) Step {
	return xchg("xchg_release", dst, loc, v, release, (*sim.CPU).XchgRelease)
}
func XchgRelaxed(dst, loc string, v any) Step {
	return xchg("xchg_relaxed", dst, loc, v, relaxed, (*sim.CPU).XchgRelaxed)
}

func cmpxchg(name, dst, loc string, old, v any, order [2]Tag, f func(*sim.CPU, sim.Addr, uint64, uint64) uint64) Step {
	return rmw(name, dst, loc, value(old), value(v), order, rmwForm{stores: storesY, succeeds: wasX, gives: givesOld}, f)
}

func Cmpxchg(dst, loc string, old, v any) Step {
	return cmpxchg("cmpxchg", dst, loc, old, v, full, (*sim.CPU).Cmpxchg)
}

func CmpxchgAcquire(dst, loc string, old, v any) Step {
	return cmpxchg("cmpxchg_acquire", dst, loc, old, v, acquire, (*sim.CPU).CmpxchgAcquire)
}

func CmpxchgRelease(dst, loc string, old, v any) Step {
	return cmpxchg("cmpxchg_release", dst, loc, old, v, release, (*sim.CPU).CmpxchgRelease)
}

func CmpxchgRelaxed(dst, loc string, old, v any) Step {
	return cmpxchg("cmpxchg_relaxed", dst, loc, old, v, relaxed, (*sim.CPU).CmpxchgRelaxed)
}

func add(name, dst, loc string, n int, order [2]Tag, gives func(old, stored, done *Expr) *Expr, run method) Step {
	return rmw(name, dst, loc, value(n), nil, order, rmwForm{stores: storesSum, gives: gives, narrow: true, givesNew: true}, run)
}

func returning(f func(*sim.CPU, sim.Addr, int32) int32) method {
	return func(c *sim.CPU, a sim.Addr, x, _ uint64) uint64 { return uint64(f(c, a, int32(x))) }
}

func AtomicInc(loc string) Step {
	return add("atomic_inc", "", loc, 1, silent, givesOld, func(c *sim.CPU, a sim.Addr, _, _ uint64) uint64 { c.AtomicInc(a); return 0 })
}

func AtomicAdd(n int, loc string) Step {
	return add("atomic_add", "", loc, n, silent, givesOld, func(c *sim.CPU, a sim.Addr, x, _ uint64) uint64 { c.AtomicAdd(a, int32(x)); return 0 })
}

func AtomicAddReturn(dst string, n int, loc string) Step {
	return add("atomic_add_return", dst, loc, n, full, givesStored, returning((*sim.CPU).AtomicAddReturn))
}

func AtomicAddReturnAcquire(dst string, n int, loc string) Step {
	return add("atomic_add_return_acquire", dst, loc, n, acquire, givesStored, returning((*sim.CPU).AtomicAddReturnAcquire))
}

func AtomicAddReturnRelease(dst string, n int, loc string) Step {
	return add("atomic_add_return_release", dst, loc, n, release, givesStored, returning((*sim.CPU).AtomicAddReturnRelease))
}

func AtomicAddReturnRelaxed(dst string, n int, loc string) Step {
	return add("atomic_add_return_relaxed", dst, loc, n, relaxed, givesStored, returning((*sim.CPU).AtomicAddReturnRelaxed))
}

func AtomicFetchAdd(dst string, n int, loc string) Step {
	return add("atomic_fetch_add", dst, loc, n, full, givesOld, returning((*sim.CPU).AtomicFetchAdd))
}

func AtomicFetchAddRelaxed(dst string, n int, loc string) Step {
	return add("atomic_fetch_add_relaxed", dst, loc, n, relaxed, givesOld, returning((*sim.CPU).AtomicFetchAddRelaxed))
}

func AtomicFetchAddRelease(dst string, n int, loc string) Step {
	return add("atomic_fetch_add_release", dst, loc, n, release, givesOld, returning((*sim.CPU).AtomicFetchAddRelease))
}

func AtomicDecAndTest(dst, loc string) Step {
	return add("atomic_dec_and_test", dst, loc, -1, full, givesZero, func(c *sim.CPU, a sim.Addr, _, _ uint64) uint64 { return truth(c.AtomicDecAndTest(a)) })
}

// AtomicAddUnless adds n unless the value is u, and says whether it did.
func AtomicAddUnless(dst, loc string, n, u int) Step {
	return rmw("atomic_add_unless", dst, loc, value(n), value(u), full,
		rmwForm{stores: storesSum, succeeds: wasNotY, gives: givesDone, failTag: tested, narrow: true},
		func(c *sim.CPU, a sim.Addr, x, y uint64) uint64 {
			return truth(c.AtomicAddUnless(a, int32(x), int32(y)))
		})
}

func bit(name, dst, loc string, order [2]Tag, op byte, gives, succeeds func(*Expr) *Expr, run func(*sim.CPU, sim.Addr) bool) Step {
	form := rmwForm{
		stores: func(old, _, _ *Expr) *Expr { return Op(old, op, 1) },
		gives:  func(old, _, _ *Expr) *Expr { return gives(old) },
	}
	if succeeds != nil {
		form.succeeds = func(old, _, _ *Expr) *Expr { return succeeds(old) }
	}
	return rmw(name, dst, loc, nil, nil, order, form,
		func(c *sim.CPU, a sim.Addr, _, _ uint64) uint64 { return truth(run(c, a)) })
}

func bit0(old *Expr) *Expr      { return Op(old, '&', 1) }
func bit0Clear(old *Expr) *Expr { return Op(bit0(old), '=', 0) }

// The bit operations work on bit 0.
func SetBit(loc string) Step {
	return bit("set_bit", "", loc, silent, '|', bit0, nil, func(c *sim.CPU, a sim.Addr) bool { c.SetBit(0, a); return false })
}

func ClearBit(loc string) Step {
	return bit("clear_bit", "", loc, silent, '~', bit0, nil, func(c *sim.CPU, a sim.Addr) bool { c.ClearBit(0, a); return false })
}

func TestAndSetBit(dst, loc string) Step {
	return bit("test_and_set_bit", dst, loc, full, '|', bit0, nil, func(c *sim.CPU, a sim.Addr) bool { return c.TestAndSetBit(0, a) })
}

func TestAndClearBit(dst, loc string) Step {
	return bit("test_and_clear_bit", dst, loc, full, '~', bit0, nil, func(c *sim.CPU, a sim.Addr) bool { return c.TestAndClearBit(0, a) })
}

func TestAndSetBitLock(dst, loc string) Step {
	return bit("test_and_set_bit_lock", dst, loc, acquire, '|', bit0, bit0Clear, func(c *sim.CPU, a sim.Addr) bool { return c.TestAndSetBitLock(0, a) })
}

func ClearBitUnlock(loc string) Step {
	return bit("clear_bit_unlock", "", loc, release, '~', bit0, nil, func(c *sim.CPU, a sim.Addr) bool { c.ClearBitUnlock(0, a); return false })
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
