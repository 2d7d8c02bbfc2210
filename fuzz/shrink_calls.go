package fuzz

import (
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// dropCalls drops runs of calls, long ones first, with their choices.
func (s *shrinker) dropCalls() {
	for n := s.best.NumCalls(); n > 0; n /= 2 {
		if s.effort == searched && n > 1 {
			continue // rounds of less effort have tried those
		}
		for from := 0; from < s.best.NumCalls(); {
			q, offsets, turns := s.withoutCalls(func(at int) bool { return at >= from && at < from+n })
			if !s.tryTurns(q, turns) && !s.try(q, offsets) && !(n == 1 && s.tryPages(q, offsets)) {
				from += n
			}
		}
	}
}

// dropPairs drops two calls at a time, such as an allocation and its free, when few are left.
func (s *shrinker) dropPairs() {
	for a := 0; a < s.best.NumCalls() && small(s.best); a++ {
		for b := a + 1; b < s.best.NumCalls(); b++ {
			q, offsets, turns := s.withoutCalls(func(at int) bool { return at == a || at == b })
			if s.tryTurns(q, turns) || s.tryLike(q, offsets) || s.effort == searched && s.mend(q, offsets) || s.effort == drawn && s.draw(q) {
				b = a
			}
		}
	}
}

// mergeCPUs closes the gaps that CPUs without calls leave, and gives the calls of one CPU to another.
func (s *shrinker) mergeCPUs() {
	for from := len(s.best.Calls) - 1; from >= 0; from-- {
		for to := range len(s.best.Calls) {
			if max(from, to) >= len(s.best.Calls) || from == to {
				continue
			}
			q := s.best.Clone()
			q.Calls[to] = append(q.Calls[to], q.Calls[from]...)
			q.Calls = slices.Delete(q.Calls, from, from+1)
			if offsets := s.mergedOffsets(from, to); !s.try(q, offsets) {
				s.tryPages(q, offsets)
			}
		}
	}
}

// mergedOffsets returns the choices when the calls of one CPU follow those of another, and the CPU is gone.
func (s *shrinker) mergedOffsets(from, to int) []answer {
	offsets := slices.Clone(s.offsets)
	for i := range offsets {
		if offsets[i].choice.CPU == from {
			offsets[i].offset.call += len(s.best.Calls[to])
		}
	}
	return onCPUs(offsets, func(cpu int) int {
		if cpu == from {
			cpu = to
		}
		if cpu > from {
			cpu--
		}
		return cpu
	})
}

// swapCPUs has the calls of two CPUs change places.
func (s *shrinker) swapCPUs() {
	for i := range len(s.best.Calls) {
		for j := range i {
			q := s.best.Clone()
			q.Calls[i], q.Calls[j] = q.Calls[j], q.Calls[i]
			offsets := onCPUs(s.offsets, func(cpu int) int {
				switch cpu {
				case i:
					return j
				case j:
					return i
				}
				return cpu
			})
			if !s.tryLike(q, offsets) {
				s.tryPages(q, offsets)
			}
		}
	}
}

// moveCalls gives each call of a small program to each other CPU, at each place. A program of one CPU is given another.
func (s *shrinker) moveCalls() {
	if s.effort < searched {
		return
	}
	for from := 0; from < len(s.best.Calls) && small(s.best); from++ {
		for i := 0; i < len(s.best.Calls[from]); i++ {
			for to := range max(len(s.best.Calls), readableCPUs) {
				if to != from && s.moveCall(from, i, to) {
					i = -1 // best has changed
					break
				}
			}
		}
	}
}

func (s *shrinker) moveCall(from, i, to int) bool {
	places := 1
	if to < len(s.best.Calls) {
		places += len(s.best.Calls[to])
	} else if len(s.best.Calls[from]) == 1 {
		return false // another name for the same CPU
	}
	for at := range places {
		d := move(s.best, callAt{cpu: from, i: i}, callAt{cpu: to, i: at})
		if s.tryTurns(d.program, d.turns(s.offsets)) || s.search(d.program, likeRuns) {
			return true
		}
	}
	return false
}

// withoutIdle takes the CPUs at the end that have no calls away from p.
func withoutIdle(p *Program) *Program {
	for n := len(p.Calls); n > 0 && len(p.Calls[n-1]) == 0; n-- {
		p.Calls = p.Calls[:n-1]
	}
	return p
}

// onCPUs returns the choices with every CPU replaced by what it maps to.
func onCPUs(offsets []answer, cpu func(int) int) []answer {
	offsets = slices.Clone(offsets)
	for i := range offsets {
		c := &offsets[i].choice
		c.CPU = cpu(c.CPU)
		if c.Kind == Run || c.Kind == Then {
			c.Value = cpu(c.Value)
		}
	}
	return offsets
}

// withoutCalls returns best without the calls for which drop is true, counted over all CPUs, and the choices moved to where
// their calls now are: kept are those in the calls that remain, and turns are all, those in a call that is gone at the
// begin of the next.
func (s *shrinker) withoutCalls(drop func(at int) bool) (q *Program, kept, turns []answer) {
	q = s.best.Clone()
	var moved [sim.MaxCPUs][]int // the new index of each call, or of the next
	var gone [sim.MaxCPUs][]bool
	at := 0
	for cpu, calls := range s.best.Calls {
		remain := []mm.Call{}
		for _, call := range calls {
			moved[cpu] = append(moved[cpu], len(remain))
			gone[cpu] = append(gone[cpu], drop(at))
			if !drop(at) {
				remain = append(remain, call)
			}
			at++
		}
		q.Calls[cpu] = remain
	}
	for _, a := range s.offsets {
		cpu, i := a.choice.CPU, a.offset.call
		if i >= len(moved[cpu]) {
			continue
		}
		a.offset.call = moved[cpu][i]
		if gone[cpu][i] {
			a.offset.step = 0
		} else {
			kept = append(kept, a)
		}
		if !gone[cpu][i] || a.switches() {
			turns = append(turns, a)
		}
	}
	return q, kept, turns
}
