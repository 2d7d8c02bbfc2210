package fuzz

import "github.com/mmfuzz/mmfuzz/mm/sim"

// conflict draws schedules that switch where it can matter: at steps on memory that another CPU uses too, which it learns
// from the runs of the program that went before. To switch elsewhere comes to the same, so the few switches that a bug
// needs are drawn from far fewer places. A schedule is so many stretches, each on one CPU: some last for a number of such
// steps and some for a number of calls, as when a CPU stalls in the middle of a call and another one does a lot
// meanwhile. After the last, and where nothing was drawn, it takes the dull path. Late loads and stores come by chance as
// in random.
type conflict struct {
	late   random
	places *[sim.MaxCPUs]place
	known  [2]uses     // of each variable, and of each line
	asks   [2][]uint16 // where conflicts are, by variable and by line, as in sim.Question.AskAt
	most   [2]int      // how many of them a run has had at most
	learns bool        // from the next run
	seen   []step      // by that run
	watch  sim.Chooser // if not nil: it answers, and this one only looks on

	by        int  // what tells memory apart
	after     bool // a stretch ends after a conflict, not before it
	pace      int  // how many conflicts a stretch takes on average; 0: it varies
	stretches int  // those that are left
	left      int  // conflicts or calls to the end of the stretch
	inCalls   bool
	call      [sim.MaxCPUs]place // when last looked at
	ending    bool               // the stretch ends with this step
}

// step is one step of a run. variable is -1 for those of RCU, which all count as on one variable.
type step struct {
	variable int32
	cpu      uint8
	reads    bool
}

const (
	// byVariable counts a step if another CPU uses the variable, and one of the two stores to it.
	byVariable = iota
	// byLine counts a step if another CPU uses the cache line, such as a struct page: what makes a step conflict may be
	// done only in a run with the bug.
	byLine

	// lineBits: so many variables of 32 bits, to the power of two, are in a line.
	lineBits = 4
	// burst is how many conflicts it takes until the stretches of a schedule with a pace have ended.
	burst = 40
)

// forget begins with a new program.
func (b *conflict) forget() {
	for by := range b.known {
		b.known[by].clear()
		clear(b.asks[by])
	}
	b.most = [2]int{}
	b.seen = b.seen[:0]
}

// lookOn makes b answer as ch does.
func (b *conflict) lookOn(ch sim.Chooser) {
	b.seen, b.watch = b.seen[:0], ch
}

// reset draws a schedule, from seed and what was learned.
func (b *conflict) reset(seed uint64) {
	b.late.reset(seed)
	b.seen, b.watch, b.ending = b.seen[:0], nil, false
	r := &b.late.rng
	b.by = r.intn(len(b.known))
	b.after = b.by == byVariable && r.oneIn(2)
	b.pace, b.stretches = 0, 1+r.intn(1<<r.intn(5))
	if r.oneIn(2) {
		b.pace = 2 << r.intn(4)
		b.stretches = burst / b.pace
	}
	b.begin()
	b.call = [sim.MaxCPUs]place{}
	if !b.inCalls && (b.pace > 0 || r.oneIn(2)) {
		b.left = 1 + r.intn(max(b.most[b.by], 1))
	}
}

// begin begins a stretch.
func (b *conflict) begin() {
	r := &b.late.rng
	if b.pace > 0 {
		b.inCalls, b.left = false, 1+r.intn(2*b.pace)
		return
	}
	b.inCalls = r.oneIn(3)
	if b.inCalls {
		b.left, b.call = 1+r.intn(1<<r.intn(4)), *b.places
		return
	}
	b.left = 1 + r.intn(1<<r.intn(8))
}

// learn adds what the run has shown.
func (b *conflict) learn() {
	if len(b.seen) == 0 {
		return
	}
	for _, s := range b.seen {
		b.known[byVariable].add(s.variable+1, int(s.cpu), s.reads)
		b.known[byLine].add((s.variable+1<<lineBits)>>lineBits, int(s.cpu), s.reads)
	}
	b.mark()
	for by := range b.most {
		n := 0
		for _, s := range b.seen {
			if b.conflicts(by, s) {
				n++
			}
		}
		b.most[by] = max(b.most[by], n)
	}
	b.seen = b.seen[:0]
}

// mark makes asks from what is known.
func (b *conflict) mark() {
	lines := &b.known[byLine]
	for by := range b.asks {
		if n := len(lines.of) << lineBits; len(b.asks[by]) < n {
			b.asks[by] = append(b.asks[by], make([]uint16, n-len(b.asks[by]))...)
		}
	}
	variables := &b.known[byVariable]
	for _, i := range variables.list {
		b.asks[byVariable][i] = otherThan(variables.of[i]>>8) | otherThan(variables.of[i]&0xff)<<8
	}
	for _, line := range lines.list {
		others := otherThan(lines.of[line] & 0xff)
		first := max(0, line<<lineBits-1<<lineBits+1)
		for i := first; i < line<<lineBits+1; i++ {
			b.asks[byLine][i] = others | others<<8
		}
	}
}

func (b *conflict) conflicts(by int, s step) bool {
	i, bit := int(s.variable)+1, uint16(1)<<s.cpu
	if !s.reads {
		bit <<= 8
	}
	return i < len(b.asks[by]) && b.asks[by][i]&bit != 0
}

// Choose answers q.
func (b *conflict) Choose(q *sim.Question) int {
	switches := q.Kind == sim.Run && !q.Forced
	s := step{q.Var, uint8(q.CPU), q.Next == sim.EvRead}
	if b.learns && switches && q.Next != sim.EvFence {
		b.seen = append(b.seen, s)
	}
	switch {
	case b.watch != nil:
		return b.watch.Choose(q)
	case !switches:
		return b.late.Choose(q)
	case b.stretches == 0 && !b.ending:
		return 0
	}
	ending := b.ending
	if b.ending = b.ends(q, s); b.ending && !b.after {
		ending, b.ending = true, false
	}
	q.AskAt(b.where())
	if ending {
		return 1 + b.late.rng.intn(q.N()-1)
	}
	return 0
}

// where returns the steps at which b may do something.
func (b *conflict) where() []uint16 {
	switch {
	case b.learns || b.ending:
		return nil
	case b.stretches == 0:
		return []uint16{}
	case b.inCalls:
		return nil
	}
	return b.asks[b.by]
}

// ends counts the step that q is about and says whether the stretch ends there.
func (b *conflict) ends(q *sim.Question, s step) bool {
	switch {
	case b.stretches == 0: // and the last one ends after this step
		return false
	case b.inCalls:
		if b.places[q.CPU].call == b.call[q.CPU].call {
			return false
		}
		b.call[q.CPU] = b.places[q.CPU]
	case q.Next == sim.EvFence || !b.conflicts(b.by, s):
		return false
	}
	b.left--
	if b.left > 0 {
		return false
	}
	b.stretches--
	b.begin()
	return true
}
