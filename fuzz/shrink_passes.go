package fuzz

import (
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// dropCalls drops runs of calls, long ones first, with their choices.
func (s *shrinker) dropCalls() {
	for n := s.best.NumCalls(); n > 0; n /= 2 {
		for from := 0; from < s.best.NumCalls(); {
			base := make([]int, len(s.best.Calls))
			for cpu := 1; cpu < len(base); cpu++ {
				base[cpu] = base[cpu-1] + len(s.best.Calls[cpu-1])
			}
			q, offsets := s.withoutCalls(func(cpu, i int) bool {
				at := base[cpu] + i
				return at >= from && at < from+n
			})
			if !s.try(q, offsets, true) {
				from += n
			}
		}
	}
}

// dropPairs drops two calls at a time, such as an allocation and its free, when few are left.
func (s *shrinker) dropPairs() {
	const few = 12
	for a := 0; a < s.best.NumCalls() && s.best.NumCalls() <= few; a++ {
		for b := a + 1; b < s.best.NumCalls(); b++ {
			at := -1
			q, offsets := s.withoutCalls(func(int, int) bool {
				at++
				return at == a || at == b
			})
			if s.try(q, offsets, true) {
				b = a
			}
		}
	}
}

// dropCPUs closes the gaps that CPUs without calls leave, gives the calls of one CPU to another, and swaps CPUs.
func (s *shrinker) dropCPUs() {
	for from := len(s.best.Calls) - 1; from >= 0; from-- {
		for to := range len(s.best.Calls) {
			if max(from, to) >= len(s.best.Calls) || from == to {
				continue
			}
			q := s.best.Clone()
			q.Calls[to] = append(q.Calls[to], q.Calls[from]...)
			q.Calls = slices.Delete(q.Calls, from, from+1)
			s.try(q, renumber(s.offsets, func(cpu int) int {
				if cpu == from {
					cpu = to
				}
				if cpu > from {
					cpu--
				}
				return cpu
			}), true)
		}
	}
	for i := range len(s.best.Calls) {
		for j := range i {
			q := s.best.Clone()
			q.Calls[i], q.Calls[j] = q.Calls[j], q.Calls[i]
			s.try(q, renumber(s.offsets, func(cpu int) int {
				switch cpu {
				case i:
					return j
				case j:
					return i
				}
				return cpu
			}), true)
		}
	}
}

// splitCPU gives the last call of a program of one CPU, which is where the bug shows, a CPU of its own.
func (s *shrinker) splitCPU() {
	if len(s.best.Calls) != 1 || len(s.best.Calls[0]) < 2 {
		return
	}
	q := s.best.Clone()
	last := len(q.Calls[0]) - 1
	q.Calls = [][]mm.Call{q.Calls[0][:last:last], {q.Calls[0][last]}}
	s.try(q, nil, true)
}

// renumber returns the choices with every CPU replaced by what it maps to.
func renumber(offsets []answer, cpu func(int) int) []answer {
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

// dropChoices makes choices dull, many at once first.
func (s *shrinker) dropChoices() {
	for n := len(s.offsets); n > 0; n /= 2 {
		for from := 0; from < len(s.offsets); {
			offsets := slices.Delete(slices.Clone(s.offsets), from, min(from+n, len(s.offsets)))
			if !s.try(s.best.Clone(), offsets, false) {
				from += n
			}
		}
	}
}

// oneChoice looks for a run with a single choice, wherever there is a question on the dull path.
func (s *shrinker) oneChoice() {
	if len(s.offsets) < 2 || s.left <= 0 {
		return
	}
	asked := questions{place: place{calls: &s.r.call}}
	s.left--
	s.r.RunWith(s.best, &asked)
	for _, a := range asked.all {
		if s.try(s.best.Clone(), []answer{a}, false) {
			return
		}
	}
}

// questions answers dully and writes down every other answer that there was.
type questions struct {
	place  place
	blocks blockCount
	all    []answer
}

// Choose answers q.
func (r *questions) Choose(q *sim.Question) int {
	off, again := r.place.of(q), r.blocks.count(q)
	for n := 1; n < q.N; n++ {
		c := Choice{CPU: q.CPU, Step: q.Step, Kind: questionKind(q), Value: n, Again: again}
		if q.Kind == sim.Run {
			c.Value = q.Target(n)
		}
		r.all = append(r.all, answer{choice: c, offset: off})
	}
	return 0
}

// lowerLate makes late loads and stores less late.
func (s *shrinker) lowerLate() {
	for i := range s.offsets {
		for late := 1; i < len(s.offsets) && late < s.offsets[i].choice.Value; late++ {
			if k := s.offsets[i].choice.Kind; k != Read && k != Write {
				break
			}
			offsets := slices.Clone(s.offsets)
			offsets[i].choice.Value = late
			if s.try(s.best.Clone(), offsets, false) {
				break
			}
		}
	}
}

// lowerArgs numbers what the calls name from 0 in the order of first use, then tries lower arguments one by one.
func (s *shrinker) lowerArgs() {
	ops := mm.Ops()
	s.try(renamed(s.best, ops), s.offsets, true)
	for cpu := range len(s.best.Calls) {
		for i := range s.best.Calls[cpu] {
			for j := range ops[s.best.Calls[cpu][i].Op].Args {
				for v := range s.best.Calls[cpu][i].Args[j] {
					q := s.best.Clone()
					q.Calls[cpu][i].Args[j] = v
					if s.try(q, s.offsets, false) {
						break
					}
				}
			}
		}
	}
}

// renamed returns p with the values of each kind of argument numbered from 0 in the order of first use.
func renamed(p *Program, ops []mm.Op) *Program {
	q := p.Clone()
	var order [256][]uint8
	for _, calls := range q.Calls {
		for i := range calls {
			for j, arg := range ops[calls[i].Op].Args {
				seen := &order[arg.Kind]
				n := slices.Index(*seen, calls[i].Args[j])
				if n < 0 {
					n = len(*seen)
					*seen = append(*seen, calls[i].Args[j])
				}
				calls[i].Args[j] = uint8(n)
			}
		}
	}
	return q
}

// plainConfig sets keys of the config to their defaults.
func (s *shrinker) plainConfig() {
	for key := range mm.ConfigKeys() {
		q := s.best.Clone()
		q.Config.Choose(key, 0)
		s.try(q, s.offsets, true)
	}
	q := s.best.Clone()
	q.Config.SetRcuFreeSlab(0)
	s.try(q, s.offsets, false)
}
