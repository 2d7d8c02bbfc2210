package axiom_test

import (
	"math/rand/v2"
	"testing"

	"github.com/mmfuzz/mmfuzz/mm/sim"
	"github.com/mmfuzz/mmfuzz/mm/sim/axiom"
	"github.com/stretchr/testify/require"
)

// randomly is a Chooser. Of n questions it answers about one with something else than 0.
type randomly struct {
	rng *rand.Rand
	n   int
}

func (r *randomly) Choose(q *sim.Question) int {
	if r.n > 1 && r.rng.IntN(r.n) > 0 {
		return 0
	}
	return r.rng.IntN(q.N())
}

// TestRunsAreAllowed judges runs of random programs, larger than can be exhausted: the axioms allow each of them.
// Each run is of another program. MMFUZZ_RUNS sets how many, over the three models, MMFUZZ_SEED where they begin.
func TestRunsAreAllowed(t *testing.T) {
	runs, seed := fromEnv("MMFUZZ_RUNS", 45_000), fromEnv("MMFUZZ_SEED", 0)
	var checker axiom.Checker
	shapes := []axiom.Shape{
		{CPUs: 4, Steps: 6, Vars: 3, Kinds: axiom.All()},
		{CPUs: 4, Steps: 5, Vars: 2, Kinds: axiom.Atomics()},
		{CPUs: 3, Steps: 8, Vars: 2, Kinds: axiom.Barriers()},
		{CPUs: 4, Steps: 5, Vars: 3, Kinds: axiom.Locks()},
		{CPUs: 4, Steps: 5, Vars: 3, Kinds: axiom.RCU()},
	}
	for _, model := range sim.Models() {
		runner := axiom.NewRunner(model, axiom.AsMachine)
		runner.Machine().SetTrace(true)
		for n := range runs / 3 {
			rng := rand.New(rand.NewPCG(uint64(seed+n), uint64(model)))
			p := axiom.Random(rng, shapes[n%len(shapes)])
			_, result := runner.Run(p, &randomly{rng: rng, n: 1 + n%3})
			require.Nil(t, result.Bug, "program %d\n%v", n, p)
			g, err := runner.Execution()
			require.NoError(t, err)
			require.Empty(t, checker.Under(model)(g), "program %d under %v\n%v\n%v", n, model, p, g)
		}
	}
}
