package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// isolateMovablePage is isolate_movable_page, mm/migrate.c, v6.2
// (8b8817630ae8).
func (v62) isolateMovablePage(mm *MM, c *sim.CPU, page Page) bool {
	var mops movableOperations

	// A page that is on its way to the buddy allocator, or that is a tail of
	// a compound page, has no reference to share. If the last owner lets go
	// while we hold ours, our put_page frees the page.
	if !getPageUnlessZero(c, page) {
		goto out
	}

	if mm.pageSlab(c, page) {
		goto outPutpage
	}
	// Pairs with the smp_wmb in slab freeing, __free_slab.
	c.SmpRmb()

	// The owner of a page it just allocated takes for granted that nobody
	// else touches its flags. So look for movable before taking the lock.
	if !mm.k.__pageMovable(mm, c, page) {
		goto outPutpage
	}
	// Pairs with the smp_wmb in slab allocation, alloc_slab_page.
	c.SmpRmb()
	if mm.pageSlab(c, page) {
		goto outPutpage
	}

	// Movable pages are not isolated from a list, so that the lock is what
	// keeps other isolators, migration, and the owner's release away.
	if !mm.trylockPage(c, page) {
		goto outPutpage
	}

	if !mm.pageMovable(c, page) || mm.pageIsolated(c, page) {
		goto outNoIsolated
	}

	mops = pageMovableOps(c, page)
	if !mm.isolatePage(c, mops, page) {
		goto outNoIsolated
	}

	mm.setPageIsolated(c, page)
	mm.unlockPage(c, page)
	return true

outNoIsolated:
	mm.unlockPage(c, page)
outPutpage:
	mm.k.putPage(mm, c, page)
out:
	return false
}
