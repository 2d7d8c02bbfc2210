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
