package litmus

import (
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

type primKind uint8

const (
	primRead primKind = iota
	primWrite
	primFence
	primNothing
	primXchg
	primCmpxchg
	primAtomic
	primAddUnless
	primLock
	primUnlock
	primTrylock
	primIsLocked
	primRcuLock
	primRcuUnlock
	primSync
)

// gives is what an atomic operation returns.
type gives uint8

const (
	givesNothing gives = iota
	givesOld
	givesNew
	givesNewIsZero
	givesNewIsNegative
)

// primitive is a row of the kernel's table of primitives.
type primitive struct {
	kind primKind
	// args has a letter for each argument: l a variable (*x), p a pointer to
	// one, v a value.
	args  string
	order sim.Order
	fence sim.Fence

	// primAtomic: old op value, or old op one if there is no value.
	op    string
	one   bool
	gives gives

	thenMb bool
}

// findPrimitive returns the primitive of that name, nil if the kernel's model
// has none.
func findPrimitive(name string) *primitive {
	if p := plainPrimitive(name); p != nil {
		return p
	}
	base, order := splitOrder(name)
	switch base {
	case "xchg", "atomic_xchg":
		return &primitive{kind: primXchg, args: "pv", order: order}
	case "cmpxchg", "atomic_cmpxchg":
		return &primitive{kind: primCmpxchg, args: "pvv", order: order}
	}
	return atomicPrimitive(strings.TrimPrefix(base, "atomic_"), base, order, order != sim.Mb)
}

// plainPrimitive finds those that come in one form only.
func plainPrimitive(name string) *primitive {
	switch name {
	case "READ_ONCE", "rcu_dereference":
		return &primitive{kind: primRead, args: "l"}
	case "atomic_read":
		return &primitive{kind: primRead, args: "p"}
	case "smp_load_acquire", "atomic_read_acquire":
		return &primitive{kind: primRead, args: "p", order: sim.Acquire}
	case "WRITE_ONCE":
		return &primitive{kind: primWrite, args: "lv"}
	case "atomic_set":
		return &primitive{kind: primWrite, args: "pv"}
	case "rcu_assign_pointer":
		return &primitive{kind: primWrite, args: "lv", order: sim.Release}
	case "smp_store_release", "atomic_set_release":
		return &primitive{kind: primWrite, args: "pv", order: sim.Release}
	case "smp_store_mb":
		return &primitive{kind: primWrite, args: "lv", thenMb: true}
	case "smp_mb":
		return &primitive{kind: primFence, fence: sim.FenceMb}
	case "smp_rmb":
		return &primitive{kind: primFence, fence: sim.FenceRmb}
	case "smp_wmb":
		return &primitive{kind: primFence, fence: sim.FenceWmb}
	case "smp_mb__before_atomic":
		return &primitive{kind: primFence, fence: sim.FenceBeforeAtomic}
	case "smp_mb__after_atomic":
		return &primitive{kind: primFence, fence: sim.FenceAfterAtomic}
	case "smp_mb__after_spinlock":
		return &primitive{kind: primFence, fence: sim.FenceAfterSpinlock}
	case "barrier":
		return &primitive{kind: primNothing}
	case "spin_lock":
		return &primitive{kind: primLock, args: "p"}
	case "spin_unlock":
		return &primitive{kind: primUnlock, args: "p"}
	case "spin_trylock":
		return &primitive{kind: primTrylock, args: "p"}
	case "spin_is_locked":
		return &primitive{kind: primIsLocked, args: "p"}
	case "rcu_read_lock":
		return &primitive{kind: primRcuLock}
	case "rcu_read_unlock":
		return &primitive{kind: primRcuUnlock}
	case "synchronize_rcu", "synchronize_rcu_expedited":
		return &primitive{kind: primSync}
	case "atomic_add_unless":
		return &primitive{kind: primAddUnless, args: "pvv", order: sim.Mb}
	default:
		return nil
	}
}

// splitOrder splits xchg_acquire into xchg and its order.
func splitOrder(name string) (base string, order sim.Order) {
	for _, o := range [...]struct {
		suffix string
		order  sim.Order
	}{{"_relaxed", sim.Once}, {"_acquire", sim.Acquire}, {"_release", sim.Release}} {
		if base, ok := strings.CutSuffix(name, o.suffix); ok {
			return base, o.order
		}
	}
	return name, sim.Mb
}

// atomicPrimitive finds the atomic operations. verb is base without atomic_;
// suffixed says that the name has an order.
func atomicPrimitive(verb, base string, order sim.Order, suffixed bool) *primitive {
	if verb == base {
		return nil
	}
	p := &primitive{kind: primAtomic, args: "vp", order: order, gives: givesNothing}
	fetch, isFetch := strings.CutPrefix(verb, "fetch_")
	switch {
	case isFetch:
		verb, p.gives = fetch, givesOld
	case strings.HasSuffix(verb, "_return"):
		verb, p.gives = strings.TrimSuffix(verb, "_return"), givesNew
	case strings.HasSuffix(verb, "_and_test"):
		verb, p.gives = strings.TrimSuffix(verb, "_and_test"), givesNewIsZero
	case verb == "add_negative":
		verb, p.gives = "add", givesNewIsNegative
	default:
		p.order = sim.NoReturn
	}
	switch verb {
	case "add", "sub":
		p.op = verb
	case "inc":
		p.op, p.one, p.args = "add", true, "p"
	case "dec":
		p.op, p.one, p.args = "sub", true, "p"
	case "and", "or", "xor", "andnot":
		p.op = verb
	default:
		return nil
	}
	bitwise := p.op != "add" && p.op != "sub"
	switch {
	case suffixed && (p.gives == givesNothing || p.gives == givesNewIsZero):
		return nil
	case bitwise && p.gives != givesNothing && p.gives != givesOld:
		return nil
	case p.gives == givesNewIsZero && verb == "add":
		return nil
	}
	return p
}
