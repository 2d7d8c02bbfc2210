package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: the lock of a slab and the page lock keep each other out, and what else
// changes the flags while a slab is locked is lost with the unlock of v6.0 to
// v6.6, and kept with that of later kernels.
func TestSlabLock(t *testing.T) {
	sl, folio := slab(nthPage(0)), nthPage(0)
	for kernel, kept := range map[string]bool{"v6.0": false, "v6.6": false, "v6.10": true} {
		mm := newKernel(t, kernel)
		mm.Boot(Config{}, sim.SC, &stepsFirst{cpu: 0, steps: 2}) // lock, and the load of the unlock or all of it
		locked := false
		bug := mm.m.Run(2, func(c *sim.CPU) {
			if c.ID() == 0 {
				mm.slabLock(c, sl)
				mm.k.slabUnlock(mm, c, sl)
				return
			}
			locked = mm.folioTrylock(c, folio)
			c.SetBit(mm.k.flags.referenced, folio.at(pageFlags))
			if locked {
				mm.folioUnlock(c, folio)
			}
		}).Bug
		require.Empty(t, title(bug), kernel)
		require.Equal(t, kept, locked, "%s: is the unlock one step?", kernel)
		require.Equal(t, kept, mm.isFlag(folio, mm.k.flags.referenced), kernel)
	}
}

// Goal: SLUB without cmpxchg_double does what it does with it.
func TestWithoutCmpxchgDouble(t *testing.T) {
	for _, kernel := range []string{"v6.0", "v6.2", "v6.10"} {
		mm := bootConfig(t, findKernel(t, kernel), "cmpxchg_double=0", sim.Dull{})
		require.Nil(t, mm.run(t, "kmem_cache_alloc c0 s0; kmem_cache_alloc c0 s1; flush_cpu_slab c0; kmem_cache_free s0; "+
			"kmem_cache_alloc c0 s2; kmem_cache_free s1", "kmem_cache_alloc c1 s4; kmem_cache_free s4; kmem_cache_shrink c1"))
		require.Nil(t, mm.Finish().Bug)
		require.Equal(t, NrPages, mm.freePages())
	}
}
