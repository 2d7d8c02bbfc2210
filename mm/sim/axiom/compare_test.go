package axiom_test

import (
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
	"github.com/mmfuzz/mmfuzz/mm/sim/axiom"
)

// judge is the axioms' side of a model.
func judge(c *axiom.Checker, model sim.Model) func(*axiom.Graph) string {
	switch model {
	case sim.SC:
		return c.SC
	case sim.TSO:
		return c.TSO
	default:
		return c.LKMM
	}
}

// bench holds a machine for each model, and a checker.
type bench struct {
	checker axiom.Checker
	runners map[sim.Model]*axiom.Runner
	deps    axiom.Dependencies
}

func newBench(deps axiom.Dependencies) *bench {
	b := &bench{deps: deps, runners: map[sim.Model]*axiom.Runner{}}
	for _, model := range sim.Models() {
		b.runners[model] = axiom.NewRunner(model, deps)
	}
	return b
}

// shown runs p in all ways that the machine has, or as many as maxRuns.
func (b *bench) shown(p *axiom.Program, model sim.Model, maxRuns int) (shown *axiom.Outcomes, complete bool, err error) {
	shown, complete = &axiom.Outcomes{}, true
	_, err = b.runners[model].Exhaust(p, func(o axiom.Outcome) bool {
		shown.Add(o)
		maxRuns--
		complete = maxRuns > 0
		return complete
	})
	return shown, complete, err
}

// difference says in what the machine and the axioms differ about p, or is empty. maxRuns bounds the machine's runs;
// when they do not suffice, only what the machine must not show is looked for.
func (b *bench) difference(p *axiom.Program, model sim.Model, maxRuns int) string {
	want := p.Outcomes(b.deps, false, judge(&b.checker, model)).Texts()
	shown, complete, err := b.shown(p, model, maxRuns)
	if err != nil {
		return err.Error()
	}
	got := shown.Texts()
	var lines []string
	for _, o := range got {
		if !slices.Contains(want, o) {
			lines = append(lines, "machine shows, axioms forbid: "+o)
		}
	}
	for _, o := range want {
		if complete && !slices.Contains(got, o) {
			lines = append(lines, "axioms allow, machine never shows: "+o)
		}
	}
	return strings.Join(lines, "\n")
}

// smallest removes what is not needed for wrong to hold.
func smallest(p *axiom.Program, wrong func(*axiom.Program) bool) *axiom.Program {
	for {
		smaller := false
		for t := range p.Threads {
			for i := range p.Threads[t] {
				if q := without(p, t, i); wrong(q) {
					p, smaller = q, true
					break
				}
			}
			if smaller {
				break
			}
		}
		if !smaller {
			return p
		}
	}
}

// without is p less one step, and less the step that closes what it opens.
func without(p *axiom.Program, thread, step int) *axiom.Program {
	q := &axiom.Program{Init: p.Init}
	for t, steps := range p.Threads {
		if t == thread {
			gone := map[int]bool{step: true}
			if pair := pairOf(steps, step); pair >= 0 {
				gone[pair] = true
			}
			var kept axiom.Thread
			for i, s := range steps {
				if !gone[i] {
					kept = append(kept, s)
				}
			}
			steps = kept
		}
		if len(steps) > 0 {
			q.Threads = append(q.Threads, slices.Clone(steps))
		}
	}
	return q
}

// pairOf finds the unlock that belongs to a lock, and the other way round.
func pairOf(steps axiom.Thread, i int) int {
	find := func(want string, step int) int {
		for k := i + step; k >= 0 && k < len(steps); k += step {
			if steps[k].String() == want {
				return k
			}
		}
		return -1
	}
	text := steps[i].String()
	switch {
	case text == "rcu_read_lock()":
		return find("rcu_read_unlock()", 1)
	case text == "rcu_read_unlock()":
		return find("rcu_read_lock()", -1)
	case strings.HasPrefix(text, "spin_lock("):
		return find(strings.Replace(text, "lock", "unlock", 1), 1)
	case strings.HasPrefix(text, "spin_unlock("):
		return find(strings.Replace(text, "unlock", "lock", 1), -1)
	}
	return -1
}
