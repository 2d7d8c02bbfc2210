package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// skipSlabV1Rmb has as methods the functions that the patch changes.
type skipSlabV1Rmb struct{}

// patchSkipSlabV1Rmb is "mm/migrate: make isolate_movable_page() skip slab
// pages", the thread, 25 October 2022.
func patchSkipSlabV1Rmb() *Kernel {
	return &Kernel{
		Name:               "next-20220927+skip-slab-v1-rmb",
		Parent:             "next-20220927",
		Changes:            "v1 with one more smp_rmb before the test under the lock",
		Source:             "the thread, 25 October 2022",
		Also:               readersMisled(),
		isolateMovablePage: skipSlabV1Rmb{}.isolateMovablePage,
		allocSlabPage:      v62{}.allocSlabPage,
		__freeSlab:         v62{}.__freeSlab,
		kmemGetpages:       v62{}.kmemGetpages,
		kmemFreepages:      v62{}.kmemFreepages,
	}
}

// isolateMovablePage is isolate_movable_page, mm/migrate.c, the thread, 25 October 2022.
func (skipSlabV1Rmb) isolateMovablePage(mm *MM, c *sim.CPU, page Page) bool {
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

	if mm.k.folioTestSlab(mm, c, folio) {
		goto outPut
	}
	// Pairs with the smp_wmb in slab freeing, __free_slab.
	c.SmpRmb()
	if !mm.__folioTestMovable(c, folio) {
		goto outPut
	}
	// Pairs with the smp_wmb in slab allocation, alloc_slab_page.
	c.SmpRmb()
	if mm.k.folioTestSlab(mm, c, folio) {
		goto outPut
	}

	// Movable pages are not isolated from a list, so that the lock is what
	// keeps other isolators, migration, and the owner's release away.
	if !mm.folioTrylock(c, folio) {
		goto outPut
	}
	// The test of movable below is not to be done before those of slab above.
	// Pairs with the smp_wmb in slab allocation, alloc_slab_page.
	c.SmpRmb()

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
