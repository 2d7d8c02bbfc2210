package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Frozen pages: pages in use whose reference count is 0, so that nobody can take
// a reference to one by its frame number. Who has allocated such a page frees
// it. From v6.14 on slabs are made of them.

// allocFrozenPages is __alloc_frozen_pages, mm/page_alloc.c, v6.14.
func (mm *MM) allocFrozenPages(c *sim.CPU, order uint, flags gfp) Page {
	page := mm.getPageFromFreelist(c, order)
	if page == 0 {
		return 0
	}
	// prep_new_page, post_alloc_hook
	c.WriteOnce(page.at(pagePrivate), 0)
	if order != 0 && flags&gfpComp != 0 {
		mm.prepCompoundPage(c, page, order)
	}
	clearPagePfmemalloc(c, page)
	return page
}

// freeFrozenPages is free_frozen_pages, mm/page_alloc.c, v6.14.
func (mm *MM) freeFrozenPages(c *sim.CPU, page Page, order uint) { mm.freeThePage(c, page, order) }

// __allocPages is __alloc_pages, mm/page_alloc.c, v6.14.
func (v614) __allocPages(mm *MM, c *sim.CPU, order uint, flags gfp) Page {
	page := mm.allocFrozenPages(c, order, flags)
	if page != 0 {
		setPageCount(c, page, 1) // set_page_refcounted
	}
	return page
}

// getPage is get_page, include/linux/mm.h, v6.14 (b9c0e49abfca).
func (v614) getPage(mm *MM, c *sim.CPU, page Page) {
	folio := pageFolio(c, page)
	if c.WarnOn(mm.k.folioTestSlab(mm, c, folio), bugGetSlabPage) {
		return
	}
	mm.folioGet(c, folio)
}

// putPage is put_page, include/linux/mm.h, v6.14 (b9c0e49abfca).
func (v614) putPage(mm *MM, c *sim.CPU, page Page) {
	folio := pageFolio(c, page)
	if mm.k.folioTestSlab(mm, c, folio) {
		return
	}
	mm.folioPut(c, folio)
}
