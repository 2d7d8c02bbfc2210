package explore

import (
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Turn is one step of a schedule.
type Turn struct {
	CPU, Step int // the CPU's own step, from 1
	// Load: what it reads was stored by this step of this CPU, -1 for the
	// initial value.
	Load              bool
	FromCPU, FromStep int
}

// Order returns the steps of the last run of an exhaustive machine under sc or
// tso in an order in which the machine does them when it is not exhaustive: with
// every load reading the newest value under sc, and under tso no later than its
// CPU's stores allow. ok is false if there is none, which would be a mistake of
// the machine.
func Order(m *sim.Machine) (turns []Turn, ok bool) {
	o := &order{m: m, steps: m.Steps()}
	o.done = make([]bool, len(o.steps))
	for len(turns) < len(o.steps) {
		i := o.next()
		if i < 0 {
			return nil, false
		}
		o.done[i] = true
		turns = append(turns, o.turn(i))
	}
	return turns, true
}

type order struct {
	m     *sim.Machine
	steps []sim.Step
	done  []bool
}

func (o *order) turn(i int) Turn {
	s := &o.steps[i]
	t := Turn{CPU: int(s.CPU), Step: int(s.Number), Load: isLoad(s.Kind), FromCPU: -1}
	if s.Src >= 0 {
		t.FromCPU, t.FromStep = int(o.steps[s.Src].CPU), int(o.steps[s.Src].Number)
	}
	return t
}

// next returns the step to do next, -1 if there is none. Loads go before
// stores: under tso one may have to come early.
func (o *order) next() int {
	var seen uint8
	store := -1
	for i := range o.steps {
		s := &o.steps[i]
		if o.done[i] || seen>>s.CPU&1 != 0 {
			continue
		}
		seen |= 1 << s.CPU
		if !o.ready(i) {
			continue
		}
		if !isStore(s.Kind) {
			return i
		}
		if store < 0 {
			store = i
		}
	}
	return store
}

func (o *order) ready(i int) bool {
	s := &o.steps[i]
	if s.Var < 0 {
		return o.allDone(i, func(k int) bool {
			kind := o.steps[k].Kind
			return dependent(kind, s.Kind) || kind == sim.EvRcuUnlock && s.Kind == sim.EvSyncEnd
		})
	}
	if o.m.Model() == sim.TSO && !isStore(s.Kind) {
		return s.Src < 0 || o.done[s.Src]
	}
	for k := range o.steps {
		if o.done[k] || k == i || o.steps[k].Var < 0 || !o.m.Precedes(k, i) {
			continue
		}
		if o.m.Model() == sim.TSO && !isStore(o.steps[k].Kind) && o.waitsForStore(k) {
			continue // it can be done later and read late
		}
		return false
	}
	return true
}

// waitsForStore reports whether a store of its own CPU comes before step k.
func (o *order) waitsForStore(k int) bool {
	return !o.allDone(k, func(j int) bool { return o.steps[j].CPU == o.steps[k].CPU && isStore(o.steps[j].Kind) })
}

// allDone reports whether the steps before i of which which holds are done.
func (o *order) allDone(i int, which func(k int) bool) bool {
	for k := 0; k < i; k++ {
		if !o.done[k] && which(k) {
			return false
		}
	}
	return true
}

// Follow returns a chooser that does turns, on a machine that asks at every
// step, and then stays on cpu.
func Follow(turns []Turn, cpu int) sim.Chooser { return &follower{turns: turns, cpu: cpu} }

type follower struct {
	turns []Turn
	done  [sim.MaxCPUs]int
	cpu   int
}

// Choose implements sim.Chooser.
func (f *follower) Choose(q *sim.Question) int {
	if q.Kind != sim.Run {
		return f.source(q)
	}
	f.done[q.CPU] = q.Step - 1
	for len(f.turns) > 0 && f.turns[0].Step <= f.done[f.turns[0].CPU] {
		f.turns = f.turns[1:]
	}
	cpu := f.cpu
	if len(f.turns) > 0 {
		cpu = f.turns[0].CPU
	}
	if q.Others>>cpu&1 == 0 {
		return 0
	}
	return answer(q, cpu)
}

// source answers with the store that the load at hand is to read.
func (f *follower) source(q *sim.Question) int {
	for i := range f.turns {
		t := &f.turns[i]
		if t.CPU != q.CPU || t.Step != q.Step {
			continue
		}
		for k := 0; k < q.N(); k++ {
			if cpu, step := q.StoredBy(k); cpu == t.FromCPU && (cpu < 0 || step == t.FromStep) {
				return k
			}
		}
	}
	return 0
}
