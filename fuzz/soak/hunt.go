package soak

import (
	"context"
	"errors"
	"time"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// hunt searches random programs. The seed is the number of the turn, and a turn that was killed is not begun again: no two
// turns run the same programs.
func (s *soak) hunt(ctx context.Context, turn turn, length time.Duration) error {
	start, before := time.Now(), s.state
	var failed error
	h := fuzz.Hunt{
		Kernel: turn.subject.Kernel, Model: turn.subject.Model,
		Strategy: turn.strategy, Seed: uint64(turn.number), Jobs: s.Jobs,
	}
	h.Progress = func(st fuzz.Stats) bool {
		s.state.Runs = before.Runs + st.Runs
		s.state.Distinct = before.Distinct + st.Distinct
		s.state.OutOfSteps = before.OutOfSteps + st.OutOfSteps
		for _, f := range st.Findings {
			failed = errors.Join(failed, s.found(f.Program, f.Count))
		}
		failed = errors.Join(failed, s.tick(turn))
		return failed == nil && ctx.Err() == nil && time.Since(start) < length
	}
	h.Do()
	return failed
}
