package fuzztest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// What matters is where shrinking ends.
func TestShrinkEndsAtTheBug(t *testing.T) {
	p := parse(t, `# A comment that goes with a call stays behind.
kernel  next-20220927  # the reported kernel
model   sc
config  objects=1

cpu0    kmem_cache_alloc c0 s3
cpu0    zs_malloc z0
cpu0    kmem_cache_alloc c1 s5
cpu0    fill_balloon
# Gone.
cpu0    alloc_pages o1 q0
cpu0    kmem_cache_free s5
cpu0    kmem_cache_shrink c1
cpu0    zs_free z0
cpu3    leak_balloon
cpu3    isolate_migratepages_block p0 p15
cpu3    migrate_pages

cpu3@1  run cpu0
`)
	r := fuzz.NewRunner()
	defer r.Close()
	o := r.Run(p)
	require.Equal(t, "isolate_movable_page: mapping is not a movable_operations (rcu_free_slab)", o.Title())
	small, how := r.Shrink(p, fuzz.ShrinkTries)
	require.Less(t, how.Tries, fuzz.ShrinkTries)
	require.Equal(t, o.Title(), small.Bug)
	require.LessOrEqual(t, small.NumCalls(), 4, small.String())
	require.LessOrEqual(t, len(small.Calls), 2)
	require.Empty(t, small.Config.String())
	require.Contains(t, small.String(), "# the reported kernel")
	require.NotContains(t, small.String(), "Gone")

	again, _ := r.Shrink(small, fuzz.ShrinkTries)
	require.Equal(t, small.String(), again.String(), "shrinking is idempotent")
	twice, _ := fuzz.NewRunner().Shrink(p, fuzz.ShrinkTries)
	require.Equal(t, small.String(), twice.String(), "shrinking is deterministic")
}

// From where no call, no choice and no pair of them can just be left out, shrinking still gets to the smallest known.
func TestShrinkGetsUnstuck(t *testing.T) {
	for name, test := range map[string]struct {
		calls, choices int
		text           string
	}{
		"turns go through calls that do nothing": {4, 3, `kernel  v6.6
model   sc

cpu0    kmem_cache_alloc c0 s0
cpu0    flush_cpu_slab c0
cpu0    kmem_cache_free s0
cpu1    isolate_movable_page p1
cpu1    soft_offline_page p0
cpu2    put_page q0
cpu2    put_page q0
cpu2    kmem_cache_free s0

cpu0@38 run cpu1
cpu0@39 run cpu1
cpu0@74 run cpu2
cpu0@79 run cpu1
cpu1@1  run cpu2
cpu1@2  run cpu2
cpu1@13 run cpu2
cpu2@1  run cpu0
cpu2@2  run cpu0
cpu2@3  run cpu1
`},
		"a CPU has one turn more than it needs": {4, 4, `kernel  next-20220927+skip-slab-v1-no-recheck
model   sc
config  alloc=slab

cpu0    kmem_cache_alloc c0 s0
cpu0    kmem_cache_free s0
cpu0    flush_cpu_slab c0
cpu1    isolate_movable_page p0

cpu0@22 run cpu1
cpu0@90 run cpu1
cpu0@105 run cpu1
cpu1@5  run cpu0
cpu1@6  run cpu0
cpu1@7  run cpu0
`},
		"other calls are on the CPU that stalls": {5, 2, `kernel  next-20220927
model   sc

cpu0    kmem_cache_alloc c0 s0
cpu0    flush_cpu_slab c0
cpu0    isolate_movable_page p0
cpu1    kmem_cache_alloc c0 s1
cpu1    kmem_cache_alloc c0 s0

cpu0@56 run cpu1
cpu0@63 run cpu1
cpu1@17 run cpu0
`},
		"a call in the middle of another one has pages of its own CPU": {5, 2, `kernel  next-20220927+skip-slab-v1-no-folio-recheck
model   sc
config  alloc=slab

cpu0    isolate_movable_page p9
cpu2    alloc_pages o1 q0
cpu2    put_page q0
cpu2    fill_balloon
cpu2    kmem_cache_alloc c0 s0

cpu0@1  run cpu2
cpu0@2  run cpu2
cpu2@45 run cpu0
cpu2@289 run cpu0
`},
		"fewer calls need a switch elsewhere": {4, 4, `kernel  v6.10
model   lkmm

cpu0    kmem_cache_alloc c0 s0
cpu0    flush_cpu_slab c0
cpu0    kmem_cache_alloc c0 s0
cpu0    kmem_cache_free s0
cpu0    kmem_cache_shrink c0
cpu1    isolate_movable_page p0

cpu0@1  run cpu1
cpu0@114 run cpu1
cpu1@1  run cpu0
cpu1@2  read p0.page_type late 2
cpu1@4  read p0.mapping late 1
cpu1@8  read p0.mapping late 1
`},
	} {
		t.Run(name, func(t *testing.T) {
			r := fuzz.NewRunner()
			defer r.Close()
			p := parse(t, test.text)
			race := r.Trace(p).Race()
			small, how := r.Shrink(p, fuzz.ShrinkTries)
			require.Less(t, how.Tries, fuzz.ShrinkTries)
			require.Equal(t, race, how.Race)
			require.Equal(t, []int{test.calls, test.choices}, []int{small.NumCalls(), len(small.Choices)}, small.String())
			again, _ := r.Shrink(small, fuzz.ShrinkTries)
			require.Equal(t, small.String(), again.String())
		})
	}
}

func TestShrinkHasNothingToDoWithoutABug(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	small, how := r.Shrink(parse(t, head+"\ncpu0 zs_malloc z0\n"), fuzz.ShrinkTries)
	require.Nil(t, small)
	require.Equal(t, 1, how.Tries)
}

func TestShrinkKeepsToItsTries(t *testing.T) {
	h := &fuzz.Hunt{Kernel: "next-20220927", Model: sim.SC, Strategy: "random", Seed: 2, Runs: 3000}
	for _, f := range h.Do().Findings {
		r := fuzz.NewRunner()
		small, how := r.Shrink(f.Program, 50)
		require.LessOrEqual(t, how.Tries, 50)
		require.Equal(t, f.Title, small.Bug)
		require.LessOrEqual(t, small.NumCalls(), f.Program.NumCalls())
		r.Close()
	}
}
