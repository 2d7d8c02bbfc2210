package fuzz

import (
	"cmp"
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// dealCalls deals the calls of the smallest programs out to cpu0 and another CPU in each other way, in the order in which they
// began and in that in which they ended: who stalls in the middle of a call, and who does a lot meanwhile, decides how often
// they have to switch. The other is cpu1, and the last that has calls now, which may have other pages to allocate from.
func (s *shrinker) dealCalls() {
	for s.effort == searched && s.best.NumCalls() <= deepCalls && len(s.best.Choices) > 0 && s.dealOnce() {
	}
}

// dealOnce tries all deals, first with the turns that the calls have now.
func (s *shrinker) dealOnce() bool {
	var deals []dealt
	begun, ended := s.r.callOrders(s.best)
	// The first call stays on cpu0: the rest is for swapCPUs.
	for bits := 2; bits < 1<<len(begun); bits += 2 {
		for _, order := range [][]callAt{begun, ended} {
			for _, other := range slices.Compact([]int{1, max(1, len(s.best.Calls)-1)}) {
				deals = append(deals, deal(s.best, order, bits, other))
			}
		}
	}
	for _, d := range deals {
		if s.tryTurns(d.program, d.turns(s.offsets)) {
			return true
		}
	}
	for _, d := range deals {
		if s.searchUpTo(d.program, len(s.best.Choices)-1, dealRuns) || s.tryPages(d.program, nil) {
			return true
		}
	}
	return false
}

// callAt is a call of a run: call i of a CPU, and its first and last event.
type callAt struct{ cpu, i, first, last int }

// dealt is a program whose calls were dealt out, and where each now is.
type dealt struct {
	program *Program
	now     map[callAt]callAt // both without first and last
}

// deal returns p with the calls on the other CPU whose bits are set, counted in that order, and the rest on cpu0.
func deal(p *Program, order []callAt, bits, other int) dealt {
	d := dealt{p.Clone(), map[callAt]callAt{}}
	calls := make([][]mm.Call, other+1)
	for k, c := range order {
		to := bits >> k & 1 * other
		d.now[callAt{cpu: c.cpu, i: c.i}] = callAt{cpu: to, i: len(calls[to])}
		calls[to] = append(calls[to], p.Calls[c.cpu][c.i])
	}
	d.program.Calls = calls
	return d
}

// move returns p with one call elsewhere, before the call that is there.
func move(p *Program, from, to callAt) dealt {
	d := dealt{p.Clone(), map[callAt]callAt{}}
	calls := d.program.Calls
	if to.cpu == len(calls) {
		calls = append(calls, nil)
	}
	for cpu := range p.Calls {
		for i := range p.Calls[cpu] {
			now := callAt{cpu: cpu, i: i}
			if cpu == from.cpu && i > from.i {
				now.i--
			}
			if cpu == to.cpu && i >= to.i {
				now.i++
			}
			d.now[callAt{cpu: cpu, i: i}] = now
		}
	}
	d.now[from] = to
	call := calls[from.cpu][from.i]
	calls[from.cpu] = slices.Delete(calls[from.cpu], from.i, from.i+1)
	calls[to.cpu] = slices.Insert(calls[to.cpu], to.i, call)
	d.program.Calls = calls
	return d
}

// turns returns the choices for the dealt program: a turn of a CPU becomes turns of those that have its calls now, as far as
// it went in each.
func (d dealt) turns(choices []answer) []answer {
	var turns, late []answer
	// handOver ends a turn there, or further on if the turn after it is of the same CPU.
	handOver := func(to answer) {
		if n := len(turns); n > 0 {
			if turns[n-1].choice.Value = to.choice.CPU; to.choice.CPU == turns[n-1].choice.CPU {
				if to.offset.before(turns[n-1].offset) {
					to.offset = turns[n-1].offset
				}
				turns = turns[:n-1]
			}
		}
		turns = append(turns, to)
	}
	var at [sim.MaxCPUs]int // the call in which each CPU is
	for _, c := range choices {
		cpu := c.choice.CPU
		if !c.switches() {
			if now, dealt := d.now[callAt{cpu: cpu, i: c.offset.call}]; dealt {
				c.choice.CPU, c.offset.call = now.cpu, now.i
				late = append(late, c)
			}
			continue
		}
		for ; at[cpu] < c.offset.call; at[cpu]++ {
			now, dealt := d.now[callAt{cpu: cpu, i: at[cpu]}]
			if !dealt {
				break
			}
			to := c
			to.choice.CPU, to.offset = now.cpu, offset{call: now.i + 1}
			handOver(to)
		}
		if now, dealt := d.now[callAt{cpu: cpu, i: c.offset.call}]; dealt && c.offset.step > 0 {
			to := c
			to.choice.CPU, to.offset.call = now.cpu, now.i
			handOver(to)
		}
		next := callAt{cpu: c.choice.Value, i: at[c.choice.Value]}
		if now, dealt := d.now[next]; dealt && len(turns) > 0 {
			turns[len(turns)-1].choice.Value = now.cpu
		}
	}
	return append(turns, late...)
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
