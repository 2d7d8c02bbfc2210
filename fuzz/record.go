package fuzz

import "github.com/mmfuzz/mmfuzz/mm/sim"

// recorder passes questions on and writes down every answer that is not dull.
type recorder struct {
	to     sim.Chooser
	place  place
	blocks blockCount
	taken  []answer
}

// answer is a choice as the machine saw it: the word is an address still.
type answer struct {
	choice Choice
	addr   sim.Addr
	offset offset
}

func (r *recorder) reset(to sim.Chooser, calls *[sim.MaxCPUs]int) {
	r.to = to
	r.place.reset(calls)
	r.blocks = blockCount{}
	r.taken = r.taken[:0]
}

// Choose answers q.
func (r *recorder) Choose(q *sim.Question) int {
	if q.N == 1 {
		return r.to.Choose(q) // only an exhaustive machine asks it
	}
	off, again := r.place.of(q), r.blocks.count(q)
	n := r.to.Choose(q)
	if n <= 0 {
		return n
	}
	c := Choice{CPU: q.CPU, Step: q.Step, Kind: questionKind(q), Value: n, Again: again}
	if q.Kind == sim.Run {
		c.Value = q.Target(n)
	}
	r.taken = append(r.taken, answer{choice: c, addr: q.Addr, offset: off})
	return n
}

// offset is a step counted within a call of a CPU, from the first step of the call at which there was a question. It
// stays the same when calls before it are dropped.
type offset struct{ call, step int }

// place tells the offset of each question.
type place struct {
	calls *[sim.MaxCPUs]int // the call that each CPU is in
	call  [sim.MaxCPUs]int  // as of its last question, from 1
	first [sim.MaxCPUs]int
}

func (p *place) reset(calls *[sim.MaxCPUs]int) { *p = place{calls: calls} }

func (p *place) of(q *sim.Question) offset {
	call := p.calls[q.CPU]
	if p.call[q.CPU] != call+1 {
		p.call[q.CPU], p.first[q.CPU] = call+1, q.Step
	}
	return offset{call: call, step: q.Step - p.first[q.CPU]}
}
