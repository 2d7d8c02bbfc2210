package fuzz

import "github.com/mmfuzz/mmfuzz/mm/sim"

// replay answers with the choices of a program and takes the dull path elsewhere. A choice that does not fit, because
// its step never comes, its CPU cannot run or the load has no value that old, is left unused.
type replay struct {
	choices []Choice
	used    []bool             // one for each choice
	next    [sim.MaxCPUs]int32 // the first choice of each CPU that is still ahead
	blocks  blockCount
	names   sim.Symbols // to check the word that a choice names
}

// reset makes r answer with choices, which are sorted.
func (r *replay) reset(choices []Choice, names sim.Symbols) {
	r.choices, r.names = choices, names
	r.used = append(r.used[:0], make([]bool, len(choices))...)
	r.next = [sim.MaxCPUs]int32{}
	r.blocks = blockCount{}
	for i := len(choices) - 1; i >= 0; i-- {
		r.next[choices[i].CPU] = int32(i)
	}
}

// Choose answers q.
func (r *replay) Choose(q *sim.Question) int {
	again := r.blocks.count(q)
	i := int(r.next[q.CPU])
	for i < len(r.choices) && r.choices[i].CPU == q.CPU && r.choices[i].Step < q.Step {
		i++
	}
	r.next[q.CPU] = int32(i)
	kind := questionKind(q)
	for ; i < len(r.choices) && r.choices[i].CPU == q.CPU && r.choices[i].Step == q.Step; i++ {
		if r.choices[i].Kind != kind || r.choices[i].Again != again {
			continue
		}
		if answer := r.answer(q, &r.choices[i]); answer > 0 {
			r.used[i] = true
			return answer
		}
	}
	return 0
}

func (r *replay) answer(q *sim.Question, c *Choice) int {
	if q.Kind != sim.Run && c.Word != "" && r.names.AddrName(q.Addr) != c.Word {
		return 0
	}
	return c.answer(q)
}

// answer returns the answer to q that c stands for, 0 if q has no such answer.
func (c *Choice) answer(q *sim.Question) int {
	switch {
	case q.Kind != sim.Run:
		if c.Value < q.N() {
			return c.Value
		}
	case q.Others>>c.Value&1 != 0:
		return runAnswer(q, c.Value)
	}
	return 0
}

// unused returns the choices that have not been used.
func (r *replay) unused() []Choice {
	var unused []Choice
	for i, used := range r.used {
		if !used {
			unused = append(unused, r.choices[i])
		}
	}
	return unused
}

// questionKind returns the kind of choice that answers q.
func questionKind(q *sim.Question) ChoiceKind {
	switch {
	case q.Kind == sim.Read:
		return Read
	case q.Kind == sim.Write:
		return Write
	case q.Forced:
		return Then
	}
	return Run
}

// blockCount tells apart the questions of a CPU that wakes up, finds that it must wait on and blocks again: all are asked
// at the same step.
type blockCount struct {
	step  [sim.MaxCPUs]int
	times [sim.MaxCPUs]int
}

// count returns how often the CPU of q, a forced Run question, had blocked at this step before; 0 for other questions, and
// for those with one CPU to choose, which only some machines ask.
func (b *blockCount) count(q *sim.Question) int {
	if !q.Forced || q.Others&(q.Others-1) == 0 {
		return 0
	}
	if b.step[q.CPU] != q.Step {
		b.step[q.CPU], b.times[q.CPU] = q.Step, 0
	} else {
		b.times[q.CPU]++
	}
	return b.times[q.CPU]
}
