package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// v614RevertFrozen has as methods the functions that the revert changes.
type v614RevertFrozen struct{}

// patchV614RevertFrozen is what was tried in March 2025, on 6.14-rc4: 9aec2fb0fd5e
// is reverted, and with it nothing else. Slabs have a reference again, and
// isolation does not look for slab any more.
func patchV614RevertFrozen() *Kernel {
	return &Kernel{
		Name:                   "v6.14-revert-frozen",
		Parent:                 "v6.14",
		Changes:                "9aec2fb0fd5e alone is reverted: slab pages have a reference again; get_page and put_page as ever",
		Source:                 "a report of March 2025",
		Expect:                 Expect{SLUB: underAll(bugMappingPoison)},
		Also:                   []string{bugKpageflags, bugScanned, bugIsolatedAsMovable},
		allocSlabPage:          v614RevertFrozen{}.allocSlabPage,
		__freeSlab:             v614RevertFrozen{}.__freeSlab,
		getPage:                v60{}.getPage,
		putPage:                v60{}.putPage,
		__iovIterGetPagesAlloc: v60{}.__iovIterGetPagesAlloc,
	}
}

// allocSlabPage is alloc_slab_page, mm/slub.c, v6.14 less 9aec2fb0fd5e.
func (v614RevertFrozen) allocSlabPage(mm *MM, c *sim.CPU, order uint) slab {
	folio := mm.allocPages(c, order, gfpComp)
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

// __freeSlab is __free_slab, mm/slub.c, v6.14 less 9aec2fb0fd5e.
func (v614RevertFrozen) __freeSlab(mm *MM, c *sim.CPU, s *kmemCache, slab slab) {
	folio := slabFolio(slab)
	order := mm.folioOrder(c, folio)

	mm.__slabClearPfmemalloc(c, slab)
	c.WriteOnce(folio.at(pageMapping), 0)
	mm.k.__folioClearSlab(mm, c, folio)
	mm.k.__freePages(mm, c, folio, order)
}
