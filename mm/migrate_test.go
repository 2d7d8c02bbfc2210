package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: isolate_movable_page takes a page that an owner has, once, and leaves
// everything else as it was: no reference kept, no lock, no flag.
func TestIsolateMovablePage(t *testing.T) {
	for _, tt := range []struct {
		name, before string
		page         int
		isolated     bool
	}{
		{"free page", "", 3, false},
		{"page of a user", "alloc_pages o0 q0", 0, false},
		{"head of a compound page", "alloc_pages o1 q0", 0, false},
		{"tail of a compound page", "alloc_pages o1 q0", 1, false},
		{"slab", "kmem_cache_alloc c0 s0", 0, false},
		{"page of a zspage", "zs_malloc z0", 1, true},
		{"page of the balloon", "fill_balloon", 0, true},
		{"isolated by another call", "fill_balloon; isolate_movable_page p0", 0, false},
	} {
		for _, k := range Kernels() {
			t.Run(tt.name+"/"+k.Name, func(t *testing.T) {
				mm := newKernel(t, k.Name)
				if tt.before != "" {
					require.Nil(t, mm.run(t, tt.before))
				}
				page := nthPage(tt.page)
				count, flags := mm.refcount(page), mm.word(page, pageFlags)
				isolated := false
				require.Nil(t, mm.on(func(c *sim.CPU) { isolated = mm.k.isolateMovablePage(mm, c, page) }))
				require.Equal(t, tt.isolated, isolated)
				if isolated {
					count++
					flags |= 1 << mm.k.flags.isolated
				}
				require.Equal(t, count, mm.refcount(page))
				require.Equal(t, flags, mm.word(page, pageFlags))
			})
		}
	}
}

// Goal: v6.2 passes over a slab page whatever stands on mapping, and takes no
// lock to find out; the reported kernel dereferences it.
func TestIsolatePassesOverSlab(t *testing.T) {
	for kernel, want := range map[string]string{
		"v6.2":          "",
		"v6.6":          "",
		"v6.10":         "",
		"next-20220927": bugMappingPoison,
	} {
		mm := newKernel(t, kernel)
		require.Nil(t, mm.run(t, "kmem_cache_alloc c0 s0"))
		mm.m.Poke(nthPage(0).at(pageMapping), mm.listPoison2())
		require.Equal(t, want, title(mm.run(t, "isolate_movable_page p0")), kernel)
	}
}

// Goal: the pages a CPU has isolated are its own to put back. Afterwards they
// can be isolated again, by any CPU.
func TestPutbackMovablePages(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Nil(t, mm.run(t, "zs_malloc z0; fill_balloon; isolate_movable_page p0; isolate_movable_page p2"))
	require.Equal(t, []int{2, 0}, mm.isolated(0))
	require.Nil(t, mm.run(t, "rcu_do_batch", "putback_movable_pages; migrate_pages"))
	require.Equal(t, []int{2, 0}, mm.isolated(0), "another CPU has nothing to put back")
	require.Nil(t, mm.run(t, "putback_movable_pages"))
	require.Empty(t, mm.isolated(0))
	require.Nil(t, mm.run(t, "rcu_do_batch", "isolate_movable_page p0; isolate_movable_page p2"))
	require.Equal(t, []int{2, 0}, mm.isolated(1))
	require.Nil(t, mm.Finish().Bug)
	require.Equal(t, NrPages, mm.freePages())
}

// Goal: without memory to migrate to, the pages stay isolated.
func TestMigratePagesWithoutMemory(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Nil(t, mm.run(t, "alloc_pages o3 q0; alloc_pages o2 q1; alloc_pages o1 q2; "+
		"fill_balloon; fill_balloon; isolate_movable_page p6; isolate_movable_page p7; migrate_pages"))
	require.Equal(t, 0, mm.freePages())
	require.Equal(t, []int{7, 6}, mm.isolated(0))
	require.Nil(t, mm.Finish().Bug)
}

// Goal: migration waits for a page lock from its fourth pass on, so that a page
// which another CPU has locked for a while is migrated all the same.
func TestMigratePagesWaitsForLock(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Nil(t, mm.run(t, "fill_balloon; isolate_movable_page p0"))
	require.Nil(t, mm.on(func(c *sim.CPU) { mm.lockPage(c, nthPage(0)) }))
	bug := mm.m.Run(2, func(c *sim.CPU) {
		if c.ID() == 0 {
			mm.migratePages(c, stackCc(c).migratepages())
		} else {
			mm.unlockPage(c, nthPage(0))
		}
	}).Bug
	require.Nil(t, bug)
	require.Equal(t, []int{1}, mm.list(vbDevInfo.pages()))
	require.Nil(t, mm.Finish().Bug)
}
