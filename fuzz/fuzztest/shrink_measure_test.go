package fuzztest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
)

const (
	// buriedRuns is how many schedules of a program are drawn in search of a raw find.
	buriedRuns = 2000
	// deepPrograms is how many programs there are with 5 to 44 random calls, and shallowPrograms how many more with 3 to 10
	// if those show the bug too seldom.
	deepPrograms    = 200
	shallowPrograms = 24_000
)

// Shrinking raw finds, in which the calls of a crash are buried among random ones, ends where the crash file is, and stays
// there. With MMFUZZ_FINDS=20 in the environment it is done for every crash file, and -v prints the rows of README's table.
func TestShrinkReachesTheSmallestKnown(t *testing.T) {
	finds := 2
	names := []string{"changed_by_call_rcu", "pagemovable_not_slab", "rcu_free_slab", "skip_slab_v0"}
	if text := os.Getenv("MMFUZZ_FINDS"); text != "" {
		var err error
		finds, err = strconv.Atoi(text)
		require.NoError(t, err)
		files, err := filepath.Glob("../../crashers/*.txt")
		require.NoError(t, err)
		names = nil
		for _, file := range files {
			names = append(names, strings.TrimSuffix(filepath.Base(file), ".txt"))
		}
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crash := load(t, "../../crashers/"+name+".txt")
			r := fuzz.NewRunner()
			defer r.Close()
			raw := rawFinds(r, crash, finds)
			calls, reached := 0, 0
			sizes := map[string]int{}
			for _, p := range raw {
				small, how := r.Shrink(p, fuzz.ShrinkTries)
				require.Equal(t, crash.Bug, small.Bug)
				require.Equal(t, how.Race, r.Trace(small).Race())
				if how.Tries < fuzz.ShrinkTries {
					again, _ := r.Shrink(parse(t, small.String()), fuzz.ShrinkTries)
					require.Equal(t, small.String(), again.String(), "shrinking is idempotent")
				}
				calls += p.NumCalls()
				sizes[fmt.Sprintf("%d/%d", small.NumCalls(), len(small.Choices))]++
				if small.NumCalls() == crash.NumCalls() && len(small.Choices) == len(crash.Choices) {
					reached++
				}
			}
			t.Logf("| %s | %d | %d | %d/%d | %d | %s |", name, len(raw), calls/max(len(raw), 1), crash.NumCalls(), len(crash.Choices),
				reached, sizesText(sizes))
			if os.Getenv("MMFUZZ_FINDS") == "" {
				require.Equal(t, finds, reached)
			}
		})
	}
}

func sizesText(sizes map[string]int) string {
	var texts []string
	for size, n := range sizes {
		texts = append(texts, fmt.Sprintf("%s: %d", size, n))
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}

// rawFinds returns runs with the bug and race of the crash, each of another program, as they were found: by turns under
// random schedules and under such that switch at conflicts, and where calls are few under those alone.
func rawFinds(r *fuzz.Runner, crash *fuzz.Program, n int) []*fuzz.Program {
	race := r.Trace(crash).Race()
	var raw []*fuzz.Program
	for seed := uint64(1); seed <= deepPrograms+shallowPrograms && len(raw) < n; seed++ {
		strategy := "conflict"
		if seed <= deepPrograms && seed%2 == 0 {
			strategy = "random"
		}
		var found *fuzz.Program
		h := &fuzz.Hunt{
			Kernel: crash.Kernel, Model: crash.Model, Strategy: strategy,
			Program: bury(crash, seed), Seed: seed, Runs: buriedRuns, Jobs: 1,
			Found: func(f fuzz.Finding) {
				if found == nil && f.Title == crash.Bug && r.Trace(f.Program).Race() == race {
					found = f.Program
				}
			},
		}
		if h.Do(); found != nil {
			raw = append(raw, found)
		}
	}
	return raw
}

// bury returns the calls of p among random ones, on two to four CPUs, without choices.
func bury(p *fuzz.Program, seed uint64) *fuzz.Program {
	random := rand.New(rand.NewPCG(seed, 0))
	q := p.Clone()
	q.Choices, q.Bug, q.Trace, q.Comments = nil, "", "", nil
	for cpus := 2 + random.IntN(3); len(q.Calls) < cpus; {
		q.Calls = append(q.Calls, nil)
	}
	more := 5 + random.IntN(40)
	if seed > deepPrograms {
		more = 3 + random.IntN(8)
	}
	ops := mm.Ops()
	for range more {
		call := mm.Call{Op: uint8(random.IntN(len(ops)))}
		for i, arg := range ops[call.Op].Args {
			call.Args[i] = uint8(random.IntN(arg.Kind.Count()))
		}
		cpu := random.IntN(len(q.Calls))
		q.Calls[cpu] = slices.Insert(q.Calls[cpu], random.IntN(len(q.Calls[cpu])+1), call)
	}
	for n := len(q.Calls); len(q.Calls[n-1]) == 0; n-- {
		q.Calls = q.Calls[:n-1] // a file has no such CPU
	}
	return q
}
