package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// __clearPageZsmalloc is nothing in v6.17: the type stays until the page is
// freed.
func (v617) __clearPageZsmalloc(*MM, *sim.CPU, Page) {}

// resetFirstObjOffset is nothing in v6.17.
func (v617) resetFirstObjOffset(*sim.CPU, Page) {}

// zsPageIsolate is zs_page_isolate, mm/zsmalloc.c, v6.17. The page lock keeps
// the zspage; if it is gone already, see reset_page, isolation is refused.
func (v617) zsPageIsolate(mm *MM, c *sim.CPU, page Page) bool {
	if c.ReadOnce(page.at(pagePrivate)) == 0 {
		return false
	}
	mm.checkOwner(c, page, zsmallocMops)
	return true
}

// zsPageMigrate is zs_page_migrate, mm/zsmalloc.c, v6.17. Nothing keeps a zspage
// from being freed while a page of it is isolated.
func (v617) zsPageMigrate(mm *MM, c *sim.CPU, newpage, page Page) int {
	if c.ReadOnce(page.at(pagePrivate)) == 0 {
		return migratepageSuccess
	}
	mm.checkOwner(c, page, zsmallocMops)
	z := getZspage(c, page)
	lock := zsPoolLock(c, z)

	// pool->lock keeps zs_free away, zspage->lock the users of objects.
	c.SpinLock(lock)
	c.SpinLock(z.at(zspageLock))
	mm.moveObjects(c, newpage, page)
	mm.k.__setPageZsmalloc(mm, c, newpage)
	mm.replaceSubPage(c, z, newpage, page)
	c.SpinUnlock(lock)
	c.SpinUnlock(z.at(zspageLock))

	mm.k.getPage(mm, c, newpage)
	mm.resetPage(c, page)
	mm.k.putPage(mm, c, page)
	return migratepageSuccess
}

// zsPagePutback is zs_page_putback, mm/zsmalloc.c, v6.17: nothing.
func (v617) zsPagePutback(*MM, *sim.CPU, Page) {}
