package fuzz

import (
	"math/bits"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// pctDepth is how many ordering constraints a bug may need for PCT's bound to hold.
const pctDepth = 4

// pct is probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte, ASPLOS 2010): the CPU of the
// highest priority runs, and at a few steps drawn beforehand the running CPU drops below all others. Late loads and
// stores, of which the paper knows nothing, come by chance as in random.
type pct struct {
	late     random
	priority [sim.MaxCPUs]int
	change   [pctDepth - 1]int
	steps    int
	lowest   int
}

// reset draws the priorities and the steps at which they change, for a run of about length steps.
func (p *pct) reset(seed uint64, length int) {
	p.late.reset(seed)
	r := &p.late.rng
	for i := range p.priority {
		p.priority[i] = i
		j := r.intn(i + 1)
		p.priority[i], p.priority[j] = p.priority[j], p.priority[i]
	}
	for i := range p.change {
		p.change[i] = r.intn(max(length, 1))
	}
	p.steps, p.lowest = 0, 0
}

// Choose answers q.
func (p *pct) Choose(q *sim.Question) int {
	if q.Kind != sim.Run {
		return p.late.Choose(q)
	}
	if !q.Forced {
		for _, at := range p.change {
			if at == p.steps {
				p.lowest--
				p.priority[q.CPU] = p.lowest
			}
		}
		p.steps++
	}
	return highest(q, &p.priority)
}

// highest returns the answer that runs the CPU of the highest priority.
func highest(q *sim.Question, priority *[sim.MaxCPUs]int) int {
	set := q.Others
	if !q.Forced {
		set |= 1 << q.CPU
	}
	best := bits.TrailingZeros8(set)
	for rest := set & (set - 1); rest != 0; rest &= rest - 1 {
		if i := bits.TrailingZeros8(rest); priority[i] > priority[best] {
			best = i
		}
	}
	return runAnswer(q, best)
}

// runAnswer returns the answer to q, a Run question, that runs cpu: q.CPU itself or one of q.Others.
func runAnswer(q *sim.Question, cpu int) int {
	if cpu == q.CPU && !q.Forced {
		return 0
	}
	below := bits.OnesCount8(q.Others & (1<<cpu - 1))
	if q.Forced {
		return below
	}
	return below + 1
}
