package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// v66 has as methods the functions that differ in v6.6.
type v66 struct{}

// kernelV66 is v6.6, and v6.3 to v6.9 as far as this model goes, with the flag
// bits of v6.8.
func kernelV66() *Kernel {
	return &Kernel{
		Name:               "v6.6",
		Parent:             "v6.2",
		Changes:            "isolate_movable_page works on the folio of what is no tail page; flag bits of v6.8; no SLOB",
		Source:             "v6.6",
		Also:               readersMisled(),
		layouts:            &layoutsV64,
		flags:              &pageFlagsV68,
		isolateMovablePage: v66{}.isolateMovablePage,
	}
}

// isolateMovablePage is isolate_movable_page, mm/migrate.c, v6.6.
func (v66) isolateMovablePage(mm *MM, c *sim.CPU, page Page) bool {
	var mops movableOperations
	folio := folioGetNontailPage(c, page)

	// A page that is on its way to the buddy allocator, or that is a tail of
	// a compound page, has no reference to share. If the last owner lets go
	// while we hold ours, our folio_put frees the page.
	if folio == 0 {
		goto out
	}

	if mm.k.folioTestSlab(mm, c, folio) {
		goto outPutfolio
	}
	// Pairs with the smp_wmb in slab freeing, __free_slab.
	c.SmpRmb()

	// The owner of a page it just allocated takes for granted that nobody
	// else touches its flags. So look for movable before taking the lock.
	if !mm.__folioTestMovable(c, folio) {
		goto outPutfolio
	}
	// Pairs with the smp_wmb in slab allocation, alloc_slab_page.
	c.SmpRmb()
	if mm.k.folioTestSlab(mm, c, folio) {
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
