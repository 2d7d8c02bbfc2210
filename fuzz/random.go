package fuzz

import "github.com/mmfuzz/mmfuzz/mm/sim"

// random answers by chance. How often it leaves the dull path is itself drawn for each run: some bugs need one switch at
// the right step, others need one at nearly every step.
type random struct {
	rng     rng
	preempt uint64 // out of 256: another CPU runs
	late    uint64 // out of 256: a load or a store is late
}

func (r *random) reset(seed uint64) {
	r.rng = rng(mix64(seed))
	r.preempt = 32 >> r.rng.intn(6) // more often finds less, and costs more
	r.late = [...]uint64{0, 8, 32, 96}[r.rng.intn(4)]
}

// Choose answers q.
func (r *random) Choose(q *sim.Question) int {
	if q.Kind == sim.Run && q.Forced {
		return r.rng.intn(q.N())
	}
	odds := r.late
	if q.Kind == sim.Run {
		odds = r.preempt
	}
	if odds == 0 {
		return 0
	}
	x := r.rng.next()
	if x&0xff >= odds {
		return 0
	}
	n := q.N()
	if n == 1 {
		return 0
	}
	return 1 + int((x>>8)%uint64(n-1))
}
