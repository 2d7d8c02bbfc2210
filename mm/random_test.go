package mm

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// randomConfig picks a value for each key, mostly the default.
func randomConfig(r *splitmix) Config {
	var cfg Config
	for key := range ConfigKeys() {
		if r.intn(2) == 0 {
			cfg.Choose(key, uint8(r.intn(256)))
		}
	}
	return cfg
}

// randomProgram is 1 to 4 CPUs of up to n calls, with some ops switched off and
// mostly with few different arguments, so that the CPUs meet.
func randomProgram(r *splitmix, n int) [][]Call {
	cpus := make([][]Call, 1+r.intn(4))
	all := randomOps()
	on := r.next()
	on |= r.next()
	for on&(1<<len(all)-1) == 0 {
		on = r.next()
	}
	values := 1 << r.intn(5)
	for i := range cpus {
		for range 1 + r.intn(n) {
			var call Call
			for {
				i := r.intn(len(all))
				if call.Op = all[i]; on>>i&1 != 0 {
					break
				}
			}
			for k, a := range ops[call.Op].Args {
				call.Args[k] = uint8(r.intn(min(values, a.Kind.Count())))
			}
			cpus[i] = append(cpus[i], call)
		}
	}
	return cpus
}

// randomOps are the ops of random programs.
func randomOps() []uint8 {
	var all []uint8
	for i := range ops {
		if !ops[i].Apart() {
			all = append(all, uint8(i))
		}
	}
	return all
}

func formatCalls(cpus [][]Call) string {
	var b strings.Builder
	for i, calls := range cpus {
		b.WriteString("\ncpu" + strconv.Itoa(i) + "  ")
		for _, call := range calls {
			b.WriteString(ops[call.Op].Name)
			for k, a := range ops[call.Op].Args {
				b.WriteString(" " + a.Kind.Prefix() + strconv.Itoa(int(call.Args[k])))
			}
			b.WriteString("; ")
		}
	}
	return b.String()
}

// Goal: no false alarm. A kernel that is expected clean runs random programs
// under random schedules without a bug, quiescence included.
func TestCleanKernelsRunRandomPrograms(t *testing.T) {
	runs := 3000
	if n, err := strconv.Atoi(os.Getenv("MMFUZZ_RANDOM_RUNS")); err == nil {
		runs = n
	}
	for _, kernel := range []string{"v6.0", "v6.2"} {
		for _, model := range sim.Models() {
			t.Run(kernel+"/"+model.String(), func(t *testing.T) {
				mm := newKernel(t, kernel)
				mm.Machine().SetMaxSteps(20000)
				for seed := range runs {
					r := splitmix(seed)
					cfg, cpus := randomConfig(&r), randomProgram(&r, 12)
					mm.Boot(cfg, model, &randomChooser{r: &r, rate: 1 << r.intn(6)})
					bug := runCalls(mm, cpus)
					if bug == nil {
						bug = mm.Finish().Bug
					}
					if bug != nil {
						require.Fail(t, bug.Title, "seed %d, config %v%s\n%s\n%v", seed, cfg, formatCalls(cpus), bug.Detail, bug.Stack)
					}
				}
			})
		}
	}
}
