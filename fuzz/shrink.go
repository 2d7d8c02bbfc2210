package fuzz

import (
	"cmp"
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const (
	// ShrinkTries bounds the runs that a shrink takes.
	ShrinkTries = 200_000
	// fewCalls is how many calls a program has at most whose schedules are searched one after the other. Those of a
	// larger one are drawn.
	fewCalls = 12
	// deepCalls is how many the smallest have, which are searched for longest.
	deepCalls = 5
)

// Pass is what one of the shrinker's passes did.
type Pass struct {
	Name  string
	Tries int // runs
	Kept  int // those that made the program smaller
}

// Shrunk says how a shrink went.
type Shrunk struct {
	Tries  int
	Race   Race
	Passes []Pass
}

// Shrink returns a smaller program with the same bug as p: the same title and race on the same kernel under the same
// model. What it does depends on p alone: it is bounded by tries, never by a clock, and shrinking its result again
// changes nothing unless the tries ran out. When p has no bug the result is nil.
func (r *Runner) Shrink(p *Program, tries int) (*Program, Shrunk) {
	s := &shrinker{r: r, left: tries, done: make([]Pass, len(passes)), failed: map[string]int{}}
	s.rel.runner = r
	q := p.Clone()
	s.left--
	o := r.record(q, r.choicesOf(q))
	if o.Bug == nil {
		return nil, Shrunk{Tries: tries - s.left}
	}
	q.Choices, q.Bug, q.Trace = r.recorded(), o.Title(), ""
	q.Comments = slices.DeleteFunc(q.Comments, func(c Comment) bool { return !headComment(c.At) })
	s.best, s.offsets, s.steps = q, s.taken(), o.Steps
	s.race = r.race(q)
	// The clean-up takes as long as the program, and is for what shows in it.
	r.unfinished = r.ended < 0
	for s.round() || s.effort < searched && s.left > 0 {
		switch {
		case s.best == s.begun:
			s.effort++
		case s.effort == searched:
			s.effort = none // which does some things to best that searching leaves out
		}
	}
	r.unfinished = false
	for range 2 {
		if o := r.Run(s.best); o.Title() != s.best.Bug {
			panic("fuzz: a shrunk program does not repeat its bug: the run is not deterministic")
		}
	}
	return s.best, Shrunk{Tries: tries - s.left, Race: s.race, Passes: s.done}
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
	steps   int      // of its run
	race    Race
	offsets []answer // its choices by call and offset
	begun   *Program // best when the round began
	done    []Pass
	kept    *int // counts for the pass that is running

	effort effort

	rel      relative
	turns    turns
	random   random
	conflict conflict
	fewest   fewest
	failed   map[string]int // searches that found nothing: how many runs they had
}

// effort is what is done about a program that lacks something and does not show the bug under the choices that are left. A
// shrink begins with the least and does more once that takes nothing away.
type effort int

const (
	none     effort = iota
	drawn           // schedules are drawn
	searched        // schedules are searched
)

// passes are the ways to make a program smaller, those first that take the most away.
var passes = []struct {
	name string
	run  func(*shrinker)
}{
	{"drop calls", (*shrinker).dropCalls},
	{"drop pairs of calls", (*shrinker).dropPairs},
	{"merge CPUs", (*shrinker).mergeCPUs},
	{"move calls", (*shrinker).moveCalls},
	{"deal calls", (*shrinker).dealCalls},
	{"swap CPUs", (*shrinker).swapCPUs},
	{"drop choices", (*shrinker).dropChoices},
	{"join turns", (*shrinker).joinTurns},
	{"fewest choices", (*shrinker).fewestChoices},
	{"replace choices", (*shrinker).replaceChoices},
	{"lower late loads and stores", (*shrinker).lowerLate},
	{"default config", (*shrinker).plainConfig},
	{"shorter calls", (*shrinker).shorterCalls},
	{"renumber", (*shrinker).renumber},
	{"other arguments", (*shrinker).otherArgs},
	{"earlier choices", (*shrinker).earlierChoices},
}

// round does every pass once and says whether one made best smaller.
func (s *shrinker) round() bool {
	s.begun = s.best
	for i, pass := range passes {
		left, now := s.left, &s.done[i]
		now.Name, s.kept = pass.name, &now.Kept
		pass.run(s)
		now.Tries += left - s.left
	}
	return s.best != s.begun && s.left > 0
}

// taken returns the answers of the last recorded run.
func (s *shrinker) taken() []answer { return slices.Clone(s.r.recorder.taken) }

// small says whether the schedules of p are few enough to be searched.
func small(p *Program) bool { return p.NumCalls() <= fewCalls }

// try makes q, which has fewer calls or CPUs than best, the best if it has the bug under the choices in offsets, or under a
// schedule that the effort finds.
func (s *shrinker) try(q *Program, offsets []answer) bool {
	if s.tryKept(q, offsets) {
		return true
	}
	runs := searchRuns
	if q.NumCalls() <= deepCalls {
		runs = deepRuns
	}
	return s.effort == searched && (s.mend(q, offsets) || s.search(q, runs)) || s.effort >= drawn && s.draw(q)
}

// tryLike is try for a program with as many calls as best.
func (s *shrinker) tryLike(q *Program, offsets []answer) bool {
	return s.tryKept(q, offsets) || s.effort == searched && s.search(q, likeRuns)
}

// tryKept is try without other schedules.
func (s *shrinker) tryKept(q *Program, offsets []answer) bool {
	s.rel.reset(offsets)
	return s.tryWith(q, &s.rel)
}

func (s *shrinker) tryWith(q *Program, ch sim.Chooser) bool {
	if s.left <= 0 {
		return false
	}
	s.left--
	o := s.r.record(withoutIdle(q), ch) // the text of q has no other CPUs
	if o.Title() != s.best.Bug {
		return false
	}
	q.Choices, q.Bug = s.r.recorded(), s.best.Bug
	if !smaller(q, o.Steps, s.best, s.steps) {
		return false
	}
	offsets := s.taken()
	if s.race != (Race{}) && s.r.race(q) != s.race {
		return false
	}
	s.best, s.offsets, s.steps = q, offsets, o.Steps
	*s.kept++
	return true
}

// smaller orders programs, each with the steps of its run: fewer calls, then CPUs, choices, less late, a plainer config,
// fewer steps, more of the calls on cpu0, lower arguments, what comes first in the table of ops, and earlier choices.
func smaller(p *Program, stepsP int, q *Program, stepsQ int) bool {
	a, b := size(p, stepsP), size(q, stepsQ)
	return cmp.Or(
		slices.Compare(a[:], b[:]),
		slices.CompareFunc(p.Calls, q.Calls, func(a, b []mm.Call) int { return slices.CompareFunc(a, b, compareCalls) }),
		slices.CompareFunc(p.Choices, q.Choices, Choice.compareKey),
	) < 0
}

func compareCalls(a, b mm.Call) int {
	return cmp.Or(cmp.Compare(a.Op, b.Op), slices.Compare(a.Args[:], b.Args[:]))
}

func size(p *Program, steps int) [8]int {
	late, args, elsewhere := 0, 0, 0
	for _, c := range p.Choices {
		if c.Kind == Read || c.Kind == Write {
			late += c.Value
		}
	}
	for cpu, calls := range p.Calls {
		for _, call := range calls {
			for _, a := range call.Args {
				args += int(a)
			}
		}
		if cpu > 0 {
			elsewhere += len(calls)
		}
	}
	cpus := max(readableCPUs-len(p.Calls), len(p.Calls)-readableCPUs)
	return [...]int{p.NumCalls(), cpus, len(p.Choices), late, len(p.Config.String()), steps, elsewhere, args}
}

// readableCPUs is how many CPUs shrinking tries to end with: on two, who does what to whom is plain to see.
const readableCPUs = 2
