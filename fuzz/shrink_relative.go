package fuzz

import "github.com/mmfuzz/mmfuzz/mm/sim"

// relative answers with choices keyed by call and offset.
type relative struct {
	runner  *Runner
	blocks  blockCount
	choices []answer
	used    []bool
}

func (r *relative) reset(choices []answer) {
	r.choices = choices
	r.used = append(r.used[:0], make([]bool, len(choices))...)
	r.blocks = blockCount{}
}

// Choose answers q.
func (r *relative) Choose(q *sim.Question) int {
	off, again, kind := r.runner.places[q.CPU].offset(q), r.blocks.count(q), questionKind(q)
	for i := range r.choices {
		c := &r.choices[i]
		if c.offset != off || c.choice.CPU != q.CPU || c.choice.Kind != kind || c.choice.Again != again || r.used[i] {
			continue
		}
		if n := c.choice.answer(q); n > 0 {
			r.used[i] = true
			return n
		}
	}
	return 0
}
