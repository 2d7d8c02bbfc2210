package sim

import "fmt"

// Addr is a simulated virtual address.
type Addr uint64

// memory is what Map described. It is kept in cells of 32 bits each: the cell
// of a 64-bit word is its first one, and holds all 64 bits; the second is used
// only when the word is split.
type memory struct {
	regions []region
	found   [2048]place // what field found lately, by placeOf
	cells   []cell
	views   []view   // by cell
	boot    []uint64 // by cell: what reset restores
	image   *Image   // the same
	touched []int32  // cells that reset has to restore
	msgs    []message
	listed  []int32 // cells with a list of messages
}

type region struct {
	base  Addr
	size  uint32 // bytes
	first int32  // cell of base
}

// has reports whether a is in r.
func (r *region) has(a Addr) bool { return a-r.base < Addr(r.size) }

// cell returns the cell of the 32 bits at a, which is in r.
func (r *region) cell(a Addr) int32 { return r.first + int32((a-r.base)>>2) }

// place is where a variable is, as field found it.
type place struct {
	addr  Addr
	cell  int32
	size  uint8 // 0 for none
	shift uint8
}

// cell is one variable, with its stores if the model keeps them.
type cell struct {
	val     uint64 // newest in coherence order
	head    int32  // newest message, 0 for none
	touched bool
	split   bool
}

// view is what the graph keeps of a variable for each CPU.
type view struct {
	seen [MaxCPUs]int32 // newest message it has read or written
	last [MaxCPUs]int32 // its last event on this variable, less than any in the window for none
}

// message is one store to a variable, in a list in coherence order.
type message struct {
	val   uint64
	pos   uint64 // place in coherence order; time under tso
	older int32  // the store before it in coherence order
	event int32  // lkmm: the write event, -1 for none
	cpu   int8   // -1 for the initial value
	glued bool   // nothing may come between older and this one
	seq   int32  // of the trace event, -1 for the initial value
	step  int32  // of an exhaustive machine's log, -1 for the initial value
	by    int32  // the step of its CPU that stored it
	clock int32  // lkmm: what propagates with it, see clocks
}

// Map adds memory of that many 64-bit words at base, a multiple of 8. Regions
// must not overlap.
func (m *memory) Map(base Addr, words int) {
	r := region{base: base, size: uint32(words) * 8, first: int32(len(m.cells))}
	for _, o := range m.regions {
		if base%8 != 0 || r.has(o.base) || o.has(base) {
			panic(fmt.Sprintf("sim: Map(%#x, %d): misaligned or overlapping", base, words))
		}
	}
	m.regions = append(m.regions, r)
	m.cells = append(m.cells, make([]cell, 2*words)...)
	m.views = append(m.views, make([]view, 2*words)...)
	m.boot = append(m.boot, make([]uint64, 2*words)...)
	if len(m.msgs) == 0 {
		m.msgs = make([]message, 1, 1024) // index 0 means none
		m.image = &Image{}
	}
}

// Split makes the mapped 64-bit word at a two independent 32-bit variables.
func (m *memory) Split(a Addr) {
	i, ok := m.lookup(a)
	if !ok || a%8 != 0 {
		panic(fmt.Sprintf("sim: Split(%#x): not a mapped word", a))
	}
	m.cells[i].split, m.cells[i+1].split = true, true
	m.found = [len(m.found)]place{}
}

func (m *memory) reset() {
	m.settleMessages()
	for _, i := range m.touched {
		m.cells[i].val, m.cells[i].touched = m.boot[i], false
	}
	m.touched = m.touched[:0]
}

// Image is what memory held at a Snapshot. It is good for one machine.
type Image struct {
	cells []int32 // those that may not be zero
	vals  []uint64
}

// Snapshot makes what memory holds what Reset restores, and returns it.
func (m *memory) Snapshot() *Image {
	im := &Image{}
	for _, cells := range [...][]int32{m.image.cells, m.touched} {
		for _, i := range cells {
			im.cells, im.vals = append(im.cells, i), append(im.vals, m.cells[i].val)
		}
	}
	m.Restore(im)
	return im
}

// Restore sets memory to what it held at a Snapshot, and makes that what Reset
// restores.
func (m *memory) Restore(im *Image) {
	m.reset()
	if im == m.image {
		return
	}
	for _, i := range m.image.cells {
		m.boot[i], m.cells[i].val = 0, 0
	}
	for k, i := range im.cells {
		m.boot[i], m.cells[i].val = im.vals[k], im.vals[k]
	}
	m.image = im
}

// Clear sets all memory to zero, and makes that what Reset restores.
func (m *memory) Clear() { m.Restore(&Image{}) }

// settleMessages drops all messages but the newest of each variable.
func (m *memory) settleMessages() {
	for _, i := range m.listed {
		m.cells[i].head = 0
	}
	m.listed = m.listed[:0]
	if len(m.msgs) > 1 {
		m.msgs = m.msgs[:1]
	}
}

// lookup returns the cell of the 32 bits at a.
func (m *memory) lookup(a Addr) (int32, bool) {
	for i := range m.regions {
		if r := &m.regions[i]; r.has(a) {
			return r.cell(a), true
		}
	}
	return 0, false
}

// addrOf is the inverse of lookup.
func (m *memory) addrOf(i int32) Addr {
	for k := len(m.regions) - 1; k >= 0; k-- {
		if r := &m.regions[k]; i >= r.first {
			return r.base + Addr(i-r.first)*4
		}
	}
	return 0
}

func (m *memory) touch(i int32) {
	x := &m.cells[i]
	if !x.touched {
		x.touched = true
		m.touched = append(m.touched, i)
	}
}

// placeOf returns where field keeps what it found at a.
func (m *memory) placeOf(a Addr) *place { return &m.found[uint64(a)*0x9e3779b97f4a7c15>>53] }

// has reports whether p is the place of size bytes at a.
func (p *place) has(a Addr, size uint8) bool { return uint64(p.addr^a)|uint64(p.size^size) == 0 }

// field locates the size bytes at a: their cell and how far to shift it.
func (m *memory) field(a Addr, size uint8) (i int32, shift uint8, ok bool) {
	p := m.placeOf(a)
	if p.has(a, size) {
		return p.cell, p.shift, true
	}
	if i, ok = m.lookup(a); !ok || a&Addr(size-1) != 0 {
		return 0, 0, false
	}
	switch {
	case !m.cells[i].split:
		i, shift = i&^1, uint8(a&4)*8 // regions start on an even cell
	case size == 8:
		panic(splitAccess(a))
	}
	*p = place{addr: a, cell: i, size: size, shift: shift}
	return i, shift, true
}

// splitAccess is the panic of a 64-bit access to the split word at a.
type splitAccess Addr

func (a splitAccess) Error() string {
	return fmt.Sprintf("sim: 64-bit access to the split word at %#x", uint64(a))
}

// partial reports whether size bytes at a are part of a variable.
func (m *memory) partial(a Addr, size uint8) bool {
	i, _, ok := m.field(a, size)
	return ok && size == 4 && !m.cells[i].split
}

// Poke sets a mapped 64-bit word. Like Peek it is for use between runs: it is
// no step and makes no event.
func (m *memory) Poke(a Addr, v uint64) { m.poke(a, v, 8) }

// Poke32 sets 32 mapped bits.
func (m *memory) Poke32(a Addr, v uint32) { m.poke(a, uint64(v), 4) }

// Peek returns the newest value of a mapped 64-bit word.
func (m *memory) Peek(a Addr) uint64 {
	if p := m.placeOf(a); p.has(a, 8) {
		return m.cells[p.cell].val
	}
	return m.peek(a, 8)
}

// Peek32 returns the newest value of 32 mapped bits.
func (m *memory) Peek32(a Addr) uint32 { return uint32(m.peek(a, 4)) }

// Mapped reports whether the 64-bit word at a is mapped.
func (m *memory) Mapped(a Addr) bool {
	_, ok := m.lookup(a)
	return ok && a%8 == 0
}

func (m *memory) poke(a Addr, v uint64, size uint8) {
	i, shift, ok := m.field(a, size)
	if !ok {
		panic(fmt.Sprintf("sim: Poke(%#x): not mapped", a))
	}
	m.touch(i)
	if x := &m.cells[i]; size == 8 || x.split {
		x.val = v
	} else {
		x.val = merge(x.val, v, shift)
	}
}

func (m *memory) peek(a Addr, size uint8) uint64 {
	i, shift, ok := m.field(a, size)
	if !ok {
		panic(fmt.Sprintf("sim: Peek(%#x): not mapped", a))
	}
	return extract(m.cells[i].val, shift, size)
}

// merge returns word with the 32 bits at shift replaced by v.
func merge(word, v uint64, shift uint8) uint64 {
	return word&^(0xffffffff<<shift) | v&0xffffffff<<shift
}

func extract(word uint64, shift, size uint8) uint64 {
	return word >> (shift & 63) & sizeMask[size&15]
}

// sizeMask is what a variable of so many bytes has of a word.
var sizeMask = [16]uint64{4: 0xffffffff, 8: ^uint64(0)}

// list returns cell i with its list of messages, made if there was none.
func (m *memory) list(i int32) *cell {
	x := &m.cells[i]
	if x.head == 0 {
		m.makeList(i)
	}
	return x
}

func (m *memory) makeList(i int32) {
	k, msg := m.addMessage()
	*msg = message{val: m.cells[i].val, event: -1, cpu: -1, seq: -1, step: -1}
	m.listed = append(m.listed, i)
	m.cells[i].head = k
}

// addMessage returns a new message and its index. Of what was there before the
// caller must set all: field by field, since a copy of a whole message, by wide
// moves, waits for the narrow stores that made it.
func (m *memory) addMessage() (int32, *message) {
	k := len(m.msgs)
	if k < cap(m.msgs) {
		m.msgs = m.msgs[:k+1]
	} else {
		m.msgs = append(m.msgs, message{})
	}
	return int32(k), &m.msgs[k]
}

// set makes msg a store by c that goes after the message below.
func (msg *message) set(c *CPU, v, pos uint64, below, event, clock int32, glued bool) {
	msg.val, msg.pos, msg.older, msg.event = v, pos, below, event
	msg.cpu, msg.glued, msg.by, msg.clock = int8(c.id), glued, int32(c.steps), clock
	msg.seq, msg.step = 0, 0
}
