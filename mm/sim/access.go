package sim

// Order is the ordering that one access asks for, in LKMM's words.
type Order uint8

const (
	// Once is READ_ONCE, WRITE_ONCE and the _relaxed forms: no ordering.
	Once Order = iota
	// Acquire orders the load before all later accesses.
	Acquire
	// Release orders all earlier accesses before the store.
	Release
	// Mb makes a successful RMW act as if between two smp_mb.
	Mb
	// NoReturn is an RMW without a value, such as atomic_inc or set_bit: no
	// ordering, and smp_rmb does not order its load.
	NoReturn
	// Dereference is rcu_dereference: later accesses depend on its address.
	Dereference
	// locking is the RMW of spin_lock (LKR and LKW), unlocking the store of
	// spin_unlock (UL).
	locking
	unlocking
)

var orderNames = [...]string{"once", "acquire", "release", "mb", "noreturn", "dereference", "lock", "unlock"}

// String returns the order's name.
func (o Order) String() string { return orderNames[o] }

// rmwOp is what a read-modify-write does with the old value.
type rmwOp uint8

const (
	opXchg    rmwOp = iota
	opCmpxchg       // a if old is b, else fail
	opAdd
	opAddUnless // add a unless old is b, else fail
	opOr
	opAnd
	opAndNot
	opXor
	opSetIfClear // or a, fail if any bit of a is set
)

// apply returns the new value and whether the RMW stores it.
func (op rmwOp) apply(old, a, b uint64) (uint64, bool) {
	switch op {
	case opXchg:
		return a, true
	case opCmpxchg:
		return a, old == b
	case opAdd:
		return old + a, true
	case opAddUnless:
		return old + a, old != b
	case opOr:
		return old | a, true
	case opAnd:
		return old & a, true
	case opAndNot:
		return old &^ a, true
	case opXor:
		return old ^ a, true
	default:
		return old | a, old&a == 0
	}
}

// access begins a step on the variable of size bytes at a, or oopses.
func (c *CPU) access(kind EventKind, a Addr, size uint8) (i int32, shift uint8) {
	if p := c.m.placeOf(a); p.has(a, size) {
		i, shift = p.cell, p.shift
	} else {
		i, shift = c.find(kind, a, size)
	}
	if c.count() {
		c.maybeSwitch(kind, i)
	}
	return i, shift
}

// find is the part of access that is seldom needed.
func (c *CPU) find(kind EventKind, a Addr, size uint8) (i int32, shift uint8) {
	i, shift, ok := c.m.field(a, size)
	if !ok {
		c.step(kind, -1)
		c.Oops("unable to handle access in "+c.callerName(), a)
	}
	return i, shift
}

func (c *CPU) load(a Addr, size uint8, o Order) uint64 {
	i, shift := c.access(EvRead, a, size)
	m := c.m
	v, late := m.cells[i].val, 0
	src := int32(0) // the message that it reads, 0 for the only value there is
	if !m.plain {
		if m.engine == loadTimes {
			src, late = m.tso.read(c, i)
		} else {
			src, late = m.graph.read(c, i, o)
		}
		if src != 0 {
			v = m.msgs[src].val
		}
	}
	v = extract(v, shift, size)
	m.mix(c, EvRead, a, v)
	if m.watched {
		c.watchLoad(Event{Kind: EvRead, Order: o, Addr: a, Size: size, Val: v, Late: late, src: src, cell: i})
	}
	return v
}

func (c *CPU) watchLoad(e Event) {
	if c.m.asking {
		c.logStep(EvRead, e.cell, e.src, 0)
	}
	if c.m.tracing {
		c.record(e)
	}
}

func (c *CPU) store(a Addr, size uint8, v uint64, o Order) { c.doStore(a, size, v, o, false) }

// doStore is a store. begun: it belongs to the step already begun, and a is
// mapped.
func (c *CPU) doStore(a Addr, size uint8, v uint64, o Order, begun bool) {
	m := c.m
	var i int32
	var shift uint8
	if begun {
		i, shift, _ = m.field(a, size)
	} else {
		kind := EvWrite
		if m.asking && m.partial(a, size) {
			kind = EvRMW
		}
		i, shift = c.access(kind, a, size)
	}
	m.touch(i)
	x := &m.cells[i]
	partial := size == 4 && !x.split
	stored, old := v, x.val
	if partial {
		stored = merge(old, v, shift)
	}
	late, msg := 0, int32(0)
	switch {
	case m.plain:
		x.val = stored
	case m.engine == loadTimes:
		msg = m.tso.write(c, i, stored)
	default:
		msg, late = m.graph.write(c, i, v, partial, shift, o)
	}
	m.mix(c, EvWrite, a, v)
	if m.watched {
		c.watchStore(Event{Kind: EvWrite, Order: o, Addr: a, Size: size, Val: v, Old: extract(old, shift, size), Late: late, dst: msg, cell: i}, partial)
	}
	if m.blocked != 0 {
		m.wakeWaiters(i)
	}
}

func (c *CPU) watchStore(e Event, partial bool) {
	if c.m.asking {
		if partial {
			c.logStep(EvRMW, e.cell, c.m.msgs[e.dst].older, e.dst)
		} else {
			c.logStep(EvWrite, e.cell, 0, e.dst)
		}
	}
	if c.m.tracing {
		c.record(e)
	}
}

// rmw does one atomic read-modify-write and returns the old value and whether
// it stored.
func (c *CPU) rmw(a Addr, size uint8, op rmwOp, va, vb uint64, o Order) (uint64, bool) {
	i, shift := c.access(EvRMW, a, size)
	return c.rmwNow(a, rmwRequest{cell: i, shift: shift, size: size, op: op, a: va, b: vb, order: o})
}

// rmwNow is an RMW that belongs to the step already begun.
func (c *CPU) rmwNow(a Addr, r rmwRequest) (uint64, bool) {
	m, i, size := c.m, r.cell, r.size
	m.touch(i)
	x := &m.cells[i]
	r.partial = size == 4 && !x.split
	switch m.engine {
	case newestOnly:
		if r.old, r.new, r.ok = r.try(x.val); r.ok {
			x.val = r.word(x.val, r.new)
		}
	case loadTimes:
		m.tso.rmw(c, &r)
	default:
		m.graph.rmw(c, &r)
	}
	kind := EvRMW
	if !r.ok {
		kind = EvRMWFail
	}
	m.mix(c, kind, a, r.old^r.new<<1)
	if m.watched {
		c.watchRMW(Event{Kind: kind, Order: r.order, Addr: a, Size: size, Val: r.new, Old: r.old, Late: r.late, src: r.src, dst: r.dst, cell: i}, r.newest)
	}
	if r.ok && m.blocked != 0 {
		m.wakeWaiters(i)
	}
	return r.old, r.ok
}

func (c *CPU) watchRMW(e Event, newest bool) {
	if c.m.asking {
		logged := e.Kind
		if newest {
			logged = EvLock
		}
		c.logStep(logged, e.cell, e.src, e.dst)
	}
	if c.m.tracing {
		c.record(e)
	}
}

// rmwRequest is one read-modify-write on its way through a model.
type rmwRequest struct {
	cell        int32
	shift, size uint8
	op          rmwOp
	a, b        uint64
	order       Order
	partial     bool // 32 bits of an unsplit word
	newest      bool // it waited for the newest value and reads no other

	old, new uint64
	ok       bool
	late     int
	src, dst int32 // messages read and written
}

// try applies the operation to a word's value.
func (r *rmwRequest) try(word uint64) (old, new uint64, ok bool) {
	old = extract(word, r.shift, r.size)
	new, ok = r.op.apply(old, r.a, r.b)
	return old, extract(new, 0, r.size), ok
}

// word returns base with the field replaced by v.
func (r *rmwRequest) word(base, v uint64) uint64 {
	if r.partial {
		return merge(base, v, r.shift)
	}
	return v
}

// ReadOnce is READ_ONCE of 64 bits.
func (c *CPU) ReadOnce(a Addr) uint64 { return c.load(a, 8, Once) }

// ReadOnce32 is READ_ONCE of 32 bits.
func (c *CPU) ReadOnce32(a Addr) uint32 { return uint32(c.load(a, 4, Once)) }

// WriteOnce is WRITE_ONCE of 64 bits.
func (c *CPU) WriteOnce(a Addr, v uint64) { c.store(a, 8, v, Once) }

// WriteOnce32 is WRITE_ONCE of 32 bits. In a word that is not split it leaves
// the other half as it is in coherence order.
func (c *CPU) WriteOnce32(a Addr, v uint32) { c.store(a, 4, uint64(v), Once) }

// SmpLoadAcquire is smp_load_acquire of 64 bits.
func (c *CPU) SmpLoadAcquire(a Addr) uint64 { return c.load(a, 8, Acquire) }

// SmpLoadAcquire32 is smp_load_acquire of 32 bits.
func (c *CPU) SmpLoadAcquire32(a Addr) uint32 { return uint32(c.load(a, 4, Acquire)) }

// SmpStoreRelease is smp_store_release of 64 bits.
func (c *CPU) SmpStoreRelease(a Addr, v uint64) { c.store(a, 8, v, Release) }

// SmpStoreRelease32 is smp_store_release of 32 bits.
func (c *CPU) SmpStoreRelease32(a Addr, v uint32) { c.store(a, 4, uint64(v), Release) }

// RcuDereference is rcu_dereference: the accesses that follow are taken to
// depend on the pointer.
func (c *CPU) RcuDereference(a Addr) uint64 { return c.load(a, 8, Dereference) }

// RcuAssignPointer is rcu_assign_pointer, a store-release.
func (c *CPU) RcuAssignPointer(a Addr, v uint64) { c.store(a, 8, v, Release) }
