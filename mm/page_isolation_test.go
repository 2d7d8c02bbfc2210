package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: a range is approved if all in it is free or can move, and its pageblocks
// are as before once that is undone.
func TestStartIsolatePageRange(t *testing.T) {
	for _, tt := range []struct {
		name, before string
		first, last  int
		approved     bool
	}{
		{"free pages of a CPU", "", 0, 7, true},
		{"free block", "", 8, 15, true},
		{"all that is free", "", 0, 15, true},
		{"page of a user", "alloc_pages o0 q0", 0, 0, false},
		{"beside a page of a user", "alloc_pages o0 q0", 1, 15, true},
		{"head of a compound page", "alloc_pages o1 q0", 8, 8, false},
		{"tail of a compound page", "alloc_pages o1 q0", 9, 9, false},
		{"beyond a compound page", "alloc_pages o1 q0", 10, 15, true},
		{"zspage", "zs_malloc z0", 0, 7, true},
		{"balloon", "fill_balloon", 0, 7, true},
		{"second pageblock holds a page of a user", "alloc_pages o2 q0", 0, 15, false},
	} {
		for _, k := range Kernels() {
			t.Run(tt.name+"/"+k.Name, func(t *testing.T) {
				mm := newKernel(t, k.Name)
				if tt.before != "" {
					require.Nil(t, mm.run(t, tt.before))
				}
				approved := false
				require.Nil(t, mm.on(func(c *sim.CPU) {
					approved = mm.startIsolatePageRange(c, tt.first, tt.last+1)
					again := mm.startIsolatePageRange(c, tt.first, tt.last+1)
					c.WarnOn(again, "what is isolated is isolated again")
					if approved {
						mm.undoIsolatePageRange(c, tt.first, tt.last+1)
					}
				}))
				require.Equal(t, tt.approved, approved)
				for i := range nrPageblocks {
					require.Zero(t, mm.m.Peek(zonePageblocks+8*sim.Addr(i)))
				}
				require.Nil(t, mm.Finish().Bug)
			})
		}
	}
}

// Goal: oracle 7 fires where a slab page is approved: as a free page if slabs
// are frozen, as a movable one if LIST_POISON2 is on mapping and nobody looks for
// slab. An object that is elsewhere, or none, proves nothing.
func TestPageIsolationOracle(t *testing.T) {
	const (
		slab   = "kmem_cache_alloc c0 s0"
		listed = "kmem_cache_alloc c0 s0; flush_cpu_slab c0; kmem_cache_alloc c0 s1"
	)
	for _, tt := range []struct{ config, before, call, kernel, want string }{
		{"", slab, "p0 p0 s0", "v6.0", ""},
		{"", slab, "p0 p0 s0", "v6.10", ""},
		{"", slab, "p0 p0 s0", "v6.14", bugIsolatedAsFree},
		{"", slab, "p0 p0 s0", "v6.17", bugIsolatedAsFree},
		{"", slab, "p0 p0 s0", "v6.14-revert-frozen", ""},
		{"", slab, "p0 p15 s0", "v6.14", bugIsolatedAsFree},
		{"", slab, "p0 p0 s1", "v6.14", ""},
		{"", slab, "p1 p7 s0", "v6.14", ""},
		{"order=1", slab, "p8 p9 s0", "v6.14", ""},
		{"", listed, "p0 p0 s0", "v6.0", ""},
		{"", listed, "p0 p0 s0", "next-20220927", bugIsolatedAsMovable},
		{"", listed, "p0 p0 s0", "next-20220927+pagemovable-not-slab", ""},
		{"", listed, "p0 p0 s0", "v6.6", bugIsolatedAsMovable},
		{"", listed, "p0 p0 s0", "v6.10", bugIsolatedAsMovable},
		{"", listed, "p0 p0 s0", "v6.14", bugIsolatedAsFree},
		{"order=1", listed, "p8 p9 s0", "v6.10", bugIsolatedAsMovable},
		{"order=1", listed, "p8 p9 s0", "v6.14", bugIsolatedAsMovable},
		{"order=1", listed, "p8 p9 s0", "v6.17", ""},
	} {
		mm := bootConfig(t, findKernel(t, tt.kernel), tt.config, sim.Dull{})
		require.Nil(t, mm.run(t, tt.before))
		require.Equal(t, tt.want, title(mm.run(t, "start_isolate_page_range "+tt.call)), "%v", tt)
		if tt.want == "" {
			require.Nil(t, mm.Finish().Bug)
		}
	}
}
