package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// frozen has as methods the functions that the patch changes.
type frozen struct{}

// patchFrozen is option 3 of the thread: slab pages with a reference count of 0,
// so that isolation finds none to take. Nobody posted it in 2022.
func patchFrozen() *Kernel {
	return &Kernel{
		Name:          "next-20220927+frozen",
		Parent:        "next-20220927",
		Changes:       "slab pages have no reference to share",
		Source:        "option 3 of the thread, 2022",
		Also:          []string{bugKpageflags, bugScanned, bugIsolatedAsFree, bugIsolatedAsMovable, bugGetUnreferenced},
		allocSlabPage: frozen{}.allocSlabPage,
		__freeSlab:    frozen{}.__freeSlab,
		kmemGetpages:  frozen{}.kmemGetpages,
		kmemFreepages: frozen{}.kmemFreepages,
	}
}

// allocSlabPage is alloc_slab_page, mm/slub.c, v6.0, with frozen pages.
func (frozen) allocSlabPage(mm *MM, c *sim.CPU, order uint) slab {
	folio := mm.allocFrozenPages(c, order, gfpComp)
	if folio == 0 {
		return 0
	}
	slab := slab(folio)
	mm.k.__folioSetSlab(mm, c, folio)
	if pageIsPfmemalloc(c, folio) {
		mm.slabSetPfmemalloc(c, slab)
	}
	return slab
}

// __freeSlab is __free_slab, mm/slub.c, v6.0, with frozen pages.
func (frozen) __freeSlab(mm *MM, c *sim.CPU, s *kmemCache, slab slab) {
	folio := slabFolio(slab)
	order := mm.folioOrder(c, folio)

	mm.__slabClearPfmemalloc(c, slab)
	mm.k.__folioClearSlab(mm, c, folio)
	c.WriteOnce(folio.at(pageMapping), 0)
	mm.freeFrozenPages(c, folio, order)
}

// kmemGetpages is kmem_getpages, mm/slab.c, v6.0, with frozen pages.
func (frozen) kmemGetpages(mm *MM, c *sim.CPU, s *kmemCache) slab {
	folio := mm.allocFrozenPages(c, s.order, gfpComp)
	if folio == 0 {
		return 0
	}
	slab := slab(folio)
	mm.k.__folioSetSlab(mm, c, folio)
	if pageIsPfmemalloc(c, folio) {
		mm.slabSetPfmemalloc(c, slab)
	}
	return slab
}

// kmemFreepages is kmem_freepages, mm/slab.c, v6.0, with frozen pages.
func (frozen) kmemFreepages(mm *MM, c *sim.CPU, s *kmemCache, slab slab) {
	folio := slabFolio(slab)

	c.BugOn(!mm.k.folioTestSlab(mm, c, folio), bugFreepagesNoSlab)
	mm.__slabClearPfmemalloc(c, slab)
	mm.k.__folioClearSlab(mm, c, folio)
	pageMapcountReset(c, folio)
	c.WriteOnce(folio.at(pageMapping), 0)
	mm.freeFrozenPages(c, folio, s.order)
}
