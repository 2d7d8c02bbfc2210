package sim

import "math/bits"

// Kind says what a Question asks.
type Kind uint8

const (
	// Run asks which CPU does the next step.
	Run Kind = iota
	// Read asks which value a load returns.
	Read
	// Write asks where in coherence order a store goes.
	Write
)

// String returns the word that program texts use for k.
func (k Kind) String() string {
	switch k {
	case Run:
		return "run"
	case Read:
		return "read"
	default:
		return "write"
	}
}

// Question is the one thing a machine asks: how to go on where the model
// allows more than one way. It is valid during the call of Choose only.
type Question struct {
	Kind Kind
	// CPU asks, and Step is its own step, counted from 1: the one about to
	// be done, or the one that would be next when the CPU has ended.
	CPU, Step int
	// Addr is the variable of a Read or Write.
	Addr Addr
	// Others is, for Run, the set of CPUs that may run instead, one bit each.
	// Answer 0 stays on CPU and answer k is the k-th lowest of Others. When
	// Forced, CPU has ended or is blocked and answer k is the k-th lowest of
	// Others counted from 0.
	Others uint8
	Forced bool
	// Next and Var say, for a Run question that is not Forced, what kind of
	// step CPU is about to do, and on which variable: a number that means
	// this variable and no other, -1 for none. Numbers follow addresses, one
	// for each 32 bits.
	Next EventKind
	Var  int32

	m *Machine
	n int // answers, 0 when not found out yet
	access
}

// access is the load or store that a Read or Write question is about.
type access struct {
	cell  int32
	order Order
	half  bool // a store of 32 bits of a wider variable
	rmw   bool // of a read-modify-write, which is graph.asked
}

// N returns the number of answers, which are 0 to N-1. For a Run question it is
// at least 2 unless the machine is exhaustive. For a Read or a Write it may be
// 1: the machine finds out when N is called, which under lkmm costs more than
// the rest of the step, so a chooser that answers 0 in any case does not call it.
func (q *Question) N() int {
	if q.n == 0 {
		q.n = q.m.graph.answers(q)
	}
	return q.n
}

// AskAt tells the machine to ask, from now on, only such Run questions that are
// Forced or about a step that asks marks. It has an entry for each variable, at
// Var+1, with a bit for each CPU: from bit 0 on for loads, from bit 8 on for other
// steps. Barriers are not asked about. nil stands for every step, which is what
// Reset goes back to. An exhaustive machine asks in any case.
func (q *Question) AskAt(asks []uint16) {
	q.m.asks, q.m.selective = asks, asks != nil && q.m.asksAlways == 0
}

// skips reports whether nobody is to be asked before that step of c.
func (m *Machine) skips(c *CPU, kind EventKind, i int32) bool {
	return int(i)+1 >= len(m.asks) || m.asks[i+1]&(uint16(c.bit)<<asksShift[kind]) == 0
}

// asksShift is where in an entry of asks the CPUs are for steps of a kind; what
// is shifted by 16 is gone. A table, for under a fuzzer each comparison is a
// call.
var asksShift = [...]uint8{
	EvRead: 0, EvWrite: 8, EvRMW: 8, EvRMWFail: 8, EvFence: 16, EvWait: 8, EvRcuLock: 8, EvRcuUnlock: 8, EvSyncStart: 8,
	EvSyncEnd: 8, EvCallRcu: 8, EvCallback: 8, EvNote: 8, EvBug: 8, EvLock: 8,
}

// Prune is the answer that ends the run of an exhaustive machine without a
// verdict.
const Prune = -1

// Target returns the CPU that answer names in a Run question.
func (q *Question) Target(answer int) int {
	if !q.Forced {
		if answer == 0 {
			return q.CPU
		}
		answer--
	}
	set := q.Others
	for ; answer > 0; answer-- {
		set &= set - 1
	}
	return bits.TrailingZeros8(set)
}

// Stored returns, for a Read question of an exhaustive machine, the index in
// Steps of the store that the answer reads, -1 for the initial value. A 32-bit
// store into a wider variable reads the store that it goes after.
func (q *Question) Stored(answer int) int {
	q.N() // which finds out
	return int(q.m.msgs[q.m.candidates[answer]].step)
}

// StoredBy returns, for a Read question, the CPU and the step of it that did
// the store which the answer reads; CPU -1 for the initial value.
func (q *Question) StoredBy(answer int) (cpu, step int) {
	q.N()
	msg := &q.m.msgs[q.m.candidates[answer]]
	return int(msg.cpu), int(msg.by)
}

// Chooser answers a machine's questions. Answer 0 is always the dull one: stay
// on this CPU, read the newest value, make the store the newest. An exhausted
// chooser answers 0 for ever.
type Chooser interface {
	Choose(q *Question) int
}

// Dull is the Chooser that always takes the dull path.
type Dull struct{}

// Choose answers 0.
func (Dull) Choose(*Question) int { return 0 }

// ask puts m.question to the chooser. Every choice of a run is made here.
func (m *Machine) ask() int {
	answer := m.chooser.Choose(&m.question)
	if answer == Prune && m.asking {
		m.pruned = true
		return 0
	}
	if answer != 0 && uint(answer) >= uint(m.question.N()) {
		panic("sim: Chooser answered outside 0 to N-1")
	}
	return answer
}

// askAccess asks c which of m.candidates a load reads or a store goes after. n
// is how many there are, 0 if that has not been found out.
func (c *CPU) askAccess(kind Kind, n int, a access) int {
	m := c.m
	m.question = Question{Kind: kind, CPU: c.id, Step: c.steps, Addr: m.addrOf(a.cell), m: m, n: n, access: a}
	if m.asking && m.question.N() == 1 && kind == Write && !a.half {
		return 0
	}
	answer := m.ask()
	if m.pruned {
		panic(errUnwound)
	}
	return answer
}
