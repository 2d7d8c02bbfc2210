package fuzz

import (
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const (
	// ShrinkTries bounds the runs that a shrink takes.
	ShrinkTries = 200_000
	// searchCalls is how many calls a smaller program is run with under drawn schedules, when the choices at hand no
	// longer fit: a short program is worth more schedules than a long one.
	searchCalls = 2000
)

// Shrink returns a smaller program with the same bug, kernel and model as p, and how many runs that took. What it does
// depends on p alone: it is bounded by tries, never by a clock, and shrinking its result again changes nothing unless
// the tries ran out. When p has no bug the result is nil.
func (r *Runner) Shrink(p *Program, tries int) (*Program, int) {
	s := &shrinker{r: r, left: tries}
	s.rel.runner = r
	q := p.Clone()
	s.left--
	o := r.record(q, r.choicesOf(q))
	if o.Bug == nil {
		return nil, tries - s.left
	}
	q.Choices, q.Bug, q.Trace = r.recorded(), o.Title(), ""
	q.Comments = slices.DeleteFunc(q.Comments, func(c Comment) bool { return !headComment(c.At) })
	s.best, s.offsets = q, s.taken()
	for s.round() {
	}
	for range 2 {
		if o := r.Run(s.best); o.Title() != s.best.Bug {
			panic("fuzz: a shrunk program does not repeat its bug: the run is not deterministic")
		}
	}
	return s.best, tries - s.left
}

// headComment says whether a comment belongs to what shrinking leaves alone.
func headComment(at string) bool {
	return at == "kernel" || at == "model" || at == "config" || at == "bug"
}

// choicesOf returns a chooser that answers with p's own choices.
func (r *Runner) choicesOf(p *Program) sim.Chooser {
	r.boot(p.Kernel)
	r.replay.reset(p.Choices, r.mm)
	return &r.replay
}

type shrinker struct {
	r       *Runner
	left    int      // tries
	best    *Program // the smallest so far
	offsets []answer // its choices by call and offset
	rel     relative
	random  random
}

// round tries every way to make best smaller once and says whether one did.
func (s *shrinker) round() bool {
	before := s.best
	s.dropCalls()
	s.dropPairs()
	s.dropCPUs()
	s.splitCPU()
	s.dropChoices()
	s.oneChoice()
	s.lowerLate()
	s.plainConfig()
	s.lowerArgs()
	return s.best != before && s.left > 0
}

// taken returns the answers of the last recorded run.
func (s *shrinker) taken() []answer { return slices.Clone(s.r.recorder.taken) }

// try makes q the best if it has the bug under the choices in offsets, or under a drawn schedule when search is set,
// and is smaller.
func (s *shrinker) try(q *Program, offsets []answer, search bool) bool {
	s.rel.reset(offsets)
	if s.tryWith(q, &s.rel) {
		return true
	}
	if search {
		for seed := range searchCalls / max(q.NumCalls(), 1) {
			s.random.reset(uint64(seed))
			if s.tryWith(q, &s.random) {
				return true
			}
		}
	}
	return false
}

func (s *shrinker) tryWith(q *Program, ch sim.Chooser) bool {
	if s.left <= 0 {
		return false
	}
	s.left--
	if o := s.r.record(q, ch); o.Title() != s.best.Bug {
		return false
	}
	q.Choices = s.r.recorded()
	if !smaller(q, s.best) {
		return false
	}
	q.Bug = s.best.Bug
	s.best, s.offsets = q, s.taken()
	return true
}

// smaller orders programs: fewer calls, then CPUs, choices, less late, a plainer config, lower arguments.
func smaller(p, q *Program) bool {
	a, b := size(p), size(q)
	return slices.Compare(a[:], b[:]) < 0
}

func size(p *Program) [6]int {
	late, args := 0, 0
	for _, c := range p.Choices {
		late += c.Value
	}
	for _, calls := range p.Calls {
		for _, call := range calls {
			for _, a := range call.Args {
				args += int(a)
			}
		}
	}
	return [...]int{p.NumCalls(), max(readableCPUs-len(p.Calls), len(p.Calls)-readableCPUs), len(p.Choices), late, len(p.Config.String()), args}
}

// readableCPUs is how many CPUs shrinking tries to end with: on two, who does what to whom is plain to see.
const readableCPUs = 2

// relative answers with choices keyed by call and offset.
type relative struct {
	runner  *Runner
	place   place
	blocks  blockCount
	choices []answer
	used    []bool
}

func (r *relative) reset(choices []answer) {
	r.choices = choices
	r.used = append(r.used[:0], make([]bool, len(choices))...)
	r.place.reset(&r.runner.call)
	r.blocks = blockCount{}
}

// Choose answers q.
func (r *relative) Choose(q *sim.Question) int {
	off, again, kind := r.place.of(q), r.blocks.count(q), questionKind(q)
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

// withoutCalls returns best without the calls for which drop is true, and the choices that remain, moved to where their
// calls now are.
func (s *shrinker) withoutCalls(drop func(cpu, i int) bool) (*Program, []answer) {
	q := s.best.Clone()
	var moved [sim.MaxCPUs][]int // the new index of each call, -1 when dropped
	for cpu, calls := range s.best.Calls {
		kept := []mm.Call{}
		for i, call := range calls {
			if drop(cpu, i) {
				moved[cpu] = append(moved[cpu], -1)
				continue
			}
			moved[cpu] = append(moved[cpu], len(kept))
			kept = append(kept, call)
		}
		q.Calls[cpu] = kept
	}
	for n := len(q.Calls); n > 0 && len(q.Calls[n-1]) == 0; n-- {
		q.Calls = q.Calls[:n-1]
	}
	var offsets []answer
	for _, a := range s.offsets {
		if i := a.offset.call; i < len(moved[a.choice.CPU]) {
			if a.offset.call = moved[a.choice.CPU][i]; a.offset.call >= 0 {
				offsets = append(offsets, a)
			}
		}
	}
	return q, offsets
}
