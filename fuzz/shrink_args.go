package fuzz

import (
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
)

// plainConfig sets keys of the config to their defaults, but for the slab allocator, which is part of what the kernel is.
func (s *shrinker) plainConfig() {
	for key, k := range mm.ConfigKeys() {
		if s.best.Config.Chosen(key) == 0 || k.Name == "alloc" {
			continue
		}
		q := s.best.Clone()
		q.Config.Choose(key, 0)
		if !s.try(q, s.offsets) {
			s.tryPages(q, s.offsets)
		}
	}
	for _, callback := range mm.Callbacks() {
		if s.best.Config.Address(callback) != 0 {
			q := s.best.Clone()
			q.Config.SetAddress(callback, 0)
			s.tryKept(q, s.offsets)
		}
	}
}

// tryPages tries a small program with each page frame in turn in place of those that it names: what changes allocations
// changes the page that is met.
func (s *shrinker) tryPages(p *Program, offsets []answer) bool {
	if !small(p) {
		return false
	}
	for page := range uint8(mm.NrPages) {
		q, named := onPage(p, page)
		if !named {
			return false
		}
		if s.tryKept(q, offsets) || s.effort == searched && s.search(q, pageRuns) {
			return true
		}
	}
	return false
}

// onPage returns p with that page frame wherever it names one, and whether it names any.
func onPage(p *Program, page uint8) (q *Program, named bool) {
	ops := mm.Ops()
	q = p.Clone()
	for _, calls := range q.Calls {
		for i := range calls {
			for j, arg := range ops[calls[i].Op].Args {
				if arg.Kind == mm.ArgPage {
					calls[i].Args[j] = page
					named = true
				}
			}
		}
	}
	return q, named
}

// shorterCalls puts other ops in place of each call, which may end in fewer steps: those that are about the same things.
func (s *shrinker) shorterCalls() {
	ops := mm.Ops()
	for cpu := range s.best.Calls {
		for i := 0; i < len(s.best.Calls[cpu]) && small(s.best); i++ {
			for op := range ops {
				old := s.best.Calls[cpu][i]
				if int(old.Op) == op {
					continue
				}
				for _, call := range instead(uint8(op), old) {
					q := s.best.Clone()
					q.Calls[cpu][i] = call
					if s.tryLike(q, s.offsets) {
						break
					}
				}
			}
		}
	}
}

// instead returns calls of op with the arguments of the call old, if they have arguments of the same kind or none at all.
func instead(op uint8, old mm.Call) []mm.Call {
	ops := mm.Ops()
	with, of := ops[op].Args, ops[old.Op].Args
	if len(with) == 0 && len(of) == 0 {
		return []mm.Call{{Op: op}}
	}
	var calls []mm.Call
	for first := range of {
		call, same := mm.Call{Op: op}, false
		for i, arg := range with {
			for j := range of {
				j = (first + j) % len(of)
				if of[j].Kind == arg.Kind {
					call.Args[i], same = old.Args[j], true
					break
				}
			}
		}
		if same && !slices.Contains(calls, call) {
			calls = append(calls, call)
		}
	}
	return calls
}

// renumber numbers what the calls name from 0 in the order of first use.
func (s *shrinker) renumber() {
	ops := mm.Ops()
	q := s.best.Clone()
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
	s.tryLike(q, s.offsets)
}

// otherArgs tries other arguments one by one, low ones first.
func (s *shrinker) otherArgs() {
	ops := mm.Ops()
	for cpu := range s.best.Calls {
		for i := range s.best.Calls[cpu] {
			for j, arg := range ops[s.best.Calls[cpu][i].Op].Args {
				for v := range uint8(arg.Kind.Count()) {
					q := s.best.Clone()
					if v == q.Calls[cpu][i].Args[j] {
						continue
					}
					q.Calls[cpu][i].Args[j] = v
					if s.tryLike(q, s.offsets) {
						break
					}
				}
			}
		}
	}
}
