package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// The balloon, from mm/balloon_compaction.c and drivers/virtio/virtio_balloon.c
// of v6.0: one device, of which the host is left out. balloon_lock is a mutex
// taken as a spin lock; nobody sleeps under it.

// struct virtio_balloon, and struct balloon_dev_info in it.
const (
	vbBalloonLock = balloonBase
	vbNumPages    = balloonBase + 8
	vbDevInfo     = balloonDevInfo(balloonBase + 16)
	sizeofBalloon = 48
)

// balloonDevInfo is the address of a struct balloon_dev_info.
type balloonDevInfo sim.Addr

func (b balloonDevInfo) pagesLock() sim.Addr     { return sim.Addr(b) }
func (b balloonDevInfo) pages() listHead         { return listHead(b) + 8 }
func (b balloonDevInfo) isolatedPages() sim.Addr { return sim.Addr(b) + 24 }

// balloonPageDevice is balloon_page_device, include/linux/balloon_compaction.h,
// v6.0.
func balloonPageDevice(c *sim.CPU, page Page) balloonDevInfo {
	return balloonDevInfo(c.ReadOnce(page.at(pagePrivate)))
}

// balloonPageInsert is balloon_page_insert, include/linux/balloon_compaction.h,
// v6.0. The caller has the page lock and pages_lock.
func (mm *MM) balloonPageInsert(c *sim.CPU, page Page) {
	mm.__setPageOffline(c, page)
	mm.k.__setPageMovable(mm, c, page, balloonMops)
	c.WriteOnce(page.at(pagePrivate), uint64(vbDevInfo))
	listAdd(c, pageLru(page), vbDevInfo.pages())
}

// balloonPageDelete is balloon_page_delete (finalize), the same file, v6.0. The
// caller has the page lock and pages_lock. The lru of an isolated page is its
// isolator's.
func (v60) balloonPageDelete(mm *MM, c *sim.CPU, page Page) {
	mm.__clearPageOffline(c, page)
	mm.k.__clearPageMovable(mm, c, page)
	c.WriteOnce(page.at(pagePrivate), 0)
	if !mm.pageIsolated(c, page) {
		mm.listDel(c, pageLru(page))
	}
}

// balloonPageEnqueue is balloon_page_enqueue, mm/balloon_compaction.c, v6.0.
func (mm *MM) balloonPageEnqueue(c *sim.CPU, page Page) {
	c.SpinLock(vbDevInfo.pagesLock())
	// We should have the only reference, so nobody else can have the lock.
	c.BugOn(!mm.trylockPage(c, page), "balloon_page_enqueue_one: somebody has locked a page just allocated")
	mm.balloonPageInsert(c, page)
	mm.unlockPage(c, page)
	c.SpinUnlock(vbDevInfo.pagesLock())
}

// balloonPageListDequeue is balloon_page_list_dequeue,
// mm/balloon_compaction.c, v6.0, of one page.
func (mm *MM) balloonPageListDequeue(c *sim.CPU, pages listHead) bool {
	c.SpinLock(vbDevInfo.pagesLock())
	found, next := false, listHead(0)
	for pos := listHead(c.ReadOnce(vbDevInfo.pages().next())); pos != vbDevInfo.pages(); pos = next {
		next = listHead(c.ReadOnce(pos.next()))
		page := lruPage(pos)
		// Under pages_lock we may not wait for who has the page lock.
		if !mm.trylockPage(c, page) {
			continue
		}
		if mm.pageIsolated(c, page) {
			mm.unlockPage(c, page)
			continue
		}
		mm.k.balloonPageDelete(mm, c, page)
		listAdd(c, pageLru(page), pages)
		mm.unlockPage(c, page)
		found = true
		break
	}
	c.SpinUnlock(vbDevInfo.pagesLock())
	return found
}

// balloonPageDequeue is balloon_page_dequeue, mm/balloon_compaction.c, v6.0. A
// balloon with pages in it has them on its list or isolated.
func (mm *MM) balloonPageDequeue(c *sim.CPU) Page {
	pages := onStack(c, stackPages)
	initListHead(c, pages)
	if !mm.balloonPageListDequeue(c, pages) {
		c.SpinLock(vbDevInfo.pagesLock())
		lost := listEmpty(c, vbDevInfo.pages()) && c.ReadOnce(vbDevInfo.isolatedPages()) == 0
		c.BugOn(lost, "balloon_page_dequeue: pages of the balloon are lost")
		c.SpinUnlock(vbDevInfo.pagesLock())
		return 0
	}
	page := lruPage(listHead(c.ReadOnce(pages.next())))
	mm.listDel(c, pageLru(page))
	return page
}

// fillBalloon is fill_balloon, drivers/virtio/virtio_balloon.c, v6.0, of one
// page. The page is allocated before balloon_lock is taken.
func (mm *MM) fillBalloon(c *sim.CPU) {
	pages := onStack(c, stackPages)
	initListHead(c, pages)
	page := mm.allocPages(c, 0, 0)
	if page == 0 {
		return
	}
	listAdd(c, pageLru(page), pages) // balloon_page_push

	c.SpinLock(vbBalloonLock)
	mm.listDel(c, pageLru(page)) // balloon_page_pop
	mm.balloonPageEnqueue(c, page)
	c.WriteOnce(vbNumPages, c.ReadOnce(vbNumPages)+1)
	c.SpinUnlock(vbBalloonLock)
}

// leakBalloon is leak_balloon, drivers/virtio/virtio_balloon.c, v6.0, of one
// page. It returns whether it found one.
func (mm *MM) leakBalloon(c *sim.CPU) bool {
	page := Page(0)
	c.SpinLock(vbBalloonLock)
	if num := c.ReadOnce(vbNumPages); num > 0 {
		if page = mm.balloonPageDequeue(c); page != 0 {
			c.WriteOnce(vbNumPages, num-1)
			mm.k.putPage(mm, c, page) // release_pages_balloon
		}
	}
	c.SpinUnlock(vbBalloonLock)
	return page != 0
}

// The balloon's movable_operations.

// balloonPageIsolate is balloon_page_isolate, mm/balloon_compaction.c, v6.0.
func (v60) balloonPageIsolate(mm *MM, c *sim.CPU, page Page) bool {
	mm.checkOwner(c, page, balloonMops)
	b := balloonPageDevice(c, page)
	c.SpinLock(b.pagesLock())
	mm.listDel(c, pageLru(page))
	c.WriteOnce(b.isolatedPages(), c.ReadOnce(b.isolatedPages())+1)
	c.SpinUnlock(b.pagesLock())
	return true
}

// balloonPagePutback is balloon_page_putback, mm/balloon_compaction.c, v6.0.
func (mm *MM) balloonPagePutback(c *sim.CPU, page Page) {
	mm.checkOwner(c, page, balloonMops)
	b := balloonPageDevice(c, page)
	c.SpinLock(b.pagesLock())
	listAdd(c, pageLru(page), b.pages())
	c.WriteOnce(b.isolatedPages(), c.ReadOnce(b.isolatedPages())-1)
	c.SpinUnlock(b.pagesLock())
}

// balloonPageMigrate is balloon_page_migrate, mm/balloon_compaction.c, and
// virtballoon_migratepage, drivers/virtio/virtio_balloon.c, v6.0. It inflates
// newpage, then deflates page.
func (mm *MM) balloonPageMigrate(c *sim.CPU, newpage, page Page) int {
	mm.checkOwner(c, page, balloonMops)
	// Whoever fills or leaks the balloon goes first; migration can be retried.
	if !c.SpinTrylock(vbBalloonLock) {
		return -eagain
	}
	mm.k.getPage(mm, c, newpage) // the balloon's reference

	c.SpinLock(vbDevInfo.pagesLock())
	mm.balloonPageInsert(c, newpage)
	c.WriteOnce(vbDevInfo.isolatedPages(), c.ReadOnce(vbDevInfo.isolatedPages())-1)
	c.SpinUnlock(vbDevInfo.pagesLock())

	c.SpinLock(vbDevInfo.pagesLock())
	mm.k.balloonPageDelete(mm, c, page)
	c.SpinUnlock(vbDevInfo.pagesLock())

	c.SpinUnlock(vbBalloonLock)
	mm.k.putPage(mm, c, page) // the balloon's reference
	return migratepageSuccess
}
