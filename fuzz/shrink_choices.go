package fuzz

import "slices"

// dropChoices makes choices dull, many at once first.
func (s *shrinker) dropChoices() {
	for n := len(s.offsets); n > 0; n /= 2 {
		for from := 0; from < len(s.offsets); {
			offsets := slices.Delete(slices.Clone(s.offsets), from, min(from+n, len(s.offsets)))
			if !s.tryKept(s.best.Clone(), offsets) {
				from += n
			}
		}
	}
}

// fewestChoices looks for a schedule with fewer choices than the one at hand, wherever they are.
func (s *shrinker) fewestChoices() {
	if s.effort == searched && len(s.best.Choices) > 0 {
		s.searchUpTo(s.best.Clone(), len(s.best.Choices)-1, fewestRuns)
	}
}

// lowerLate makes late loads and stores less late.
func (s *shrinker) lowerLate() {
	for i := range s.offsets {
		for late := 1; i < len(s.offsets) && late < s.offsets[i].choice.Value; late++ {
			if k := s.offsets[i].choice.Kind; k != Read && k != Write {
				break
			}
			offsets := slices.Clone(s.offsets)
			offsets[i].choice.Value = late
			if s.tryKept(s.best.Clone(), offsets) {
				break
			}
		}
	}
}

// earlierChoices moves each choice to an earlier step of its call.
func (s *shrinker) earlierChoices() {
	for i := 0; i < len(s.offsets); i++ {
		for step := range s.offsets[i].offset.step {
			offsets := slices.Clone(s.offsets)
			offsets[i].offset.step = step
			if s.tryKept(s.best.Clone(), offsets) {
				break
			}
		}
	}
}
