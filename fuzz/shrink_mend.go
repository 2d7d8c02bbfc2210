package fuzz

import "slices"

const (
	// mendRuns bounds the search for one more choice.
	mendRuns = 500
	// mendedChoices is how many choices a program has at most of which two at a time are replaced by one.
	mendedChoices = 8
)

// mend looks for one choice more with which q has the bug under those in choices, or those without one of the switches: what
// was taken from q is often what made a switch come at the right time.
func (s *shrinker) mend(q *Program, choices []answer) bool {
	if len(choices) == 0 || s.mendOnce(q, choices) {
		return len(choices) > 0
	}
	for i := range min(len(choices), mendedChoices) {
		if choices[i].switches() && s.mendOnce(q, slices.Delete(slices.Clone(choices), i, i+1)) {
			return true
		}
	}
	return false
}

// mendOnce looks for one choice more with which q has the bug under those in choices.
func (s *shrinker) mendOnce(q *Program, choices []answer) bool {
	if !small(q) {
		return false
	}
	s.fewest.reset(&s.rel, s.offsets)
	s.everyStep(q, func() bool {
		s.fewest.begin(0) // what the CPUs use in common may show in best alone
		return s.tryWith(s.best.Clone(), &s.fewest)
	})
	s.fewest.kept = choices
	return s.deepen(q, 1, mendRuns)
}

// replaceChoices puts one choice in place of each two.
func (s *shrinker) replaceChoices() {
	if s.effort < searched || len(s.offsets) > mendedChoices {
		return
	}
	for i := 0; i < len(s.offsets); i++ {
		for j := i + 1; j < len(s.offsets); j++ {
			choices := slices.Delete(slices.Clone(s.offsets), j, j+1)
			if s.mendOnce(s.best.Clone(), slices.Delete(choices, i, i+1)) {
				i, j = 0, 0 // best has changed
			}
		}
	}
}
