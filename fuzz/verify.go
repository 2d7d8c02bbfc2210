package fuzz

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/fuzz/explore"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Verdict is what exhaustion of a program came to.
type Verdict uint8

const (
	// Safe: no execution of the program has a bug.
	Safe Verdict = iota
	// Buggy: there is an execution with a bug.
	Buggy
	// Unknown: the budget did not suffice, a run was too long, or a bug that
	// was seen could not be repeated.
	Unknown
)

var verdictWords = [...]string{Safe: "safe", Buggy: "bug", Unknown: "unknown"}

func (v Verdict) String() string { return verdictWords[v] }

// Verification is the result of Verify.
type Verification struct {
	Verdict    Verdict
	Why        string   // Unknown: what stood in the way
	Witness    *Program // the program with choices that lead to the bug, shrunk; nil if there is none
	Executions int      // different ones that were run
	Blocked    int      // runs given up halfway because they could show nothing new
}

// Verifier exhausts programs. It is not safe for concurrent use.
type Verifier struct {
	explorer *Runner // whose machines are exhaustive
	plain    *Runner // whose machines are not, for witnesses
}

// NewVerifier returns a Verifier; Close ends its coroutines.
func NewVerifier() *Verifier {
	v := &Verifier{explorer: NewRunner(), plain: NewRunner()}
	v.explorer.exhaustive = true
	return v
}

// Close ends the coroutines of all kernels.
func (v *Verifier) Close() {
	v.explorer.Close()
	v.plain.Close()
}

// shrinkTries bounds the shrinking of a witness.
const shrinkTries = 20_000

// Verify runs every execution of p's calls on its kernel under its model; its choices do not count. It stops at the
// first bug, and after limit runs.
func (v *Verifier) Verify(p *Program, limit int) Verification { return v.search(p, "", limit) }

// search is Verify for the bug with that title, "" for any. It goes on past bugs of other titles, and when there is none of
// that title, the witness is one of another, if there is one.
func (v *Verifier) search(p *Program, title string, limit int) Verification {
	p = p.Clone()
	p.Choices, p.Bug, p.Trace = nil, "", ""
	v.explorer.boot(p.Kernel)
	m := v.explorer.mm.Machine()
	var result Verification
	found, dropped, droppedOther := false, "", "" // the titles of bugs that could not be repeated
	stats := explore.All(m, limit, func(ch sim.Chooser) sim.Result {
		return v.explorer.explored(p, ch)
	}, func(r sim.Result) bool {
		if r.Bug == nil {
			return true
		}
		wanted := title == "" || r.Bug.Title == title
		if !wanted && result.Witness != nil {
			return true
		}
		witness := v.witness(p, m, r.Bug)
		if witness == nil {
			if wanted {
				dropped = r.Bug.Title
			} else {
				droppedOther = r.Bug.Title
			}
			return true
		}
		result.Witness, found = witness, wanted
		return !found
	})
	result.Executions, result.Blocked = stats.Executions, stats.Blocked
	switch {
	case found:
		result.Verdict = Buggy
	case stats.OutOfSteps:
		result.Verdict, result.Why = Unknown, "a run is out of steps: fewer calls may do"
	case stats.Long:
		result.Verdict, result.Why = Unknown, "a run has more accesses than are looked back on: fewer calls may do"
	case !stats.Complete && dropped == "":
		result.Verdict, result.Why = Unknown, fmt.Sprintf("it takes more than %d runs", limit)
	case dropped != "":
		result.Verdict, result.Why = Unknown, "a bug was seen that does not repeat: "+dropped
	case result.Witness != nil:
		result.Verdict = Buggy
	case droppedOther != "":
		result.Verdict, result.Why = Unknown, "a bug was seen that does not repeat: "+droppedOther
	}
	return result
}

// explored is RunWith for an explorer.
func (r *Runner) explored(p *Program, ch sim.Chooser) sim.Result {
	o := r.record(p, ch)
	return sim.Result{Bug: o.Bug, Steps: o.Steps, OutOfSteps: o.OutOfSteps, Pruned: o.pruned, Settled: o.settled, Hash: o.Hash}
}

// witness returns the run that m has just done as a program that repeats it on a machine that is not exhaustive. It
// returns nil if it does not have the bug there: the oracles that keep state of their own see steps in the order in which
// they are done, and an exhaustive machine may do them in another than sc or tso would.
func (v *Verifier) witness(p *Program, m *sim.Machine, bug *sim.Bug) *Program {
	q := p.Clone()
	q.Bug = bug.Title
	if p.Model == sim.LKMM || len(p.Calls) == 1 { // one CPU has nothing to put in order
		q.Choices = v.explorer.recorded()
	} else {
		turns, ok := explore.Order(m)
		if !ok {
			return nil
		}
		v.plain.boot(p.Kernel)
		plain := v.plain.mm.Machine()
		plain.SetEveryStep(true)
		o := v.plain.record(p, explore.Follow(turns, bug.CPU))
		plain.SetEveryStep(false)
		if o.Title() != bug.Title {
			return nil
		}
		q.Choices = v.plain.recorded()
	}
	small, _ := v.plain.Shrink(q, shrinkTries)
	return small
}
