package axiom_test

import (
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
	"github.com/mmfuzz/mmfuzz/mm/sim/axiom"
)

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
	want := p.Outcomes(b.deps, false, b.checker.Under(model)).Texts()
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
