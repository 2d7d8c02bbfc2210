package sim

// tsoState is the model of x86. Stores become visible in the order in which
// they are done, and a load may be done early: before stores of its own CPU
// that come before it in program order. So each CPU has a time up to which its
// loads have seen the stores of all; a load picks a time from then to now, and
// its own CPU's later stores are forwarded to it. That allows what store
// buffers allow, without a step that empties them.
type tsoState struct {
	now    uint64 // stores so far
	period uint64 // when the last grace period began
	cpus   [MaxCPUs]tsoCPU
}

type tsoCPU struct {
	seen  uint64 // the time of its last load or full fence
	store uint64 // the time of its last store
}

func (t *tsoState) reset() { *t = tsoState{} }

func (t *tsoState) fence(c *CPU, f Fence) {
	if f == FenceMb { // the others are compiler barriers on x86
		t.cpus[c.id].seen = t.now
	}
}

// rcuLock: a section that begins after a grace period began sees all that came
// before the grace period.
func (t *tsoState) rcuLock(c *CPU) {
	t.cpus[c.id].seen = max(t.cpus[c.id].seen, t.period)
}

func (t *tsoState) read(c *CPU, i int32) (src int32, late int) {
	m := c.m
	own := &t.cpus[c.id]
	if own.store <= own.seen {
		own.seen = t.now // nothing of its own to overtake
	}
	k := m.cells[i].head
	if k == 0 || own.seen == t.now {
		return k, 0
	}
	m.candidates[0] = k
	n := 1
	for j := k; n < maxCandidates && m.visibleBehind(c, j, own.seen); n++ {
		j = m.msgs[j].older
		m.candidates[n] = j
	}
	if n > 1 {
		late = c.askAccess(Read, n, access{cell: i})
	}
	k = m.candidates[late]
	if msg := &m.msgs[k]; int(msg.cpu) != c.id && msg.pos > own.seen {
		own.seen = msg.pos
	}
	return k, late
}

// visibleBehind reports whether c may read a store older than message k.
func (m *Machine) visibleBehind(c *CPU, k int32, seen uint64) bool {
	msg := &m.msgs[k]
	return msg.pos > seen && int(msg.cpu) != c.id
}

func (t *tsoState) write(c *CPU, i int32, v uint64) int32 {
	m := c.m
	x := m.list(i)
	t.now++
	t.cpus[c.id].store = t.now
	k, msg := m.addMessage()
	msg.set(c, v, t.now, x.head, -1, 0, false)
	x.head, x.val = k, v
	return k
}

// rmw is a locked instruction: it empties the store buffer, also when it fails.
// But those that look before they try, spin_trylock and atomic_add_unless, do
// no more than the look when it says no.
func (t *tsoState) rmw(c *CPU, r *rmwRequest) {
	m := c.m
	x := &m.cells[r.cell]
	if (r.order == locking || r.op == opAddUnless) && !r.newest {
		r.src, r.late = t.read(c, r.cell)
		word := x.val
		if r.src != 0 {
			word = m.msgs[r.src].val
		}
		if r.old, r.new, r.ok = r.try(word); !r.ok {
			return
		}
		r.late = 0
	}
	r.src = x.head
	if r.old, r.new, r.ok = r.try(x.val); r.ok {
		r.dst = t.write(c, r.cell, r.word(x.val, r.new))
		if r.src == 0 {
			r.src = m.msgs[r.dst].older
		}
	}
	t.cpus[c.id].seen = t.now
}
