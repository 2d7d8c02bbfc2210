package fuzz

import (
	"slices"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// turns answers with choices in the order in which they were taken: each CPU has its turn until it comes to where it is to
// hand over. A turn in which there is nothing left to do is passed on, so that calls can be taken away that another CPU was
// let run before. Late loads and stores are keyed by call and offset, as by relative.
type turns struct {
	late     relative
	switches []answer
	next     int
	at       [sim.MaxCPUs]offset // where each CPU was last
}

func (t *turns) reset(runner *Runner, choices []answer) {
	t.late.runner = runner
	t.late.reset(choices)
	t.switches, t.next = t.switches[:0], 0
	t.at = [sim.MaxCPUs]offset{}
	for _, c := range choices {
		if c.switches() {
			t.switches = append(t.switches, c)
		}
	}
}

// Choose answers q.
func (t *turns) Choose(q *sim.Question) int {
	late, at := t.late.Choose(q), t.late.runner.places[q.CPU].offset(q)
	if q.Kind != sim.Run {
		return late
	}
	t.at[q.CPU] = at
	turn := q.CPU
	for ; t.next < len(t.switches); t.next++ {
		s := &t.switches[t.next]
		if turn = s.choice.CPU; !t.over(q, s) {
			break
		}
		turn = s.choice.Value
	}
	if q.Others>>turn&1 == 0 {
		return 0
	}
	return runAnswer(q, turn)
}

// over says whether the turn that ends with s has nothing left to do.
func (t *turns) over(q *sim.Question, s *answer) bool {
	cpu := s.choice.CPU
	switch {
	case cpu == q.CPU && q.Forced:
		return true
	case cpu != q.CPU && q.Others>>cpu&1 == 0:
		return true
	}
	return !t.at[cpu].before(s.offset)
}

func (o offset) before(p offset) bool { return o.call < p.call || o.call == p.call && o.step < p.step }

// switches says whether the answer was that another CPU runs.
func (a *answer) switches() bool { return a.choice.Kind == Run || a.choice.Kind == Then }

// tryTurns is tryKept with the choices taken in their order.
func (s *shrinker) tryTurns(q *Program, choices []answer) bool {
	s.turns.reset(s.r, choices)
	return s.tryWith(q, &s.turns)
}

// joinTurns takes away one turn after another: what the CPU did in it, it does in its next one.
func (s *shrinker) joinTurns() {
	for i := 0; i < len(s.offsets); {
		choices, ok := withoutTurn(s.offsets, i)
		if !ok || !s.tryTurns(s.best.Clone(), choices) {
			i++
		}
	}
}

// withoutTurn returns the choices without the turn that choice i begins, if that choice begins one and another ends it.
func withoutTurn(choices []answer, i int) (without []answer, ok bool) {
	if !choices[i].switches() {
		return nil, false
	}
	next := i + 1
	for next < len(choices) && !choices[next].switches() {
		next++
	}
	if next == len(choices) || choices[next].choice.CPU != choices[i].choice.Value {
		return nil, false
	}
	without = slices.Clone(choices)
	to := choices[next].choice.Value
	without = slices.Delete(without, next, next+1)
	if to == choices[i].choice.CPU {
		return slices.Delete(without, i, i+1), true
	}
	without[i].choice.Value = to
	return without, true
}
