package fuzztest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// The bug of a row shows under other titles too, where the row says so, and only with an allocator that has it.
func TestExpectedKnowsTheFacesOfABug(t *testing.T) {
	p := &fuzz.Program{Kernel: "v6.0-racy-free-pages", Model: sim.SC, Bug: "bad page state: nonzero _refcount"}
	require.True(t, fuzz.Expected(p))
	p.Config.SetAlloc("slob")
	require.False(t, fuzz.Expected(p))
	p = &fuzz.Program{Kernel: "v6.0", Model: sim.SC, Bug: "bad page state: nonzero _refcount"}
	require.False(t, fuzz.Expected(p))
}
