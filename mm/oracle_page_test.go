package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: oracles 3 and 5 fire for wrong reference counts and for pages that are
// freed in a bad state, and only then. Finish follows each body.
func TestOraclePage(t *testing.T) {
	for _, test := range []struct {
		name string
		body func(mm *MM, c *sim.CPU)
		want string
	}{
		{"get and put", func(mm *MM, c *sim.CPU) {
			page := mm.allocPages(c, 0, 0)
			mm.k.getPage(mm, c, page)
			mm.k.putPage(mm, c, page)
			mm.k.putPage(mm, c, page)
		}, ""},
		{"put twice", func(mm *MM, c *sim.CPU) {
			page := mm.allocPages(c, 0, 0)
			mm.k.putPage(mm, c, page)
			mm.k.putPage(mm, c, page)
		}, bugRefcountUnderflow},
		{"get of a free page", func(mm *MM, c *sim.CPU) { mm.k.getPage(mm, c, nthPage(3)) }, bugGetUnreferenced},
		{"get unless zero of a free page", func(_ *MM, c *sim.CPU) {
			if getPageUnlessZero(c, nthPage(3)) || folioTryGet(c, nthPage(3)) {
				c.Bug("got it", "")
			}
		}, ""},
		{"freed while referenced", func(mm *MM, c *sim.CPU) {
			mm.freeThePage(c, mm.allocPages(c, 0, 0), 0)
		}, bugBadRefcount},
		{"never freed", func(mm *MM, c *sim.CPU) { mm.allocPages(c, 0, 0) }, bugLeak},
		{"compound pages", func(mm *MM, c *sim.CPU) {
			for order := range uint(maxOrder + 1) {
				page := mm.allocPages(c, order, gfpComp)
				mm.k.getPage(mm, c, page)
				mm.k.__freePages(mm, c, page, order)
				mm.k.putPage(mm, c, page)
			}
		}, ""},
		{"a block that is not compound", func(mm *MM, c *sim.CPU) {
			// The block's owner goes first: its tails are freed then, and the
			// head with the last reference.
			page := mm.allocPages(c, 2, 0)
			mm.k.getPage(mm, c, page)
			mm.k.__freePages(mm, c, page, 2)
			mm.k.putPage(mm, c, page)
		}, ""},
		{"compound_head overwritten", func(mm *MM, c *sim.CPU) {
			page := mm.allocPages(c, 1, gfpComp)
			c.WriteOnce((page + sizeofPage).at(pageCompoundHead), 0)
			mm.k.putPage(mm, c, page)
		}, bugTailHead},
		{"mapping of a tail overwritten", func(mm *MM, c *sim.CPU) {
			page := mm.allocPages(c, 2, gfpComp)
			c.WriteOnce((page + 3*sizeofPage).at(pageMapping), 0)
			mm.k.putPage(mm, c, page)
		}, bugTailMapping},
		{"freed locked", func(mm *MM, c *sim.CPU) {
			page := mm.allocPages(c, 0, 0)
			mm.lockPage(c, page)
			mm.k.putPage(mm, c, page)
		}, bugBadLocked},
		{"freed with a mapping", func(mm *MM, c *sim.CPU) {
			page := mm.allocPages(c, 0, 0)
			c.WriteOnce(page.at(pageMapping), uint64(mm.caches[0].addr))
			mm.k.putPage(mm, c, page)
		}, bugBadMapping},
		{"freed with a tagged mapping, which is reset", func(mm *MM, c *sim.CPU) {
			page := mm.allocPages(c, 0, 0)
			c.WriteOnce(page.at(pageMapping), pageMappingMovable)
			mm.k.putPage(mm, c, page)
		}, ""},
		{"freed as a slab", func(mm *MM, c *sim.CPU) {
			page := mm.allocPages(c, 0, 0)
			mm.k.__folioSetSlab(mm, c, page)
			mm.k.putPage(mm, c, page)
		}, bugBadSlab},
		{"freed active", func(mm *MM, c *sim.CPU) {
			page := mm.allocPages(c, 0, 0)
			mm.slabSetPfmemalloc(c, slab(page))
			mm.k.putPage(mm, c, page)
		}, bugBadFlags},
		{"freed offline", func(mm *MM, c *sim.CPU) {
			page := mm.allocPages(c, 0, 0)
			mm.__setPageOffline(c, page)
			mm.k.putPage(mm, c, page)
		}, bugBadType},
		{"a flag set on a free page", func(mm *MM, c *sim.CPU) {
			mm.setPageIsolated(c, nthPage(0))
			mm.allocPages(c, 0, 0)
		}, bugBadFlags},
		{"a free block lost", func(mm *MM, c *sim.CPU) { mm.listDel(c, pageLru(nthPage(8))) }, bugLeak},
		{"a free block that is not marked", func(mm *MM, c *sim.CPU) {
			mm.__clearPageBuddy(c, nthPage(8))
		}, bugFreeList},
		{"a list of free blocks that is no list", func(_ *MM, c *sim.CPU) {
			c.WriteOnce(pageLru(nthPage(8)).next(), uint64(objectSlots))
		}, bugFreeList},
		{"a page that two CPUs have", func(mm *MM, c *sim.CPU) {
			listAdd(c, pageLru(nthPage(1)), pcpOf(5).list())
			c.WriteOnce(pcpOf(5).count(), 1)
		}, bugFreeList},
		{"a CPU's pages miscounted", func(_ *MM, c *sim.CPU) { c.WriteOnce(pcpOf(1).count(), 1) }, bugPcpCount},
		{"free blocks not merged", func(mm *MM, c *sim.CPU) {
			page := mm.allocPages(c, 1, gfpComp)
			buddy := buddyOf(page, 1)
			c.WriteOnce(buddy.at(pagePrivate), 3)
			mm.k.putPage(mm, c, page)
			c.WriteOnce(buddy.at(pagePrivate), 1)
		}, bugNotMerged},
	} {
		t.Run(test.name, func(t *testing.T) {
			mm := newKernel(t, "v6.0")
			bug := mm.m.Run(1, func(c *sim.CPU) { test.body(mm, c) }).Bug
			if bug == nil {
				bug = mm.Finish().Bug
			}
			require.Equal(t, test.want, title(bug))
		})
	}
}

// Goal: a slab whose free is forgotten is a leak, and named as one.
func TestOraclePageSlabLeak(t *testing.T) {
	broken := &Kernel{Name: "broken", Parent: "v6.0",
		freeSlab: func(*MM, *sim.CPU, *kmemCache, slab) {}}
	mm := bootConfig(t, broken, "", sim.Dull{})
	require.Empty(t, title(mm.run(t, "kmem_cache_alloc c0 s0")))
	require.Equal(t, bugLeakSlab, title(mm.Finish().Bug))
}

// Goal: a CPU takes its own pages, then the buddy allocator's from the low end,
// then those of other CPUs; and what comes back is merged when a larger block
// is wanted.
func TestPageAllocator(t *testing.T) {
	mm := newKernel(t, "v6.0")
	bug := mm.m.Run(1, func(c *sim.CPU) {
		var pages []Page
		var got []int
		for range NrPages {
			page := mm.allocPages(c, 0, 0)
			pages = append(pages, page)
			got = append(got, page.index())
		}
		require.Equal(t, []int{0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 4, 5, 6, 7}, got)
		require.Zero(t, mm.allocPages(c, 0, 0))
		for _, i := range []int{1, 3, 0, 2} {
			mm.k.putPage(mm, c, pages[i])
		}
		require.Equal(t, pages[0], mm.allocPages(c, 2, gfpComp))
		require.Zero(t, mm.allocPages(c, 0, 0))
		mm.k.putPage(mm, c, pages[0])
		for _, page := range pages[4:] {
			mm.k.putPage(mm, c, page)
		}
	}).Bug
	require.Empty(t, title(bug))
	require.Empty(t, title(mm.Finish().Bug))
}

// Goal: a page that one CPU frees can become another's: by the buddy allocator
// when its list is full, and when there is no other page.
func TestPagesPassBetweenCPUs(t *testing.T) {
	mm := newKernel(t, "v6.0")
	var pages []Page
	bug := mm.m.Run(1, func(c *sim.CPU) {
		for range pcpBoot + pcpHigh {
			pages = append(pages, mm.allocPages(c, 0, 0))
		}
		for _, page := range pages {
			mm.k.putPage(mm, c, page)
		}
	}).Bug
	require.Empty(t, title(bug))
	require.Less(t, mm.m.Peek(pcpOf(0).count()), uint64(pcpHigh))
	require.Empty(t, title(mm.Finish().Bug))
}
