package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// data is the user's word of the object in a handle slot.
func (mm *MM) data(slot uint8) uint64 {
	obj := mm.m.Peek(sim.Addr(mm.m.Peek(handleSlot(slot))))
	return mm.m.Peek(pageAddress(objToPage(obj)) + zsObjData)
}

func (mm *MM) deferred() bool { return mm.m.Peek(poolFreeWork)&1 != 0 }

// Goal: a zspage is two movable pages for two objects, from the first object's
// allocation to the last one's release.
func TestZspage(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Nil(t, mm.run(t, "zs_malloc z0"))
	require.Equal(t, NrPages-2, mm.freePages())
	for i := range 2 {
		require.Equal(t, uint64(zsmallocMops)|pageMappingMovable, mm.word(nthPage(i), pageMapping))
		require.False(t, mm.isFlag(nthPage(i), mm.k.flags.locked))
	}
	require.Nil(t, mm.run(t, "zs_malloc z1; zs_malloc z2"))
	require.Equal(t, NrPages-4, mm.freePages())

	require.Nil(t, mm.run(t, "zs_map_object z0; zs_map_object z1; zs_map_object z1"))
	require.Equal(t, uint64(1), mm.data(0))
	require.Equal(t, uint64(2), mm.data(1))

	require.Nil(t, mm.run(t, "zs_free z0; zs_free z2"))
	require.Equal(t, NrPages-2, mm.freePages(), "z1 keeps its zspage")
	require.Nil(t, mm.run(t, "zs_free z1"))
	require.Equal(t, NrPages, mm.freePages())
	require.Nil(t, mm.Finish().Bug)
}

// Goal: an object survives the migration of its page.
func TestZspageMigrates(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Nil(t, mm.run(t, "zs_malloc z0; zs_malloc z1; zs_map_object z1; isolate_movable_page p1; isolate_movable_page p0"))
	require.Equal(t, []int{0, 1}, mm.isolated(0))
	require.Nil(t, mm.run(t, "migrate_pages"))
	require.Empty(t, mm.isolated(0))
	require.Equal(t, 0, mm.refcount(nthPage(1)), "p0, freed before, is where p1 went")
	require.Equal(t, NrPages-2, mm.freePages())

	require.Nil(t, mm.run(t, "zs_map_object z0; zs_map_object z1"))
	require.Equal(t, uint64(1), mm.data(0))
	require.Equal(t, uint64(2), mm.data(1))
	require.Nil(t, mm.Finish().Bug)
}

// Goal: a zspage can be freed while its pages are isolated. They stay
// allocated until their isolator lets go of them, by whichever way.
func TestZspageFreedWhileIsolated(t *testing.T) {
	for _, letGo := range []string{"putback_movable_pages", "migrate_pages"} {
		t.Run(letGo, func(t *testing.T) {
			mm := newKernel(t, "v6.0")
			require.Nil(t, mm.run(t, "zs_malloc z0; isolate_movable_page p1; zs_free z0"))
			require.Equal(t, NrPages-1, mm.freePages())
			require.Equal(t, uint64(pageMappingMovable), mm.word(nthPage(1), pageMapping), "the type stays")
			require.Nil(t, mm.run(t, letGo))
			require.Empty(t, mm.isolated(0))
			require.Equal(t, NrPages, mm.freePages())
			require.Nil(t, mm.Finish().Bug)
		})
	}
}

// Goal: zs_free may not wait for a page lock, so it leaves the zspage to the
// worker, which does wait.
func TestZspageFreedByWorker(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Nil(t, mm.run(t, "zs_malloc z0; async_free_zspage"))
	require.Nil(t, mm.on(func(c *sim.CPU) { mm.lockPage(c, nthPage(1)) }))
	require.Nil(t, mm.run(t, "zs_free z0"))
	require.True(t, mm.deferred())
	require.Equal(t, NrPages-2, mm.freePages())
	require.False(t, mm.isFlag(nthPage(0), mm.k.flags.locked), "trylock_zspage gave back what it got")

	bug := mm.m.Run(2, func(c *sim.CPU) {
		if c.ID() == 0 {
			mm.asyncFreeZspage(c)
		} else {
			mm.unlockPage(c, nthPage(1))
		}
	}).Bug
	require.Nil(t, bug)
	require.False(t, mm.deferred())
	require.Equal(t, NrPages, mm.freePages())
	require.Nil(t, mm.Finish().Bug)
}

// Goal: the owner notices who locks a page that it has just allocated.
func TestZspageWarnsOfForeignLock(t *testing.T) {
	mm := newKernel(t, "v6.0")
	z := zspage(0)
	require.Nil(t, mm.on(func(c *sim.CPU) { z = mm.allocZspage(c) }))
	require.Nil(t, mm.on(func(c *sim.CPU) { mm.lockPage(c, nthPage(0)) }))
	bug := mm.on(func(c *sim.CPU) { mm.setZsPageMovable(c, z) })
	require.Equal(t, "SetZsPageMovable: somebody has locked a page just allocated", title(bug))
}

// Goal: no memory is no bug, and gives back what it got.
func TestZsMallocWithoutMemory(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Nil(t, mm.run(t, "alloc_pages o3 q0; alloc_pages o2 q1; alloc_pages o1 q2; alloc_pages o0 q3; zs_malloc z0"))
	require.Equal(t, uint64(0), mm.m.Peek(handleSlot(0)))
	require.Equal(t, 0, mm.refcount(nthPage(15)), "the one page there was")
	require.Nil(t, mm.Finish().Bug)
}
