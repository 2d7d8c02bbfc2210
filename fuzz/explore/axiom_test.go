package explore_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/mmfuzz/mmfuzz/fuzz/explore"
	"github.com/mmfuzz/mmfuzz/mm/sim"
	"github.com/mmfuzz/mmfuzz/mm/sim/axiom"
	"github.com/stretchr/testify/require"
)

// Goal: nothing is missed and nothing is done twice. The explorer shows every execution that the axioms allow, found
// by enumerating all graphs, exactly once; those of programs with RCU may come more often, since the order of sections
// and grace periods counts too. MMFUZZ_PROGRAMS sets how many programs.
func TestExploresWhatAxiomsAllow(t *testing.T) {
	programs := 600
	if n, err := strconv.Atoi(os.Getenv("MMFUZZ_PROGRAMS")); err == nil {
		programs = n
	}
	for _, c := range []struct {
		name  string
		deps  axiom.Dependencies
		shape axiom.Shape
		once  bool
	}{
		{"loads and stores", axiom.AsMachine, axiom.Shape{CPUs: 3, Steps: 3, Vars: 2, Kinds: axiom.LoadsAndStores()}, true},
		{"barriers", axiom.AsMachine, axiom.Shape{CPUs: 3, Steps: 3, Vars: 2, Kinds: axiom.Barriers()}, true},
		{"atomics", axiom.AsMachine, axiom.Shape{CPUs: 3, Steps: 2, Vars: 2, Kinds: axiom.Atomics()}, true},
		{"locks", axiom.AsMachine, axiom.Shape{CPUs: 3, Steps: 3, Vars: 2, Kinds: axiom.Locks()}, true},
		{"rcu", axiom.AsMachine, axiom.Shape{CPUs: 3, Steps: 3, Vars: 2, Kinds: axiom.RCU()}, false},
		{"all", axiom.AsMachine, axiom.Shape{CPUs: 3, Steps: 3, Vars: 2, Kinds: axiom.All()}, false},
		{"four cpus", axiom.AsMachine, axiom.Shape{CPUs: 4, Steps: 2, Vars: 2, Kinds: axiom.Barriers()}, true},
		{"dependencies", axiom.AsWritten, axiom.Shape{CPUs: 3, Steps: 3, Vars: 2, Kinds: axiom.Depending()}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, model := range sim.Models() {
				r := axiom.NewRunner(model, c.deps)
				r.Machine().SetExhaustive(true)
				var checker axiom.Checker
				differs := func(p *axiom.Program) bool { return exploredDiffers(&checker, r, p, model, c.deps, c.once) != "" }
				for seed := range programs {
					p := axiom.Random(rand.New(rand.NewPCG(uint64(seed), 3)), c.shape)
					if differs(p) {
						p = axiom.Smallest(p, differs)
						require.Fail(t, "explorer and axioms differ", "program %d under %v\n%v%s", seed, model, p,
							exploredDiffers(&checker, r, p, model, c.deps, c.once))
					}
				}
			}
		})
	}
}

// exploredDiffers says in what the explorer and the axioms differ about p, or is empty.
func exploredDiffers(c *axiom.Checker, r *axiom.Runner, p *axiom.Program, model sim.Model, deps axiom.Dependencies, once bool) string {
	allowed, graphs := map[string]int{}, 0
	judge := c.Under(model)
	p.Enumerate(deps, func(g *axiom.Graph, o axiom.Outcome) {
		g.NoLoadBuffering = true
		if judge(g) == "" {
			allowed[o.String()]++
			graphs++
		}
	})
	var o axiom.Outcome
	shown, executions := map[string]int{}, 0
	explore.All(r.Machine(), 0, func(ch sim.Chooser) (result sim.Result) {
		o, result = r.Run(p, ch)
		return result
	}, func(result sim.Result) bool {
		if result.Bug == nil { // two locks taken in two orders: a deadlock is no execution
			shown[o.String()]++
			executions++
		}
		return true
	})
	for text := range shown {
		if allowed[text] == 0 {
			return "explorer shows, axioms forbid: " + text
		}
	}
	for text := range allowed {
		if shown[text] == 0 {
			return "axioms allow, explorer never shows: " + text
		}
		if once && shown[text] != allowed[text] {
			return "shown " + strconv.Itoa(shown[text]) + " times, allowed executions " + strconv.Itoa(allowed[text]) + ": " + text
		}
	}
	return ""
}
