package axiom

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Shape bounds a random program.
type Shape struct {
	CPUs, Steps, Vars int
	Kinds             []string // of steps; what is listed twice is drawn twice as often
}

// Kinds of steps for random programs.
func LoadsAndStores() []string { return []string{"read", "read", "write", "write"} }

func Barriers() []string {
	return append([]string{"acquire", "release", "mb", "rmb", "wmb", "deref"}, LoadsAndStores()...)
}

func Atomics() []string {
	return append([]string{"xchg", "xchg_acquire", "xchg_release", "xchg_relaxed", "cmpxchg", "cmpxchg_relaxed", "cmpxchg_acquire",
		"cmpxchg_release", "set_bit", "test_and_set_bit", "test_and_set_bit_lock", "clear_bit_unlock", "before_atomic", "after_atomic"}, Barriers()...)
}

func Locks() []string {
	return append([]string{"lock", "lock", "lock", "trylock", "after_spinlock"}, Barriers()...)
}

func RCU() []string { return append([]string{"rcu", "rcu", "sync", "sync"}, LoadsAndStores()...) }

func All() []string {
	return slices.Concat([]string{"lock", "trylock", "after_spinlock", "rcu", "sync", "if"}, Atomics(), Barriers())
}

// Depending is for machines that are told of dependencies: an rcu_dereference means nothing special there.
func Depending() []string {
	return append([]string{"data", "data", "addr read", "addr write", "if", "if", "xchg_relaxed", "cmpxchg_relaxed", "set_bit",
		"acquire", "release", "mb", "rmb", "wmb"}, LoadsAndStores()...)
}

// Random draws a program from rng. Each thread stores different values, so that an outcome tells who read from whom.
func Random(rng *rand.Rand, s Shape) *Program {
	p := &Program{}
	for t := 0; t < s.CPUs; t++ {
		g := generator{rng: rng, shape: s, value: 1 + 16*t}
		p.Threads = append(p.Threads, g.steps(1+rng.IntN(s.Steps), true))
	}
	return p
}

type generator struct {
	rng   *rand.Rand
	shape Shape
	reg   int
	value int
}

func (g *generator) steps(n int, outer bool) []Step {
	var steps []Step
	for n > 0 {
		n--
		kind := g.shape.Kinds[g.rng.IntN(len(g.shape.Kinds))]
		x := string(rune('x' + g.rng.IntN(g.shape.Vars)))
		r := fmt.Sprintf("r%d", g.reg)
		g.value += 2
		v := g.value
		one := func(s Step) { steps = append(steps, s) }
		inside := func(before, after Step) {
			if !outer {
				return
			}
			k := g.rng.IntN(n + 1)
			n -= k
			steps = append(steps, before)
			steps = append(steps, g.steps(k, false)...)
			steps = append(steps, after)
		}
		switch kind {
		case "read":
			one(ReadOnce(r, x))
		case "write":
			one(WriteOnce(x, v))
		case "data":
			if g.reg > 0 {
				one(WriteOnce(x, Op(Op(g.earlier(), '&', 0), '+', v)))
			}
		case "addr read":
			if g.reg > 0 {
				one(Set("p", Op(Op(g.earlier(), '&', 0), '+', "&"+x)))
				one(ReadOnce(r, "*p"))
			}
		case "addr write":
			if g.reg > 0 {
				one(Set("p", Op(Op(g.earlier(), '&', 0), '+', "&"+x)))
				one(WriteOnce("*p", v))
			}
		case "acquire":
			one(SmpLoadAcquire(r, x))
		case "release":
			one(SmpStoreRelease(x, v))
		case "deref":
			one(RcuDereference(r, x))
		case "mb":
			one(SmpMb())
		case "rmb":
			one(SmpRmb())
		case "wmb":
			one(SmpWmb())
		case "before_atomic":
			one(SmpMbBeforeAtomic())
		case "after_atomic":
			one(SmpMbAfterAtomic())
		case "after_spinlock":
			one(SmpMbAfterSpinlock())
		case "xchg":
			one(Xchg(r, x, v))
		case "xchg_acquire":
			one(XchgAcquire(r, x, v))
		case "xchg_release":
			one(XchgRelease(r, x, v))
		case "xchg_relaxed":
			one(XchgRelaxed(r, x, v))
		case "cmpxchg":
			one(Cmpxchg(r, x, 0, v))
		case "cmpxchg_acquire":
			one(CmpxchgAcquire(r, x, 0, v))
		case "cmpxchg_release":
			one(CmpxchgRelease(r, x, 0, v))
		case "cmpxchg_relaxed":
			one(CmpxchgRelaxed(r, x, 0, v))
		case "set_bit":
			one(SetBit(x))
		case "test_and_set_bit":
			one(TestAndSetBit(r, x))
		case "test_and_set_bit_lock":
			one(TestAndSetBitLock(r, x))
		case "clear_bit_unlock":
			one(ClearBitUnlock(x))
		case "lock":
			l := string(rune('l' + g.rng.IntN(2)))
			inside(SpinLock(l), SpinUnlock(l))
		case "trylock":
			if outer {
				l := string(rune('l' + g.rng.IntN(2)))
				body := g.steps(g.rng.IntN(n+1), false)
				n -= min(n, len(body))
				one(SpinTrylock(r, l))
				one(If(r, append(body, SpinUnlock(l))))
			}
		case "rcu":
			inside(RcuReadLock(), RcuReadUnlock())
		case "sync":
			if outer {
				one(SynchronizeRcu())
			}
		case "if":
			if g.reg > 0 {
				body := g.steps(1, false)
				one(If(Op(g.earlier(), '!', 0), body))
			}
		}
		g.reg++
	}
	return steps
}

// earlier is one of the registers used so far.
func (g *generator) earlier() string { return fmt.Sprintf("r%d", g.rng.IntN(g.reg)) }
