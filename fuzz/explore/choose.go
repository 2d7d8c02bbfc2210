package explore

import (
	"math/bits"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// needsChoice reports whether steps of that kind can differ in what they do
// with the order of the steps of other CPUs.
func needsChoice(kind sim.EventKind) bool {
	switch kind {
	case sim.EvWrite, sim.EvFence, sim.EvWait, sim.EvSyncEnd:
		return false
	default:
		return true
	}
}

// Choose implements sim.Chooser.
func (e *explorer) Choose(q *sim.Question) int {
	switch {
	case q.Kind == sim.Run:
		return e.chooseCPU(q)
	case needsChoice(e.pending[q.CPU].kind):
		return e.chooseStore(q)
	default:
		return e.node(node{kind: sim.Write, rest: 1<<q.N() - 1}).answer
	}
}

// node returns the choice that the run has come to: that of the run before if
// it has not left that one's path, else fresh.
func (e *explorer) node(fresh node) *node {
	if e.depth == len(e.path) {
		fresh.answer = bits.TrailingZeros32(fresh.rest)
		fresh.rest &= fresh.rest - 1
		e.path = append(e.path, fresh)
	}
	e.depth++
	return &e.path[e.depth-1]
}

// chooseCPU does at once what needs no choice, and when all CPUs have come to a
// step that does, chooses among them.
func (e *explorer) chooseCPU(q *sim.Question) int {
	self := uint8(1) << q.CPU
	cpus := q.Others
	if !q.Forced {
		e.pending[q.CPU] = pending{q.Next, q.Var}
		e.paused &^= self
		e.sleep.since[q.CPU] = awake
		e.sleep.asleep &^= self
		if !needsChoice(q.Next) {
			return 0
		}
		e.paused |= self
		cpus |= self
	} else if needsChoice(e.pending[q.CPU].kind) {
		e.paused |= self // blocked in the step, or ended
	}
	var cpu int
	if fresh := cpus &^ e.paused; fresh != 0 {
		cpu = lowest(fresh)
	} else {
		cpu = e.chooseAmong(cpus)
		if cpu < 0 {
			return sim.Prune
		}
	}
	e.paused &^= 1 << cpu
	return answer(q, cpu)
}

// answer returns the answer to q that names cpu.
func answer(q *sim.Question, cpu int) int {
	if !q.Forced && cpu == q.CPU {
		return 0
	}
	k := bits.OnesCount8(q.Others & (1<<cpu - 1))
	if !q.Forced {
		k++
	}
	return k
}

// chooseAmong chooses the CPU that goes on; -1 if all are asleep.
func (e *explorer) chooseAmong(cpus uint8) int {
	e.wake()
	if cpus&(cpus-1) == 0 {
		if cpus&e.sleep.asleep != 0 {
			return -1
		}
		return lowest(cpus) // no choice, and nothing can go before it
	}
	if e.depth == len(e.path) {
		ready := cpus &^ e.sleep.asleep
		if ready == 0 {
			return -1
		}
		cpu := lowest(ready)
		e.path = append(e.path, node{
			kind: sim.Run, answer: cpu, at: len(e.m.Steps()), cpus: cpus,
			todo: 1 << cpu, done: 1 << cpu, sleep: e.sleep,
		})
	}
	n := &e.path[e.depth]
	e.depth++
	e.sleep = n.sleep
	for set := n.done &^ (1 << n.answer); set != 0; set &= set - 1 {
		c := lowest(set)
		e.sleep.asleep |= 1 << c
		e.sleep.since[c] = n.at
	}
	for len(e.nodeOf) <= n.at {
		e.nodeOf = append(e.nodeOf, -1)
	}
	e.nodeOf[n.at] = e.depth - 1
	return n.answer
}

// chooseStore chooses what a load reads, or what an RMW or half a store follows. If its CPU slept, that is a store done
// since.
func (e *explorer) chooseStore(q *sim.Question) int {
	answers := uint32(1)<<q.N() - 1
	if since := e.sleep.since[q.CPU]; since != awake {
		for k := 0; k < q.N(); k++ {
			if q.Stored(k) < since {
				answers &^= 1 << k
			}
		}
		if answers == 0 {
			// It should have slept on: let the others go, for what they
			// store later.
			if at := len(e.m.Steps()); at < len(e.nodeOf) && e.nodeOf[at] >= 0 {
				n := &e.path[e.nodeOf[at]]
				n.todo |= n.cpus
			}
			return sim.Prune
		}
	}
	if answers&(answers-1) == 0 {
		return bits.TrailingZeros32(answers)
	}
	return e.node(node{kind: q.Kind, rest: answers}).answer
}

// wake wakes the CPUs whose next step a step done since can change.
func (e *explorer) wake() {
	steps := e.m.Steps()
	for ; e.seen < len(steps); e.seen++ {
		s := &steps[e.seen]
		for set := e.sleep.asleep &^ (1 << s.CPU); set != 0; set &= set - 1 {
			c := lowest(set)
			p := e.pending[c]
			switch {
			case isStore(s.Kind) && s.Var == p.which:
				e.sleep.asleep &^= 1 << c
			case dependent(s.Kind, p.kind):
				e.sleep.asleep &^= 1 << c
				e.sleep.since[c] = awake
			}
		}
	}
}

func lowest(set uint8) int { return bits.TrailingZeros8(set) }
