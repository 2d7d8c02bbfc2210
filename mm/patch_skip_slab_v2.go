package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// skipSlabV2 has as methods the functions that the patch changes.
type skipSlabV2 struct{}

// patchSkipSlabV2 is "mm/migrate: make isolate_movable_page() skip slab
// pages", Vlastimil Babka, 26 October 2022.
func patchSkipSlabV2() *Kernel {
	return &Kernel{
		Name:               "next-20220927+skip-slab-v2",
		Parent:             "next-20220927",
		Changes:            "movable, smp_rmb, slab, smp_rmb, movable; the slab side as v1",
		Source:             "Vlastimil Babka, 26 October 2022",
		Also:               readersMisled(),
		isolateMovablePage: skipSlabV2{}.isolateMovablePage,
		allocSlabPage:      v62{}.allocSlabPage,
		__freeSlab:         v62{}.__freeSlab,
		kmemGetpages:       v62{}.kmemGetpages,
		kmemFreepages:      v62{}.kmemFreepages,
	}
}

// isolateMovablePage is isolate_movable_page, mm/migrate.c, Vlastimil Babka, 26 October 2022.
func (skipSlabV2) isolateMovablePage(mm *MM, c *sim.CPU, page Page) bool {
	var mops movableOperations
	folio := pageFolio(c, page)

	// A folio that is on its way to the page allocator has no reference to
	// share.
	if !folioTryGet(c, folio) {
		goto out
	}
	// Without the reference the page may have become part of another folio.
	if pageFolio(c, page) != folio {
		goto outPut
	}

	if !mm.__folioTestMovable(c, folio) {
		goto outPut
	}
	// Pairs with the smp_wmb in slab allocation, alloc_slab_page.
	c.SmpRmb()
	if mm.k.folioTestSlab(mm, c, folio) {
		goto outPut
	}
	// Pairs with the smp_wmb in slab freeing, __free_slab.
	c.SmpRmb()
	if !mm.__folioTestMovable(c, folio) {
		goto outPut
	}

	// Movable pages are not isolated from a list, so that the lock is what
	// keeps other isolators, migration, and the owner's release away.
	if !mm.folioTrylock(c, folio) {
		goto outPut
	}

	if !mm.pageMovable(c, page) || mm.pageIsolated(c, page) {
		goto outNoIsolated
	}

	mops = pageMovableOps(c, page)
	if !mm.isolatePage(c, mops, page) {
		goto outNoIsolated
	}

	mm.setPageIsolated(c, page)
	mm.folioUnlock(c, folio)
	return true

outNoIsolated:
	mm.folioUnlock(c, folio)
outPut:
	mm.k.putPage(mm, c, folio)
out:
	return false
}
