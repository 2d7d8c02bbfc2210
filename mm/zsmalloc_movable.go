package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// zsmalloc's movable_operations.

// zsPageIsolate is zs_page_isolate, mm/zsmalloc.c, v6.2. The caller has the
// page lock, so that the zspage cannot go away: to free it takes all its page
// locks.
func (v60) zsPageIsolate(mm *MM, c *sim.CPU, page Page) bool {
	mm.checkOwner(c, page, zsmallocMops)
	z := getZspage(c, page)
	lock := zsPoolLock(c, z)
	c.SpinLock(lock)
	c.WriteOnce(z.at(zspageIsolated), c.ReadOnce(z.at(zspageIsolated))+1) // inc_zspage_isolation
	c.SpinUnlock(lock)
	return true
}

// zsPageMigrate is zs_page_migrate, mm/zsmalloc.c, v6.2.
func (v60) zsPageMigrate(mm *MM, c *sim.CPU, newpage, page Page) int {
	mm.checkOwner(c, page, zsmallocMops)
	z := getZspage(c, page)
	lock := zsPoolLock(c, z)

	// pool->lock keeps zs_free away, zspage->lock the users of objects.
	c.SpinLock(lock)
	c.SpinLock(z.at(zspageLock)) // migrate_write_lock

	mm.moveObjects(c, newpage, page)
	mm.k.__setPageZsmalloc(mm, c, newpage)
	mm.replaceSubPage(c, z, newpage, page)
	decZspageIsolation(c, z)
	c.SpinUnlock(lock)
	c.SpinUnlock(z.at(zspageLock))

	mm.k.getPage(mm, c, newpage)
	mm.resetPage(c, page)
	mm.k.putPage(mm, c, page)
	return migratepageSuccess
}

// moveObjects is the part of zs_page_migrate, mm/zsmalloc.c, v6.2, that copies the
// page and sets its objects' handles.
func (mm *MM) moveObjects(c *sim.CPU, newpage, page Page) {
	from, to := pageAddress(page), pageAddress(newpage)
	for i := sim.Addr(0); i < 8*zsObjWords; i += 8 {
		c.WriteOnce(to+i, c.ReadOnce(from+i))
	}
	if link := c.ReadOnce(to + zsObjLink); link&zsObjAllocatedTag != 0 {
		handle := sim.Addr(link &^ zsObjAllocatedTag)
		c.WriteOnce(handle, locationToObj(newpage, objToIdx(c.ReadOnce(handle))))
	}
}

// replaceSubPage is replace_sub_page, mm/zsmalloc.c, v6.2.
func (mm *MM) replaceSubPage(c *sim.CPU, z zspage, newpage, oldpage Page) {
	var pages [zsPagesPerZspage]Page
	page := getFirstPage(c, z)
	for i := range pages {
		pages[i] = page
		if page == oldpage {
			pages[i] = newpage
		}
		page = getNextPage(c, page)
	}
	mm.createPageChain(c, z, &pages)
	mm.k.setFirstObjOffset(c, newpage, mm.k.getFirstObjOffset(c, oldpage))
	mm.k.__setPageMovable(mm, c, newpage, zsmallocMops)
}

// zsPagePutback is zs_page_putback, mm/zsmalloc.c, v6.2.
func (v60) zsPagePutback(mm *MM, c *sim.CPU, page Page) {
	mm.checkOwner(c, page, zsmallocMops)
	z := getZspage(c, page)
	lock := zsPoolLock(c, z)
	c.SpinLock(lock)
	decZspageIsolation(c, z)
	c.SpinUnlock(lock)
}

// decZspageIsolation is dec_zspage_isolation, mm/zsmalloc.c, v6.2.
func decZspageIsolation(c *sim.CPU, z zspage) {
	isolated := c.ReadOnce(z.at(zspageIsolated))
	c.BugOn(isolated == 0, "dec_zspage_isolation: no page of the zspage is isolated")
	c.WriteOnce(z.at(zspageIsolated), isolated-1)
}

// zsPoolLock is &zspage->pool->lock.
func zsPoolLock(c *sim.CPU, z zspage) sim.Addr {
	return sim.Addr(c.ReadOnce(z.at(zspagePool)))
}
