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
		shape shape
		part  int // of the programs
	}{
		{"loads and stores", assumed, shape{2, 4, 2, plainKinds}, 1},
		{"barriers", assumed, shape{2, 4, 2, orderKinds}, 1},
		{"atomics", assumed, shape{2, 4, 2, atomicKinds}, 1},
		{"locks", assumed, shape{2, 3, 2, lockKinds}, 1},
		{"rcu", assumed, shape{2, 3, 2, rcuKinds}, 1},
		{"all", assumed, shape{2, 4, 2, allKinds}, 1},
		{"all on three cpus", assumed, shape{3, 2, 2, allKinds}, 8},
		{"dependencies", written, shape{2, 4, 2, depKinds}, 1},
		{"dependencies on three cpus", written, shape{3, 3, 2, depKinds}, 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, model := range sim.Models() {
				differs := func(p *axiom.Program) bool { return c.bench.difference(p, model, maxRuns) != "" }
				for n := seed; n < seed+programs/c.part; n++ {
					p := randomProgram(rand.New(rand.NewPCG(uint64(n), 1)), c.shape)
					if differs(p) {
						p = smallest(p, differs)
						require.Fail(t, "machine and axioms differ", "program %d under %v\n%v%s", n, model, p, c.bench.difference(p, model, maxRuns))
					}
				}
			}
		})
	}
}
