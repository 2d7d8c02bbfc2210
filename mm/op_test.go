package mm

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: the table is what bytes, text and help can rely on.
func TestOps(t *testing.T) {
	for i, op := range Ops() {
		found, ok := FindOp(op.Name)
		require.True(t, ok, op.Name)
		require.Equal(t, i, found, "%s is twice in the table", op.Name)
		require.LessOrEqual(t, len(op.Args), MaxArgs, op.Name)
		require.NotEmpty(t, op.Help, op.Name)
		require.NotEmpty(t, op.Doing, op.Name)
		for _, a := range op.Args {
			require.Equal(t, 1, bits.OnesCount(uint(a.Kind.Count())), "%s: %s is not a power of two", op.Name, a.Name)
		}
	}
	_, ok := FindOp("kmem_cache_destroy")
	require.False(t, ok)
}

// Goal: a call whose precondition fails does nothing. With all slots empty and
// nothing isolated, the ops that take something find nothing, and what the
// others take is given back.
func TestOpsWithoutPrecondition(t *testing.T) {
	for i, op := range Ops() {
		t.Run(op.Name, func(t *testing.T) {
			mm := newKernel(t, "v6.0")
			require.Nil(t, runCalls(mm, [][]Call{{{Op: uint8(i)}, {Op: uint8(i)}}}))
			require.Nil(t, mm.Finish().Bug)
			require.Equal(t, NrPages, mm.freePages())
		})
	}
}

// Goal: arguments out of range wrap, as bytes of a fuzzer do.
func TestOpArgumentsWrap(t *testing.T) {
	for i, op := range Ops() {
		t.Run(op.Name, func(t *testing.T) {
			mm := newKernel(t, "v6.0")
			for n := range 256 {
				a := [MaxArgs]uint8{uint8(n), uint8(n), uint8(n)}
				require.Nil(t, runCalls(mm, [][]Call{{{Op: uint8(i), Args: a}}}))
			}
			require.Nil(t, mm.Finish().Bug)
		})
	}
}

// Goal: what a slot held is not lost when an op puts something else there.
func TestSlotsFreeWhatTheyHeld(t *testing.T) {
	for _, call := range []string{"alloc_pages o0 q0", "alloc_pages o2 q0", "zs_malloc z0", "kmem_cache_alloc c1 s0"} {
		t.Run(call, func(t *testing.T) {
			mm := newKernel(t, "v6.0")
			for range 40 {
				require.Nil(t, mm.run(t, call))
			}
			require.Greater(t, mm.freePages(), NrPages/2)
			require.Nil(t, mm.Finish().Bug)
		})
	}
}

// Goal: a block that is not compound has one reference, on its first page, and
// is freed whole. Who looks at that page meanwhile frees it alone.
func TestGetFreePages(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Nil(t, mm.run(t, "__get_free_pages o2 q0; get_page q0 q1; lock_page q0"))
	require.Equal(t, uint64(0), mm.m.Peek(pageSlot(1)), "there is no second user")
	require.Equal(t, NrPages-4, mm.freePages())
	require.Nil(t, mm.on(func(c *sim.CPU) { getPageUnlessZero(c, nthPage(8)) }))
	require.Nil(t, mm.run(t, "put_page q0"))
	require.Equal(t, NrPages-1, mm.freePages())
	require.Nil(t, mm.on(func(c *sim.CPU) { mm.k.putPage(mm, c, nthPage(8)) }))
	require.Equal(t, NrPages, mm.freePages())
	require.Nil(t, mm.Finish().Bug)
}
