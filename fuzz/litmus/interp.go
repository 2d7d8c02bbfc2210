package litmus

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Each variable has a word in a line of its own.
const (
	firstVar = sim.Addr(0xffff888000001000)
	lineSize = 64
)

func varAddr(i int) sim.Addr { return firstVar + lineSize*sim.Addr(i) }

// value is what a register holds, and the loads that it was computed from.
type value struct {
	v     uint64
	loads sim.Loads
}

// use says what a variable is to a test.
type use uint8

const (
	asLock use = 1 << iota
	asData
)

// thread runs one process on a CPU.
type thread struct {
	r    *Runner
	c    *sim.CPU
	regs []value
}

// unsupported ends the execution, and the exploration with it.
func (t *thread) unsupported(format string, args ...any) {
	t.c.Bug(unsupportedTitle, fmt.Sprintf(format, args...))
}

// exec runs body. ctrl holds the loads that decided that it is run.
func (t *thread) exec(body []stmt, ctrl sim.Loads) {
	for i := range body {
		s := &body[i]
		switch s.kind {
		case stmtExpr:
			t.eval(s.x, &ctrl)
		case stmtSet:
			t.regs[s.reg] = t.eval(s.x, &ctrl)
		case stmtStore:
			at, v := t.eval(s.y, &ctrl), t.eval(s.x, &ctrl)
			a := t.variable(&at, asData)
			t.c.Depend(at.loads, v.loads, ctrl)
			t.c.WriteOnce(a, v.v)
		case stmtIf:
			x := t.eval(s.x, &ctrl)
			if inner := ctrl.Union(x.loads); x.v != 0 {
				t.exec(s.then, inner)
			} else {
				t.exec(s.els, inner)
			}
		}
	}
}

func (t *thread) eval(e *expr, ctrl *sim.Loads) value {
	switch e.kind {
	case exprConst:
		return value{v: uint64(e.n)}
	case exprReg:
		return t.regs[e.reg]
	case exprDeref:
		at := t.eval(e.x, ctrl)
		a := t.variable(&at, asData)
		t.c.Depend(at.loads, sim.Loads{}, *ctrl)
		v := t.c.ReadOnce(a)
		return value{v, t.c.LastLoad()}
	case exprUnary:
		x := t.eval(e.x, ctrl)
		x.v = unary(e.op, x.v)
		return x
	case exprBinary:
		x := t.eval(e.x, ctrl)
		y := t.eval(e.y, ctrl)
		v, ok := binary(e.op, x.v, y.v)
		if !ok {
			t.unsupported("division by zero")
		}
		return value{v, x.loads.Union(y.loads)}
	default:
		return t.call(e, ctrl)
	}
}

func unary(op string, x uint64) uint64 {
	switch op {
	case "!":
		return truth(x == 0)
	case "-":
		return -x
	default:
		return ^x
	}
}

// binary is false if there is no result.
func binary(op string, x, y uint64) (uint64, bool) {
	switch op {
	case "+":
		return x + y, true
	case "-":
		return x - y, true
	case "*":
		return x * y, true
	case "/":
		if y == 0 {
			return 0, false
		}
		return uint64(int64(x) / int64(y)), true
	case "&":
		return x & y, true
	case "|":
		return x | y, true
	case "^":
		return x ^ y, true
	case "==":
		return truth(x == y), true
	case "!=":
		return truth(x != y), true
	case "<":
		return truth(int64(x) < int64(y)), true
	case ">":
		return truth(int64(x) > int64(y)), true
	case "<=":
		return truth(int64(x) <= int64(y)), true
	default:
		return truth(int64(x) >= int64(y)), true
	}
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// variable returns the address that at is, of a variable that is used so.
func (t *thread) variable(at *value, as use) sim.Addr {
	a := sim.Addr(at.v)
	i := int((a - firstVar) / lineSize)
	if a < firstVar || (a-firstVar)%lineSize != 0 || i >= len(t.r.test.vars) {
		t.unsupported("access to what is no variable")
	}
	if t.r.uses[i] |= as; t.r.uses[i] == asLock|asData {
		t.unsupported("%s is a spinlock and is accessed otherwise too", t.r.test.vars[i].name)
	}
	return a
}

// call does a primitive.
func (t *thread) call(e *expr, ctrl *sim.Loads) value {
	p, c := e.call, t.c
	var args [3]value
	for i, x := range e.args {
		args[i] = t.eval(x, ctrl)
	}
	at := 0
	if p.kind == primAtomic {
		at = len(e.args) - 1
	}
	loc, v := &args[at], &args[1]
	var a sim.Addr
	switch p.kind {
	case primRead, primWrite, primXchg, primCmpxchg, primAtomic, primAddUnless:
		a = t.variable(loc, asData)
	case primLock, primUnlock, primTrylock, primIsLocked:
		a = t.variable(loc, asLock)
	}
	switch p.kind {
	case primRead:
		c.Depend(loc.loads, sim.Loads{}, *ctrl)
		return t.read(p, a)
	case primWrite:
		c.Depend(loc.loads, v.loads, *ctrl)
		t.write(p, a, v.v)
	case primFence:
		t.fence(p.fence)
	case primXchg:
		c.Depend(loc.loads, v.loads, *ctrl)
		return t.loaded(t.xchg(p, a, v.v))
	case primCmpxchg:
		c.Depend(loc.loads, args[2].loads, *ctrl)
		return t.loaded(t.cmpxchg(p, a, v.v, args[2].v))
	case primAtomic:
		return t.atomic(p, a, loc, &args[0], ctrl)
	case primAddUnless:
		c.Depend(loc.loads, v.loads, *ctrl)
		x := t.loaded(truth(c.Atomic64AddUnless(a, v.v, args[2].v)))
		x.loads = x.loads.Union(args[2].loads)
		return x
	case primLock:
		c.Depend(loc.loads, sim.Loads{}, *ctrl)
		c.SpinLock(a)
	case primUnlock:
		c.Depend(loc.loads, sim.Loads{}, *ctrl)
		c.SpinUnlock(a)
	case primTrylock:
		c.Depend(loc.loads, sim.Loads{}, *ctrl)
		return t.loaded(truth(c.SpinTrylock(a)))
	case primIsLocked:
		c.Depend(loc.loads, sim.Loads{}, *ctrl)
		return t.loaded(truth(c.ReadOnce(a) != 0))
	case primRcuLock:
		c.RcuReadLock()
	case primRcuUnlock:
		c.RcuReadUnlock()
	case primSync:
		c.SynchronizeRcu()
	}
	return value{}
}

// loaded is v, computed from the last load.
func (t *thread) loaded(v uint64) value { return value{v, t.c.LastLoad()} }

func (t *thread) read(p *primitive, a sim.Addr) value {
	if p.order == sim.Acquire {
		return t.loaded(t.c.SmpLoadAcquire(a))
	}
	// rcu_dereference too: the dependencies are known.
	return t.loaded(t.c.ReadOnce(a))
}

func (t *thread) write(p *primitive, a sim.Addr, v uint64) {
	if p.order == sim.Release {
		t.c.SmpStoreRelease(a, v)
	} else {
		t.c.WriteOnce(a, v)
	}
	if p.thenMb {
		t.c.SmpMb()
	}
}

func (t *thread) fence(f sim.Fence) {
	switch f {
	case sim.FenceMb:
		t.c.SmpMb()
	case sim.FenceRmb:
		t.c.SmpRmb()
	case sim.FenceWmb:
		t.c.SmpWmb()
	case sim.FenceBeforeAtomic:
		t.c.SmpMbBeforeAtomic()
	case sim.FenceAfterAtomic:
		t.c.SmpMbAfterAtomic()
	case sim.FenceAfterSpinlock:
		t.c.SmpMbAfterSpinlock()
	}
}

func (t *thread) xchg(p *primitive, a sim.Addr, v uint64) uint64 {
	switch p.order {
	case sim.Acquire:
		return t.c.XchgAcquire(a, v)
	case sim.Release:
		return t.c.XchgRelease(a, v)
	case sim.Once:
		return t.c.XchgRelaxed(a, v)
	default:
		return t.c.Xchg(a, v)
	}
}

func (t *thread) cmpxchg(p *primitive, a sim.Addr, old, new uint64) uint64 {
	switch p.order {
	case sim.Acquire:
		return t.c.CmpxchgAcquire(a, old, new)
	case sim.Release:
		return t.c.CmpxchgRelease(a, old, new)
	case sim.Once:
		return t.c.CmpxchgRelaxed(a, old, new)
	default:
		return t.c.Cmpxchg(a, old, new)
	}
}

// atomic does an operation such as atomic_add_return. What it gives depends on
// its operand too.
func (t *thread) atomic(p *primitive, a sim.Addr, loc, operand *value, ctrl *sim.Loads) value {
	v := *operand
	if p.one {
		v = value{v: 1}
	}
	t.c.Depend(loc.loads, v.loads, *ctrl)
	var old, new uint64
	switch p.op {
	case "add":
		old = t.c.Atomic64FetchAdd(a, v.v, p.order)
		new = old + v.v
	case "sub":
		old = t.c.Atomic64FetchAdd(a, -v.v, p.order)
		new = old - v.v
	case "and":
		old = t.c.Atomic64FetchAnd(a, v.v, p.order)
	case "andnot":
		old = t.c.Atomic64FetchAnd(a, ^v.v, p.order)
	case "or":
		old = t.c.Atomic64FetchOr(a, v.v, p.order)
	case "xor":
		old = t.c.Atomic64FetchXor(a, v.v, p.order)
	}
	x := value{loads: v.loads.Union(t.c.LastLoad())}
	switch p.gives {
	case givesOld:
		x.v = old
	case givesNew:
		x.v = new
	case givesNewIsZero:
		x.v = truth(new == 0)
	case givesNewIsNegative:
		x.v = truth(int64(new) < 0)
	}
	return x
}
