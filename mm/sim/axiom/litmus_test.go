package axiom_test

import (
	"slices"
	"testing"

	"github.com/mmfuzz/mmfuzz/mm/sim"
	"github.com/mmfuzz/mmfuzz/mm/sim/axiom"
	"github.com/stretchr/testify/require"
)

// answer says which models allow an outcome.
type answer uint8

const (
	never      answer = iota
	anyModel          // even sc
	fromTSO           // a store may pass a later load
	onlyLKMM          //
	loadBuffer        // lkmm, but not without load buffering: the machine cannot do it
	onlyAsText        // lkmm, but not if every load controls later stores, as the machine has it
)

// allows says what a means for the axioms, given the dependencies of the program as written, and for the machine.
func (a answer) allows(model sim.Model) (axioms, machine bool) {
	switch a {
	case anyModel:
		return true, true
	case fromTSO:
		return model >= sim.TSO, model >= sim.TSO
	case onlyLKMM:
		return model >= sim.LKMM, model >= sim.LKMM
	case loadBuffer:
		return false, false
	case onlyAsText:
		return model >= sim.LKMM, false
	default:
		return false, false
	}
}

// litmus is a shape with its known answer: may all of outcome come true in one execution?
type litmus struct {
	name    string
	outcome string
	answer  answer
	program axiom.Program
}

// naiveRuns bounds the runs of one shape. Two of the RCU shapes have up to three times as many.
const naiveRuns = 200_000

// TestLitmus runs every shape in all ways under every model. The machine's outcomes are exactly those that the axioms
// allow, and the one asked about is among them when the literature says so. Under lkmm that is so both with the
// dependencies that the machine takes for granted and with those of the program as written.
func TestLitmus(t *testing.T) {
	b, written := newBench(axiom.AsMachine), newBench(axiom.AsWritten)
	for _, l := range slices.Concat(classics, barriers, atomics, locks, rcus) {
		t.Run(l.name, func(t *testing.T) {
			for _, model := range sim.Models() {
				judge := b.checker.Under(model)
				axioms, machine := l.answer.allows(model)
				asText := l.program.Outcomes(axiom.AsWritten, false, judge)
				require.Equal(t, axioms, asText.Shows(l.outcome), "axioms of %v, program as written\n%v%s", model, &l.program, l.outcome)
				if model == sim.LKMM {
					buffered := l.program.Outcomes(axiom.AsWritten, true, judge)
					require.Equal(t, axioms || l.answer == loadBuffer, buffered.Shows(l.outcome), "axioms with load buffering\n%v%s", &l.program, l.outcome)
				}

				assumed := l.program.Outcomes(axiom.AsMachine, false, judge)
				b.requireShown(t, &l, model, assumed, machine)
				if model == sim.LKMM {
					written.requireShown(t, &l, model, asText, axioms)
				}
			}
		})
	}
}

// requireShown runs l in all ways: the machine shows what the axioms allow, and the outcome asked about if it should.
func (b *bench) requireShown(t *testing.T, l *litmus, model sim.Model, allowed *axiom.Outcomes, asked bool) {
	shown, complete, err := b.shown(&l.program, model, naiveRuns)
	require.NoError(t, err)
	if !complete {
		require.Subset(t, allowed.Texts(), shown.Texts(), "under %v\n%v", model, &l.program)
		return
	}
	require.Equal(t, asked, shown.Shows(l.outcome), "machine under %v\n%v%s", model, &l.program, l.outcome)
	require.Equal(t, allowed.Texts(), shown.Texts(), "under %v\n%v", model, &l.program)
}
