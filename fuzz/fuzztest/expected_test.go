package fuzztest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// The bug of a row shows under other titles too, where the row says so, and only with an allocator that has it.
func TestExpectedKnowsTheFacesOfABug(t *testing.T) {
	p := &fuzz.Program{Kernel: "v6.0-racy-free-pages", Model: sim.SC, Bug: "bad page state: mapping is not NULL"}
	require.True(t, fuzz.Expected(p))
	p.Config.SetAlloc("slob")
	require.False(t, fuzz.Expected(p))
	p = &fuzz.Program{Kernel: "v6.0", Model: sim.SC, Bug: "bad page state: nonzero _refcount"}
	require.False(t, fuzz.Expected(p))
	const changed = "isolate_movable_page: mapping is not a movable_operations (changed since the test)"
	p = &fuzz.Program{Kernel: "next-20220927+skip-slab-v1-no-folio-recheck", Model: sim.SC, Bug: changed}
	p.Config.SetAlloc("slob")
	require.True(t, fuzz.Expected(p), "of the class of one of its faces")
	p.Bug = "folio_unlock: page is not locked"
	require.True(t, fuzz.Expected(p), "what comes of that class")
	p.Bug = "object used after its grace period"
	require.False(t, fuzz.Expected(p))
}
