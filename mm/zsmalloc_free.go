package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// zsFree is zs_free, mm/zsmalloc.c, v6.2.
func (mm *MM) zsFree(c *sim.CPU, handle uint64) {
	// pool->lock keeps migration from moving the object.
	c.SpinLock(poolLock)
	obj := c.ReadOnce(sim.Addr(handle))
	z := getZspage(c, objToPage(obj))
	objFree(c, z, obj)
	if fixFullnessGroup(c, z) == zsEmpty {
		mm.freeZspage(c, z)
	}
	c.SpinUnlock(poolLock)
	perCPUFree(c, handleCache, sim.Addr(handle))
}

// freeZspage is free_zspage, mm/zsmalloc.c, v6.2. Under pool->lock it may not
// wait for page locks; __free_zspage lets go of those that trylock_zspage got.
func (mm *MM) freeZspage(c *sim.CPU, z zspage) {
	if !mm.trylockZspage(c, z) {
		kickDeferredFree(c)
		return
	}
	removeZspage(c, z)
	mm.__freeZspage(c, z)
}

// trylockZspage is trylock_zspage, mm/zsmalloc.c, v6.2.
func (mm *MM) trylockZspage(c *sim.CPU, z zspage) bool {
	var fail Page
	for cursor := getFirstPage(c, z); cursor != 0; cursor = getNextPage(c, cursor) {
		if !mm.trylockPage(c, cursor) {
			fail = cursor
			break
		}
	}
	if fail == 0 {
		return true
	}
	for cursor := getFirstPage(c, z); cursor != fail; cursor = getNextPage(c, cursor) {
		mm.unlockPage(c, cursor)
	}
	return false
}

// __freeZspage is __free_zspage, mm/zsmalloc.c, v6.2. The caller has pool->lock
// and all page locks.
func (mm *MM) __freeZspage(c *sim.CPU, z zspage) {
	page := getFirstPage(c, z)
	for page != 0 {
		next := getNextPage(c, page)
		mm.resetPage(c, page)
		mm.unlockPage(c, page)
		mm.k.putPage(mm, c, page)
		page = next
	}
	perCPUFree(c, zspageCache, sim.Addr(z))
}

// resetPage is reset_page, mm/zsmalloc.c, v6.2.
func (mm *MM) resetPage(c *sim.CPU, page Page) {
	mm.k.__clearPageMovable(mm, c, page)
	mm.clearPagePrivate(c, page)
	c.WriteOnce(page.at(pagePrivate), 0)
	mm.k.resetFirstObjOffset(c, page)
	c.WriteOnce(page.at(pageIndex), 0)
	mm.k.__clearPageZsmalloc(mm, c, page)
}

// kickDeferredFree is kick_deferred_free, mm/zsmalloc.c, v6.2: schedule_work.
func kickDeferredFree(c *sim.CPU) { c.TestAndSetBit(0, poolFreeWork) }

// asyncFreeZspage is async_free_zspage, mm/zsmalloc.c, v6.2, and what a
// workqueue does around it: it runs only if scheduled, and once at a time.
func (mm *MM) asyncFreeZspage(c *sim.CPU) {
	if !c.SpinTrylock(poolWorker) {
		return
	}
	if c.TestAndClearBit(0, poolFreeWork) {
		mm.freeEmptyZspages(c)
	}
	c.SpinUnlock(poolWorker)
}

// freeEmptyZspages is the body of async_free_zspage.
func (mm *MM) freeEmptyZspages(c *sim.CPU) {
	freePages := onStack(c, stackPages)
	initListHead(c, freePages)
	c.SpinLock(poolLock)
	listSplice(c, fullnessList(zsEmpty), freePages)
	initListHead(c, fullnessList(zsEmpty))
	c.SpinUnlock(poolLock)

	next := listHead(0)
	for pos := listHead(c.ReadOnce(freePages.next())); pos != freePages; pos = next {
		next = listHead(c.ReadOnce(pos.next()))
		z := listZspage(pos)
		mm.listDel(c, pos)
		mm.lockZspage(c, z)
		c.SpinLock(poolLock)
		mm.__freeZspage(c, z)
		c.SpinUnlock(poolLock)
	}
}

// lockZspage is lock_zspage, mm/zsmalloc.c, v6.2. A page that is not locked yet
// may be migrated out of the zspage. So each is looked up and tried under
// zspage->lock, and waited for without, with a reference.
func (mm *MM) lockZspage(c *sim.CPU, z zspage) {
	lock := z.at(zspageLock)
	var curr, page Page
	for {
		c.SpinLock(lock)
		page = getFirstPage(c, z)
		if mm.trylockPage(c, page) {
			break
		}
		mm.k.getPage(mm, c, page)
		c.SpinUnlock(lock)
		mm.waitOnPageLocked(c, page)
		mm.k.putPage(mm, c, page)
	}
	curr = page
	for {
		page = getNextPage(c, curr)
		if page == 0 {
			break
		}
		if mm.trylockPage(c, page) {
			curr = page
			continue
		}
		mm.k.getPage(mm, c, page)
		c.SpinUnlock(lock)
		mm.waitOnPageLocked(c, page)
		mm.k.putPage(mm, c, page)
		c.SpinLock(lock)
	}
	c.SpinUnlock(lock)
}

// waitOnPageLocked is wait_on_page_locked, include/linux/pagemap.h, v6.0.
func (mm *MM) waitOnPageLocked(c *sim.CPU, page Page) {
	folio := pageFolio(c, page)
	if c.TestBit(mm.k.flags.locked, folio.at(pageFlags)) {
		c.WaitOnBit(mm.k.flags.locked, folio.at(pageFlags))
	}
}
