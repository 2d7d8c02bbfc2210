package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// balloonPageFinalize is balloon_page_finalize,
// include/linux/balloon_compaction.h, v6.17, after the list_del of a page that
// is on the balloon's list: an isolated one is on its isolator's. PageOffline
// stays until the page is freed.
func (v617) balloonPageFinalize(mm *MM, c *sim.CPU, page Page) {
	mm.k.__clearPageMovable(mm, c, page)
	if !mm.pageIsolated(c, page) {
		mm.listDel(c, pageLru(page))
	}
	c.WriteOnce(page.at(pagePrivate), 0)
}

// balloonPageIsolate is balloon_page_isolate, mm/balloon_compaction.c, v6.17. A
// page that was deflated has no device.
func (v617) balloonPageIsolate(mm *MM, c *sim.CPU, page Page) bool {
	b := balloonPageDevice(c, page)
	if b == 0 {
		return false
	}
	mm.checkOwner(c, page, balloonMops)
	c.SpinLock(b.pagesLock())
	mm.listDel(c, pageLru(page))
	c.WriteOnce(b.isolatedPages(), c.ReadOnce(b.isolatedPages())+1)
	c.SpinUnlock(b.pagesLock())
	return true
}
