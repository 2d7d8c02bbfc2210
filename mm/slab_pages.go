package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// The pages of SLAB's slabs.

// kmemGetpages is kmem_getpages, mm/slab.c, v6.0.
func (v60) kmemGetpages(mm *MM, c *sim.CPU, s *kmemCache) slab {
	folio := mm.allocPages(c, s.order, gfpComp)
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

// kmemFreepages is kmem_freepages, mm/slab.c, v6.0.
func (v60) kmemFreepages(mm *MM, c *sim.CPU, s *kmemCache, slab slab) {
	folio := slabFolio(slab)

	c.BugOn(!mm.k.folioTestSlab(mm, c, folio), bugFreepagesNoSlab)
	mm.__slabClearPfmemalloc(c, slab)
	mm.k.__folioClearSlab(mm, c, folio)
	pageMapcountReset(c, folio)
	c.WriteOnce(folio.at(pageMapping), 0)
	mm.k.__freePages(mm, c, folio, s.order)
}

// pageMapcountReset is page_mapcount_reset, include/linux/mm.h, v6.0.
func pageMapcountReset(c *sim.CPU, page Page) { c.WriteOnce32(page.at(pageType), pageTypeNone) }
