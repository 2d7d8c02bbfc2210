package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// kmemGetpages is kmem_getpages, mm/slab.c, v6.2 (8b8817630ae8).
func (v62) kmemGetpages(mm *MM, c *sim.CPU, s *kmemCache) slab {
	folio := mm.allocPages(c, s.order, gfpComp)
	if folio == 0 {
		return 0
	}
	slab := slab(folio)
	mm.k.__folioSetSlab(mm, c, folio)
	// Who sees what a slab keeps on mapping must see that it is a slab.
	// Pairs with the smp_rmb between PageSlab and __PageMovable in
	// isolate_movable_page.
	c.SmpWmb()
	if pageIsPfmemalloc(c, folio) {
		mm.slabSetPfmemalloc(c, slab)
	}
	return slab
}

// kmemFreepages is kmem_freepages, mm/slab.c, v6.2 (8b8817630ae8).
func (v62) kmemFreepages(mm *MM, c *sim.CPU, s *kmemCache, slab slab) {
	folio := slabFolio(slab)

	c.BugOn(!mm.k.folioTestSlab(mm, c, folio), bugFreepagesNoSlab)
	mm.__slabClearPfmemalloc(c, slab)
	pageMapcountReset(c, folio)
	c.WriteOnce(folio.at(pageMapping), 0)
	// Who no longer sees a slab must not see what it kept on mapping.
	// Pairs with the smp_rmb between __PageMovable and PageSlab in
	// isolate_movable_page.
	c.SmpWmb()
	mm.k.__folioClearSlab(mm, c, folio)
	mm.k.__freePages(mm, c, folio, s.order)
}
