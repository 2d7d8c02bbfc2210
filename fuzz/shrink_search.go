package fuzz

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const (
	// searchRuns bounds the search for a schedule in which a program that lacks a call or two has the bug.
	searchRuns = 1000
	// deepRuns is that for the smallest programs, in which choices are few.
	deepRuns = 10_000
	// fewestRuns bounds the search for fewer choices in the program at hand.
	fewestRuns = 5000
	// likeRuns bounds those in programs that have as many calls, and pageRuns those for each page.
	likeRuns = 300
	pageRuns = 50
	// dealRuns bounds that for each way to deal out the calls.
	dealRuns = 3000
	// searchChoices bounds the choices in it.
	searchChoices = 3
	// drawnRuns is how often the calls of a program are run under drawn schedules: a short program is worth more
	// schedules than a long one.
	drawnRuns = 2000
)

// search looks for a schedule in which q has the bug and is smaller than best.
func (s *shrinker) search(q *Program, runs int) bool {
	most := searchChoices
	if q.NumCalls() >= s.best.NumCalls() {
		most = min(most, len(s.best.Choices))
	}
	return s.searchUpTo(q, most, runs)
}

// draw runs q under drawn schedules: by turns such that switch at conflicts and such that switch anywhere.
func (s *shrinker) draw(q *Program) bool {
	s.conflict.forget()
	s.conflict.places, s.conflict.learns = &s.r.places, true
	s.conflict.lookOn(sim.Dull{})
	found := s.everyStep(q, func() bool { return s.tryWith(q, &s.conflict) })
	for seed := range uint64(drawnRuns / max(q.NumCalls(), 1)) {
		if found {
			return true
		}
		if seed%2 == 0 {
			s.conflict.learn()
			s.conflict.reset(seed)
			found = s.tryWith(q, &s.conflict)
		} else {
			s.random.reset(seed)
			found = s.tryWith(q, &s.random)
		}
	}
	return found
}

// searchUpTo runs a small program under the dull schedule, then with one choice, then with two, up to most (iterative
// context bounding: Musuvathi and Qadeer, PLDI 2007), so that what is found has no more choices than it needs.
func (s *shrinker) searchUpTo(q *Program, most, runs int) bool {
	if !small(q) {
		return false
	}
	// What was found nothing in before has nothing now: best has become no larger.
	search := fmt.Sprint(q.Calls, q.Config, most)
	if s.failed[search] >= runs {
		return false
	}
	s.fewest.reset(&s.rel, nil)
	found := s.deepen(q, min(most, searchChoices), runs)
	if !found {
		s.failed[search] = runs
	}
	return found
}

func (s *shrinker) deepen(q *Program, most, runs int) bool {
	return s.everyStep(q, func() bool {
		end := s.left - min(runs, s.left)
		for n := 0; n <= most && s.left > end; n++ {
			if s.descend(q, 0, n, end) {
				return true
			}
		}
		return false
	})
}

// everyStep does something with questions at every step: those of a CPU that runs alone at the end too.
func (s *shrinker) everyStep(q *Program, do func() bool) bool {
	s.r.boot(q.Kernel)
	m := s.r.mm.Machine()
	m.SetEveryStep(true)
	defer m.SetEveryStep(false)
	return do()
}

// descend runs q with the choices made so far, and then with n more.
func (s *shrinker) descend(q *Program, made, n, end int) bool {
	f := &s.fewest
	if s.left <= end {
		return false
	}
	f.begin(made)
	if s.tryWith(q, f) {
		return true
	}
	if n == 0 {
		return false
	}
	for i := 0; i < len(f.open[made]); i++ {
		at := f.open[made][i]
		if !f.matters(&at) {
			continue
		}
		for a := 1; a < at.n; a++ {
			f.path[made] = madeChoice{at.asked, a}
			if s.descend(q, made+1, n-1, end) {
				return true
			}
		}
	}
	return false
}

// fewest answers with the choices that are kept and those on path, and writes down what else it could have answered after them.
type fewest struct {
	rel   *relative
	kept  []answer
	path  [searchChoices]madeChoice
	made  int
	asked int
	open  [searchChoices + 1][]question // by how many choices were made

	uses uses // of variables
}

// madeChoice is an answer to the question of that number.
type madeChoice struct{ asked, answer int }

// question is one that had other answers.
type question struct {
	asked, n int
	cpu      int
	variable int32
	kind     sim.EventKind
	switches bool // it asks who runs, and nobody has to give way
}

func (f *fewest) reset(rel *relative, kept []answer) {
	f.rel, f.kept = rel, kept
	f.uses.clear()
}

func (f *fewest) begin(made int) {
	f.made, f.asked = made, 0
	f.open[made] = f.open[made][:0]
	f.rel.reset(f.kept)
}

// matters says whether another answer can make a difference: to let another CPU run before a step does not unless the
// step is about something that another CPU uses too.
func (f *fewest) matters(q *question) bool {
	if !q.switches {
		return true
	}
	if q.variable < 0 {
		return q.kind != sim.EvFence
	}
	return f.uses.conflict(q.variable, q.cpu, q.kind == sim.EvRead)
}

// Choose answers q.
func (f *fewest) Choose(q *sim.Question) int {
	f.asked++
	switches := q.Kind == sim.Run && !q.Forced
	if switches && q.Var >= 0 {
		f.uses.add(q.Var, q.CPU, q.Next == sim.EvRead)
	}
	if q.N() == 1 {
		return 0
	}
	kept := f.rel.Choose(q)
	for _, c := range f.path[:f.made] {
		if c.asked == f.asked && c.answer < q.N() {
			return c.answer
		}
	}
	if f.made == 0 || f.asked > f.path[f.made-1].asked {
		f.open[f.made] = append(f.open[f.made],
			question{asked: f.asked, n: q.N(), cpu: q.CPU, variable: q.Var, kind: q.Next, switches: switches})
	}
	return kept
}
