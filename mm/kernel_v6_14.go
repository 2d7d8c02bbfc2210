package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// v614 has as methods the functions that differ in v6.14; those of frozen pages
// are in page_frozen.go.
type v614 struct{}

// kernelV614 is v6.14 to v6.16: slabs are frozen, so that isolation gets no
// reference to one and need not look for slab.
func kernelV614() *Kernel {
	return &Kernel{
		Name:                   "v6.14",
		Parent:                 "v6.10",
		Changes:                "slab pages have no reference to share; isolation does not look for slab; no barriers; get_page and put_page leave slab pages alone",
		Source:                 "9aec2fb0fd5e, 8c6e2d122b71, b9c0e49abfca",
		Also:                   []string{bugKpageflags, bugScanned, bugIsolatedAsFree, bugIsolatedAsMovable},
		isolateMovablePage:     v614{}.isolateMovablePage,
		allocSlabPage:          v614{}.allocSlabPage,
		__freeSlab:             v614{}.__freeSlab,
		__allocPages:           v614{}.__allocPages,
		getPage:                v614{}.getPage,
		putPage:                v614{}.putPage,
		__iovIterGetPagesAlloc: v614{}.__iovIterGetPagesAlloc,
	}
}

// allocSlabPage is alloc_slab_page, mm/slub.c, v6.14 (9aec2fb0fd5e).
func (v614) allocSlabPage(mm *MM, c *sim.CPU, order uint) slab {
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

// __freeSlab is __free_slab, mm/slub.c, v6.14 (9aec2fb0fd5e).
func (v614) __freeSlab(mm *MM, c *sim.CPU, s *kmemCache, slab slab) {
	folio := slabFolio(slab)
	order := mm.folioOrder(c, folio)

	mm.__slabClearPfmemalloc(c, slab)
	c.WriteOnce(folio.at(pageMapping), 0)
	mm.k.__folioClearSlab(mm, c, folio)
	mm.freeFrozenPages(c, folio, order)
}

// isolateMovablePage is isolate_movable_page, mm/migrate.c, v6.14
// (8c6e2d122b71).
func (v614) isolateMovablePage(mm *MM, c *sim.CPU, page Page) bool {
	var mops movableOperations
	folio := folioGetNontailPage(c, page)

	// A page that is on its way to the buddy allocator, or that is a tail of
	// a compound page, has no reference to share, and neither has a slab. If
	// the last owner lets go while we hold ours, our folio_put frees the page.
	if folio == 0 {
		goto out
	}

	// The owner of a page it just allocated takes for granted that nobody
	// else touches its flags. So look for movable before taking the lock.
	if !mm.__folioTestMovable(c, folio) {
		goto outPutfolio
	}

	// Movable pages are not isolated from a list, so that the lock is what
	// keeps other isolators, migration, and the owner's release away.
	if !mm.folioTrylock(c, folio) {
		goto outPutfolio
	}

	if !mm.pageMovable(c, folio) || mm.pageIsolated(c, folio) {
		goto outNoIsolated
	}

	mops = pageMovableOps(c, folio)
	if !mm.isolatePage(c, mops, folio) {
		goto outNoIsolated
	}

	mm.setPageIsolated(c, folio)
	mm.folioUnlock(c, folio)
	return true

outNoIsolated:
	mm.folioUnlock(c, folio)
outPutfolio:
	mm.folioPut(c, folio)
out:
	return false
}
