package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// v62 has as methods the functions that 8b8817630ae8 changed.
type v62 struct{}

// kernelV62 is v6.2: the new struct slab, with isolation that passes over slab
// pages.
func kernelV62() *Kernel {
	return &Kernel{
		Name:               "v6.2",
		Parent:             "next-20220927",
		Changes:            "isolate_movable_page passes over slab pages; barriers on both sides",
		Source:             "8b8817630ae8 (posted 7 November 2022)",
		Also:               readersMisled(),
		isolateMovablePage: v62{}.isolateMovablePage,
		allocSlabPage:      v62{}.allocSlabPage,
		__freeSlab:         v62{}.__freeSlab,
		kmemGetpages:       v62{}.kmemGetpages,
		kmemFreepages:      v62{}.kmemFreepages,
	}
}

// allocSlabPage is alloc_slab_page, mm/slub.c, v6.2 (8b8817630ae8).
func (v62) allocSlabPage(mm *MM, c *sim.CPU, order uint) slab {
	folio := mm.allocPages(c, order, gfpComp)
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

// __freeSlab is __free_slab, mm/slub.c, v6.2 (8b8817630ae8).
func (v62) __freeSlab(mm *MM, c *sim.CPU, s *kmemCache, slab slab) {
	folio := slabFolio(slab)
	order := mm.folioOrder(c, folio)

	mm.__slabClearPfmemalloc(c, slab)
	c.WriteOnce(folio.at(pageMapping), 0)
	// Who no longer sees a slab must not see what it kept on mapping.
	// Pairs with the smp_rmb between __PageMovable and PageSlab in
	// isolate_movable_page.
	c.SmpWmb()
	mm.k.__folioClearSlab(mm, c, folio)
	mm.k.__freePages(mm, c, folio, order)
}
