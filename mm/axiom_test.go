package mm

import (
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
	"github.com/mmfuzz/mmfuzz/mm/sim/axiom"
)

// variable returns the variable that an address is in: the word, or half of it
// where a word holds two.
func variable(a sim.Addr) sim.Addr {
	if a-vmemmap < NrPages*sizeofPage && (a-vmemmap)%sizeofPage&^7 == pageType {
		return a
	}
	return a &^ 7
}

// Goal: what kernel code does on the machine is an execution that the axioms
// allow, callbacks and all. MMFUZZ_RANDOM_RUNS sets how many runs.
func TestKernelRunsAreAllowedByTheAxioms(t *testing.T) {
	const maxEvents = 300 // the checker's time grows with their cube
	runs := 40
	if n, err := strconv.Atoi(os.Getenv("MMFUZZ_RANDOM_RUNS")); err == nil {
		runs = n
	}
	var checker axiom.Checker
	judges := map[sim.Model]func(*axiom.Graph) string{sim.SC: checker.SC, sim.TSO: checker.TSO, sim.LKMM: checker.LKMM}
	for _, kernel := range []string{"v6.0", "next-20220927", "v6.2", "v6.10"} {
		for _, model := range sim.Models() {
			t.Run(kernel+"/"+model.String(), func(t *testing.T) {
				mm := newKernel(t, kernel)
				mm.Machine().SetTrace(true)
				judged := 0
				for seed := range runs {
					r := splitmix(seed)
					cfg, cpus := randomConfig(&r), randomProgram(&r, 4)
					mm.Boot(cfg, model, &randomChooser{r: &r, rate: 1 << r.intn(6)})
					runCalls(mm, cpus)
					events := mm.Machine().Events()
					if len(events) > maxEvents {
						continue
					}
					g, err := axiom.FromTrace(events, variable)
					require.NoError(t, err)
					require.Empty(t, judges[model](g), "seed %d, config %v%s", seed, cfg, formatCalls(cpus))
					judged++
				}
				require.Positive(t, judged)
			})
		}
	}
}
