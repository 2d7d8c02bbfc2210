package fuzz

import "github.com/mmfuzz/mmfuzz/mm/sim"

// recorder passes questions on and writes down every answer that is not dull.
type recorder struct {
	to     sim.Chooser
	calls  *[sim.MaxCPUs]place
	blocks blockCount
	taken  []answer
}

// answer is a choice as the machine saw it: the word is an address still.
type answer struct {
	choice Choice
	addr   sim.Addr
	offset offset
}

func (r *recorder) reset(to sim.Chooser, calls *[sim.MaxCPUs]place) {
	r.to, r.calls = to, calls
	r.blocks = blockCount{}
	r.taken = r.taken[:0]
}

// Choose answers q.
func (r *recorder) Choose(q *sim.Question) int {
	again := r.blocks.count(q)
	n := r.to.Choose(q)
	if n <= 0 {
		return n
	}
	c := Choice{CPU: q.CPU, Step: q.Step, Kind: questionKind(q), Value: n, Again: again}
	if q.Kind == sim.Run {
		c.Value = q.Target(n)
	}
	r.taken = append(r.taken, answer{choice: c, addr: q.Addr, offset: r.calls[q.CPU].offset(q)})
	return n
}

// place is how far a CPU has come.
type place struct {
	call  int // which of its calls it is in
	start int // the step before the first of that call
}

// offset is a step counted within a call of a CPU. It stays the same when calls before it are dropped.
type offset struct{ call, step int }

func (p *place) offset(q *sim.Question) offset { return offset{call: p.call, step: q.Step - p.start} }
