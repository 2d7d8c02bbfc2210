package fuzz

import (
	"cmp"
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
)

// dealCalls deals the calls of the smallest programs out to two CPUs in each other way, in the order in which they began and
// in that in which they ended: who stalls in the middle of a call, and who does a lot meanwhile, decides how often they have
// to switch.
func (s *shrinker) dealCalls() {
	if s.effort < searched || s.best.NumCalls() > deepCalls {
		return
	}
	begun, ended := s.r.callOrders(s.best)
	// The first call stays on cpu0: the rest is for swapCPUs.
	for deal := 2; deal < 1<<len(begun) && len(s.best.Choices) > 0; deal += 2 {
		for _, order := range [][]callAt{begun, ended} {
			q := dealt(s.best, order, deal)
			if s.searchUpTo(q, len(s.best.Choices)-1, dealRuns) || s.tryPages(q, nil) {
				s.dealCalls()
				return
			}
		}
	}
}

// callAt is a call of a run: call i of a CPU, and its first and last event.
type callAt struct{ cpu, i, first, last int }

// dealt returns p with the calls on cpu1 whose bits are set, counted in that order, and the others on cpu0.
func dealt(p *Program, order []callAt, deal int) *Program {
	q := p.Clone()
	q.Calls = make([][]mm.Call, readableCPUs)
	for k, c := range order {
		to := deal >> k & 1
		q.Calls[to] = append(q.Calls[to], p.Calls[c.cpu][c.i])
	}
	return q
}

// callOrders returns the calls of p in the order in which they begin and in that in which they end. Those that a bug comes
// before are in neither.
func (r *Runner) callOrders(p *Program) (begun, ended []callAt) {
	r.boot(p.Kernel)
	m := r.mm.Machine()
	m.SetTrace(true)
	defer m.SetTrace(false)
	r.Run(p)
	calls := make([]int, len(p.Calls))
	for i := range m.Events() {
		e := &m.Events()[i]
		if isCall(e) {
			begun = append(begun, callAt{cpu: e.CPU, i: calls[e.CPU], first: i})
			calls[e.CPU]++
		}
		for k := range begun {
			if begun[k].cpu == e.CPU && begun[k].i == calls[e.CPU]-1 {
				begun[k].last = i
			}
		}
	}
	ended = slices.SortedFunc(slices.Values(begun), func(a, b callAt) int { return cmp.Compare(a.last, b.last) })
	return begun, ended
}
