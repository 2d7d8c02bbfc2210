package soak

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// turn is what is done for a while: a hunt, or Go's fuzzer on a target.
type turn struct {
	number   int
	subject  fuzz.Subject
	strategy string
	target   *fuzz.Target // nil: a hunt
}

func (t turn) String() string {
	what := "hunt, " + t.strategy
	if t.target != nil {
		what = t.target.Name
	}
	return fmt.Sprintf("turn %d: %s on %s under %v", t.number, what, t.subject.Kernel, t.subject.Model)
}

// plan returns the turn of that number, counted from 1. Hunts and native fuzzing alternate. Both go over the subjects; a
// round of all of them has another strategy, or another target, for each than the round before.
func (s *soak) plan(number int) turn {
	i := number - 1
	native := s.Native != "" && i%2 == 1
	if s.Native != "" {
		i /= 2
	}
	n := len(s.subjects)
	t := turn{number: number, subject: s.subjects[i%n]}
	if native {
		targets := fuzz.Targets()
		t.target = targets[(i+i/n)%len(targets)]
		return t
	}
	strategies := fuzz.Strategies()
	t.strategy = strategies[(i+i/n)%len(strategies)]
	return t
}
