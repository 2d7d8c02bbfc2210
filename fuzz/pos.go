package fuzz

import "github.com/mmfuzz/mmfuzz/mm/sim"

// pos is basic partial-order sampling (Yuan, Yang and Gu, CAV 2018): every step of every CPU has a priority of its own,
// drawn afresh when the step before it is done, and the highest goes next. It prefers no CPU for longer than a step, so
// it samples the orders of far-apart events more evenly than random does. Late loads and stores come as in random.
type pos struct {
	late     random
	priority [sim.MaxCPUs]int
}

func (p *pos) reset(seed uint64) {
	p.late.reset(seed)
	for i := range p.priority {
		p.priority[i] = p.draw()
	}
}

func (p *pos) draw() int { return int(p.late.rng.next() >> 1) }

// Choose answers q.
func (p *pos) Choose(q *sim.Question) int {
	if q.Kind != sim.Run {
		return p.late.Choose(q)
	}
	answer := highest(q, &p.priority)
	p.priority[q.Target(answer)] = p.draw()
	return answer
}
