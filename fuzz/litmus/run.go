package litmus

import (
	"fmt"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz/explore"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Verdict says in which executions a test's condition holds.
type Verdict string

const (
	Never            Verdict = "Never"
	Sometimes        Verdict = "Sometimes"
	Always           Verdict = "Always"
	NotSupported     Verdict = "Unsupported"
	unsupportedTitle         = "litmus: unsupported"
)

// Result says what came of a test.
type Result struct {
	Verdict Verdict
	// Positive and Negative count the executions in which the condition
	// holds and does not. Those that the filter drops do not count.
	Positive, Negative int
	// Executions is how many there were, those dropped too. One in which a
	// CPU waits for ever is none.
	Executions int
	// Holds reports whether the test's exists, ~exists or forall is true.
	Holds bool
	// Reason says why the verdict is NotSupported.
	Reason string
}

// Runner runs tests. It is not safe for concurrent use.
type Runner struct {
	m    *sim.Machine
	test *Test
	uses [maxVars]use
	regs [sim.MaxCPUs][]value
}

// NewRunner makes a runner. Close it when done.
func NewRunner() *Runner {
	r := &Runner{m: sim.New(nil)}
	r.m.Map(firstVar, maxVars*lineSize/8)
	r.m.SetExhaustive(true)
	r.m.SetDependencies(true)
	return r
}

// Close ends the machine's coroutines.
func (r *Runner) Close() { r.m.Close() }

// Run runs every execution that a test has under model, if there are no more
// than limit. 0 stands for as many as take about half a minute.
func (r *Runner) Run(test *Test, model sim.Model, limit int) Result {
	if test.strange != "" {
		return Result{Verdict: NotSupported, Reason: test.strange}
	}
	r.test = test
	clear(r.uses[:])
	if limit == 0 {
		limit = r.defaultLimit(model)
	}
	res := Result{}
	stats := explore.All(r.m, limit, func(ch sim.Chooser) sim.Result {
		return r.once(model, ch)
	}, func(end sim.Result) bool {
		switch {
		case end.Settled || end.OutOfSteps:
			res.Reason = "more accesses, or stores to one variable, than the machine looks back on"
		case end.Bug == nil:
			res.Executions++
			r.count(&res)
		case neverEnds(end.Bug.Title): // no execution
		case end.Bug.Title == unsupportedTitle:
			res.Reason = end.Bug.Detail
		default:
			res.Reason = end.Bug.Title
		}
		return res.Reason == ""
	})
	if res.Reason == "" && !stats.Complete {
		res.Reason = fmt.Sprintf("more than %d executions", limit)
	}
	res.conclude(test.quant)
	return res
}

// defaultLimit looks at one execution: what it costs goes with the square of its
// steps.
func (r *Runner) defaultLimit(model sim.Model) int {
	n := max(32, r.once(model, sim.Dull{}).Steps)
	return 1_000_000_000 / (n * n)
}

// neverEnds reports whether a bug is that a CPU waits for ever. To herd that is
// no execution.
func neverEnds(title string) bool {
	return strings.HasPrefix(title, "deadlock") || strings.HasPrefix(title, "synchronize_rcu: called in a read-side critical section")
}

func (r *Result) conclude(q quantifier) {
	switch {
	case r.Reason != "":
		*r = Result{Verdict: NotSupported, Executions: r.Executions, Reason: r.Reason}
		return
	case r.Positive == 0:
		r.Verdict = Never
	case r.Negative == 0:
		r.Verdict = Always
	default:
		r.Verdict = Sometimes
	}
	switch q {
	case exists:
		r.Holds = r.Positive > 0
	case notExists:
		r.Holds = r.Positive == 0
	case forall:
		r.Holds = r.Negative == 0
	}
}

// once runs one execution.
func (r *Runner) once(model sim.Model, ch sim.Chooser) sim.Result {
	r.m.Reset(model, ch)
	for i, v := range r.test.vars {
		if n := initial(v.init, v.to); n != 0 {
			r.m.Poke(varAddr(i), n)
		}
	}
	for i, q := range r.test.procs {
		r.regs[i] = r.regs[i][:0]
		for _, reg := range q.regs {
			r.regs[i] = append(r.regs[i], value{v: initial(reg.init, reg.to)})
		}
	}
	return r.m.Run(len(r.test.procs), func(c *sim.CPU) {
		t := thread{r: r, c: c, regs: r.regs[c.ID()]}
		t.exec(r.test.procs[c.ID()].body, sim.Loads{})
	})
}

func initial(n int64, to int) uint64 {
	if to >= 0 {
		return uint64(varAddr(to))
	}
	return uint64(n)
}

// count judges the execution that has ended.
func (r *Runner) count(res *Result) {
	if f := r.test.filter; f != nil && !r.holds(f) {
		return
	}
	if r.holds(r.test.cond) {
		res.Positive++
	} else {
		res.Negative++
	}
}

func (r *Runner) holds(c *cond) bool {
	switch c.kind {
	case condTrue:
		return true
	case condFalse:
		return false
	case condNot:
		return !r.holds(c.x)
	case condAnd:
		return r.holds(c.x) && r.holds(c.y)
	case condOr:
		return r.holds(c.x) || r.holds(c.y)
	case condImplies:
		return !r.holds(c.x) || r.holds(c.y)
	}
	var have uint64
	if c.proc >= 0 {
		have = r.regs[c.proc][c.reg].v
	} else {
		have = r.m.Peek(varAddr(c.reg))
		if r.uses[c.reg] == asLock {
			have = truth(have != 0) // the machine notes the owner
		}
	}
	if c.other >= 0 {
		return have == r.regs[c.other][c.to].v
	}
	return have == initial(c.n, c.to)
}

// Observation is herd's line on a result.
func (t *Test) Observation(r Result) string {
	if r.Verdict == NotSupported {
		return fmt.Sprintf("Observation %s %s (%s)", t.Name, r.Verdict, r.Reason)
	}
	return fmt.Sprintf("Observation %s %s %d %d", t.Name, r.Verdict, r.Positive, r.Negative)
}
