package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// isolateMovablePage is isolate_movable_page, mm/migrate.c, v6.0.
func (v60) isolateMovablePage(mm *MM, c *sim.CPU, page Page) bool {
	var mops movableOperations

	// A page that is on its way to the buddy allocator, or that is a tail of
	// a compound page, has no reference to share. If the last owner lets go
	// while we hold ours, our put_page frees the page.
	if !getPageUnlessZero(c, page) {
		goto out
	}

	// The owner of a page it just allocated takes for granted that nobody
	// else touches its flags. So look for movable before taking the lock.
	if !mm.k.__pageMovable(mm, c, page) {
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

// putbackMovablePage is putback_movable_page, mm/migrate.c, v6.0, and what its
// caller does around it.
func (v60) putbackMovablePage(mm *MM, c *sim.CPU, page Page) {
	mm.lockPage(c, page)
	if mm.pageMovable(c, page) {
		mops := pageMovableOps(c, page)
		mm.putbackPage(c, mops, page)
	}
	// If it is not, the owner let go of the page while it was isolated.
	mm.clearPageIsolated(c, page)
	mm.unlockPage(c, page)
	mm.k.putPage(mm, c, page)
}

// putbackMovablePages is putback_movable_pages, mm/migrate.c, v6.0. Only
// movable pages are ever isolated here.
func (mm *MM) putbackMovablePages(c *sim.CPU, l listHead) {
	for !listEmpty(c, l) {
		page := lruPage(listHead(c.ReadOnce(l.next())))
		mm.listDel(c, pageLru(page))
		mm.k.putbackMovablePage(mm, c, page)
	}
}

const (
	bugNotIsolated  = "move_to_new_page: migrated page is not isolated"
	bugNoMovableOps = "page_movable_ops: page has no movable_ops"
)

// What a migration comes to. The values are the kernel's.
const (
	migratepageSuccess = 0
	eagain             = 11
	enomem             = 12
)

// moveToNewPage is move_to_new_folio, mm/migrate.c, v6.0, for a movable page:
// its owner moves the contents and the identity. The caller has both page
// locks.
func (v60) moveToNewPage(mm *MM, c *sim.CPU, newpage, page Page) int {
	// The owner may have let go of the page since it was isolated. Then
	// there is nothing to move, and the caller's references are the last.
	if !mm.pageMovable(c, page) {
		mm.clearPageIsolated(c, page)
		return migratepageSuccess
	}

	mops := pageMovableOps(c, page)
	rc := mm.migratePage(c, mops, newpage, page)
	if rc == migratepageSuccess {
		c.WarnOn(!mm.pageIsolated(c, page), bugNotIsolated)
		// PG_isolated goes under the page lock, so that no one can take the
		// page for one to migrate. The movable type stays in mapping until
		// the page is freed.
		mm.clearPageIsolated(c, page)
	}
	return rc
}

// __unmapAndMove is __unmap_and_move, mm/migrate.c, v6.0, for a movable page.
func (mm *MM) __unmapAndMove(c *sim.CPU, page, newpage Page, force bool) int {
	rc := -eagain

	if !mm.trylockPage(c, page) {
		if !force {
			goto out
		}
		mm.lockPage(c, page)
	}

	// We have the only reference to newpage, but whoever had the page before
	// may still be about to let go of its lock.
	if !mm.trylockPage(c, newpage) {
		goto outUnlock
	}
	rc = mm.k.moveToNewPage(mm, c, newpage, page)
	mm.unlockPage(c, newpage)

outUnlock:
	mm.unlockPage(c, page)
out:
	// The owner has its own reference to newpage now.
	if rc == migratepageSuccess {
		mm.k.putPage(mm, c, newpage)
	}
	return rc
}

// unmapAndMove is unmap_and_move, mm/migrate.c, v6.0, with
// alloc_migration_target for get_new_page and none for put_new_page.
func (mm *MM) unmapAndMove(c *sim.CPU, page Page, force bool, ret listHead) int {
	rc := migratepageSuccess
	var newpage Page

	if pageRefCount(c, pageFolio(c, page)) == 1 {
		// The owner has let go of it: ours is the last reference, and
		// freeing it is all there is to do. That clears PG_isolated too.
		c.ClearBit(mm.k.flags.active, page.at(pageFlags))      // ClearPageActive
		c.ClearBit(mm.k.flags.unevictable, page.at(pageFlags)) // ClearPageUnevictable
		goto out
	}

	newpage = mm.allocPages(c, 0, 0)
	if newpage == 0 {
		return -enomem
	}
	c.WriteOnce(newpage.at(pagePrivate), 0)
	rc = mm.__unmapAndMove(c, page, newpage, force)

out:
	if rc != -eagain {
		// What has moved is about to be freed; what has not goes where the
		// caller finds it.
		mm.listDel(c, pageLru(page))
	}
	if rc == migratepageSuccess {
		mm.k.putPage(mm, c, page) // the isolation's reference
		return rc
	}
	if rc != -eagain {
		listAddTail(c, pageLru(page), ret)
	}
	mm.k.putPage(mm, c, newpage)
	return rc
}

// nrMigratePasses is how often migrate_pages tries; from the fourth pass on it
// waits for page locks.
const nrMigratePasses = 10

// migratePages is migrate_pages, mm/migrate.c, v6.0, of movable pages and in
// mode MIGRATE_SYNC. What failed is on the list from when it returns.
func (mm *MM) migratePages(c *sim.CPU, from listHead) {
	ret := onStack(c, stackRetPages)
	initListHead(c, ret)
	retry := true
	for pass := 0; pass < nrMigratePasses && retry; pass++ {
		retry = false
		next := listHead(0)
		for pos := listHead(c.ReadOnce(from.next())); pos != from; pos = next {
			next = listHead(c.ReadOnce(pos.next())) // pos may leave the list
			switch mm.unmapAndMove(c, lruPage(pos), pass > 2, ret) {
			case -enomem:
				goto out
			case -eagain:
				retry = true
			}
		}
	}
out:
	// The caller puts back, or tries again, what could not be moved.
	listSplice(c, ret, from)
}
