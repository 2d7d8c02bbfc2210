package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Pages are counted in _refcount; 0 is a page that nobody holds, free or on
// its way there.

// pageRefCount is page_ref_count, include/linux/page_ref.h, v6.0.
func pageRefCount(c *sim.CPU, page Page) int32 { return c.AtomicRead(page.at(pageRefcount)) }

// pageCount is page_count, include/linux/page_ref.h, v6.0: that of the folio.
func pageCount(c *sim.CPU, page Page) int32 { return pageRefCount(c, pageFolio(c, page)) }

// setPageCount is set_page_count, include/linux/page_ref.h, v6.0: a plain
// store.
func setPageCount(c *sim.CPU, page Page, v int32) { c.AtomicSet(page.at(pageRefcount), v) }

// getPageUnlessZero is get_page_unless_zero, include/linux/mm.h, v6.0: fully
// ordered on success, not at all on failure.
func getPageUnlessZero(c *sim.CPU, page Page) bool {
	return c.AtomicAddUnless(page.at(pageRefcount), 1, 0)
}

// folioTryGet is folio_try_get, include/linux/page_ref.h, v6.0.
func folioTryGet(c *sim.CPU, folio Page) bool {
	return c.AtomicAddUnless(folio.at(pageRefcount), 1, 0)
}

// folioGetNontailPage is folio_get_nontail_page, include/linux/mm.h, v6.6: the
// folio of the page if it is no tail and has a reference to share, else 0. A
// tail's count is 0.
func folioGetNontailPage(c *sim.CPU, page Page) Page {
	if !getPageUnlessZero(c, page) {
		return 0
	}
	return page
}

// getPage is get_page, include/linux/mm.h, v6.0: no ordering.
func (v60) getPage(mm *MM, c *sim.CPU, page Page) {
	mm.folioGet(c, pageFolio(c, page))
}

// folioGet is folio_get, include/linux/mm.h, v6.0: no ordering.
func (mm *MM) folioGet(c *sim.CPU, folio Page) {
	c.BugOn(pageRefCount(c, folio) <= 0, bugGetUnreferenced)
	c.AtomicInc(folio.at(pageRefcount))
}

// putPageTestzero is put_page_testzero, include/linux/mm.h, v6.0: fully
// ordered.
func putPageTestzero(c *sim.CPU, page Page) bool {
	count := c.AtomicAddReturn(page.at(pageRefcount), -1)
	c.BugOn(count < 0, bugRefcountUnderflow)
	return count == 0
}

// putPage is put_page, include/linux/mm.h, v6.0.
func (v60) putPage(mm *MM, c *sim.CPU, page Page) {
	folio := pageFolio(c, page)
	if putPageTestzero(c, folio) {
		mm.__putPage(c, folio)
	}
}

// __putPage is __put_page, mm/swap.c, v6.0.
func (mm *MM) __putPage(c *sim.CPU, page Page) {
	if mm.pageCompound(c, page) {
		// free_compound_page, the destructor of all compound pages here.
		mm.freeThePage(c, page, mm.compoundOrder(c, page))
	} else {
		mm.freeThePage(c, page, 0)
	}
}

// folioPut is folio_put, include/linux/mm.h, v6.6.
func (mm *MM) folioPut(c *sim.CPU, folio Page) {
	if putPageTestzero(c, folio) {
		mm.__folioPut(c, folio)
	}
}

// __folioPut is __folio_put, mm/swap.c, v6.6.
func (mm *MM) __folioPut(c *sim.CPU, folio Page) {
	mm.freeThePage(c, folio, mm.folioOrder(c, folio))
}
