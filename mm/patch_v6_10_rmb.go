package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// v610Rmb has as methods the functions that the patch changes.
type v610Rmb struct{}

// patchV610Rmb is v6.10 with the barrier that the thread of 2022 thought of and
// did without. Nobody posted it: it shows what v6.10 lacks.
func patchV610Rmb() *Kernel {
	return &Kernel{
		Name:               "v6.10+rmb",
		Parent:             "v6.10",
		Changes:            "one more smp_rmb before the test under the lock",
		Source:             "ours, after the thread, 25 October 2022",
		Also:               []string{bugKpageflags, bugScanned, bugIsolatedAsMovable},
		isolateMovablePage: v610Rmb{}.isolateMovablePage,
	}
}

// isolateMovablePage is isolate_movable_page, mm/migrate.c, v6.10 with
// one more barrier.
func (v610Rmb) isolateMovablePage(mm *MM, c *sim.CPU, page Page) bool {
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

	// Whoever no longer saw a slab above must see here that mapping was cleared.
	// Pairs with the smp_wmb in slab freeing, __free_slab.
	c.SmpRmb()

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
