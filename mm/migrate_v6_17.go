package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// pageMovableOps is page_movable_ops, mm/migrate.c, v6.17: offline_movable_ops or
// zsmalloc_movable_ops, which are set once, when the owners are initialised.
func (v617) pageMovableOps(mm *MM, c *sim.CPU, page Page) movableOperations {
	c.WarnOn(!mm.k.__pageMovable(mm, c, page), bugNoMovableOps)
	if mm.pageOffline(c, page) {
		return balloonMops
	} else if mm.pageZsmalloc(c, page) {
		return zsmallocMops
	}
	return 0
}

// isolateMovableOpsPage is isolate_movable_ops_page, mm/migrate.c, v6.17.
func (v617) isolateMovableOpsPage(mm *MM, c *sim.CPU, page Page) bool {
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
	// A page that has movable_ops has them until it is freed.
	if !mm.k.__pageMovable(mm, c, page) {
		goto outPutfolio
	}

	// Movable pages are not isolated from a list, so that the lock is what
	// keeps other isolators, migration, and the owner's release away.
	if !mm.folioTrylock(c, folio) {
		goto outPutfolio
	}

	c.WarnOn(!mm.k.__pageMovable(mm, c, page), bugNoMovableOps)
	if mm.pageIsolated(c, page) { // PageMovableOpsIsolated
		goto outNoIsolated
	}

	mops = v617{}.pageMovableOps(mm, c, page)
	if mops == 0 {
		goto outNoIsolated
	}
	if !mm.isolatePage(c, mops, page) {
		goto outNoIsolated
	}

	mm.setPageIsolated(c, page)
	mm.folioUnlock(c, folio)
	return true

outNoIsolated:
	mm.folioUnlock(c, folio)
outPutfolio:
	mm.folioPut(c, folio)
out:
	return false
}

// putbackMovableOpsPage is putback_movable_ops_page, mm/migrate.c, v6.17. The
// owner may have let go of the page while it was isolated, and its putback_page
// copes.
func (v617) putbackMovableOpsPage(mm *MM, c *sim.CPU, page Page) {
	folio := pageFolio(c, page)
	c.WarnOn(!mm.pageIsolated(c, page), bugNotIsolated)
	mm.lockPage(c, folio)
	mm.putbackPage(c, v617{}.pageMovableOps(mm, c, page), page)
	mm.clearPageIsolated(c, page)
	mm.folioUnlock(c, folio)
	mm.folioPut(c, folio)
}

// migrateMovableOpsPage is migrate_movable_ops_page, mm/migrate.c, v6.17. The
// caller has both page locks.
func (v617) migrateMovableOpsPage(mm *MM, c *sim.CPU, dst, src Page) int {
	c.WarnOn(!mm.pageIsolated(c, src), bugNotIsolated)
	rc := mm.migratePage(c, v617{}.pageMovableOps(mm, c, src), dst, src)
	if rc == migratepageSuccess {
		mm.clearPageIsolated(c, src)
	}
	return rc
}
