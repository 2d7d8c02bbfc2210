package axiom_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/mmfuzz/mmfuzz/mm/sim"
	"github.com/mmfuzz/mmfuzz/mm/sim/axiom"
	"github.com/stretchr/testify/require"
)

// fromEnv is a number of the environment, or usual.
func fromEnv(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return usual
}

// TestRandomPrograms runs small random programs in all ways: the machine shows what the axioms allow, no less and no
// more. MMFUZZ_PROGRAMS sets how many of each kind, MMFUZZ_SEED where they begin. A difference is shown as the
// smallest program that has it.
func TestRandomPrograms(t *testing.T) {
	const maxRuns = 50_000
	programs, seed := fromEnv("MMFUZZ_PROGRAMS", 400), fromEnv("MMFUZZ_SEED", 0)
	assumed, written := newBench(axiom.AsMachine), newBench(axiom.AsWritten)
	for _, c := range []struct {
		name  string
		bench *bench
		shape axiom.Shape
		part  int // of the programs
	}{
		{"loads and stores", assumed, axiom.Shape{2, 4, 2, axiom.LoadsAndStores()}, 1},
		{"barriers", assumed, axiom.Shape{2, 4, 2, axiom.Barriers()}, 1},
		{"atomics", assumed, axiom.Shape{2, 4, 2, axiom.Atomics()}, 1},
		{"locks", assumed, axiom.Shape{2, 3, 2, axiom.Locks()}, 1},
		{"rcu", assumed, axiom.Shape{2, 3, 2, axiom.RCU()}, 1},
		{"all", assumed, axiom.Shape{2, 4, 2, axiom.All()}, 1},
		{"all on three cpus", assumed, axiom.Shape{3, 2, 2, axiom.All()}, 8},
		{"dependencies", written, axiom.Shape{2, 4, 2, axiom.Depending()}, 1},
		{"dependencies on three cpus", written, axiom.Shape{3, 3, 2, axiom.Depending()}, 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, model := range sim.Models() {
				differs := func(p *axiom.Program) bool { return c.bench.difference(p, model, maxRuns) != "" }
				for n := seed; n < seed+programs/c.part; n++ {
					p := axiom.Random(rand.New(rand.NewPCG(uint64(n), 1)), c.shape)
					if differs(p) {
						p = axiom.Smallest(p, differs)
						require.Fail(t, "machine and axioms differ", "program %d under %v\n%v%s", n, model, p, c.bench.difference(p, model, maxRuns))
					}
				}
			}
		})
	}
}
