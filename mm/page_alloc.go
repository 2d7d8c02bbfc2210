package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// The buddy allocator: one zone, one migrate type.

// gfp flags of allocPages.
type gfp uint8

const gfpComp gfp = 1 // __GFP_COMP

func freeList(order uint) listHead { return listHead(zoneFreeArea) + 16*listHead(order) }

// buddyOrder is buddy_order, mm/internal.h, v6.0: only under zone->lock.
func buddyOrder(c *sim.CPU, page Page) uint { return uint(c.ReadOnce(page.at(pagePrivate))) }

// setBuddyOrder is set_buddy_order, mm/page_alloc.c, v6.0.
func (mm *MM) setBuddyOrder(c *sim.CPU, page Page, order uint) {
	c.WriteOnce(page.at(pagePrivate), uint64(order))
	mm.__setPageBuddy(c, page)
}

// delPageFromFreeList is del_page_from_free_list, mm/page_alloc.c, v6.0.
func (mm *MM) delPageFromFreeList(c *sim.CPU, page Page) {
	mm.listDel(c, pageLru(page))
	mm.__clearPageBuddy(c, page)
	c.WriteOnce(page.at(pagePrivate), 0)
}

// allocPages is alloc_pages, mm/mempolicy.c, v6.0; 0 if there is no page.
func (mm *MM) allocPages(c *sim.CPU, order uint, flags gfp) Page {
	return mm.k.__allocPages(mm, c, order, flags)
}

// __allocPages is __alloc_pages, mm/page_alloc.c, v6.0.
func (v60) __allocPages(mm *MM, c *sim.CPU, order uint, flags gfp) Page {
	page := mm.getPageFromFreelist(c, order)
	if page != 0 {
		mm.prepNewPage(c, page, order, flags)
	}
	return page
}

// getPageFromFreelist is get_page_from_freelist, mm/page_alloc.c, v6.0, but for
// preparing the page. Before it gives up it does what direct reclaim ends with.
func (mm *MM) getPageFromFreelist(c *sim.CPU, order uint) Page {
	page := mm.rmqueue(c, order)
	if page == 0 {
		mm.drainAllPages(c)
		page = mm.rmqueue(c, order)
	}
	return page
}

// rmqueue is rmqueue, mm/page_alloc.c, v6.0.
func (mm *MM) rmqueue(c *sim.CPU, order uint) Page {
	if order == 0 {
		if page := mm.rmqueuePcplist(c); page != 0 {
			return page
		}
	}
	return mm.rmqueueBuddy(c, order)
}

// rmqueueBuddy is rmqueue_buddy, mm/page_alloc.c, v6.0.
func (mm *MM) rmqueueBuddy(c *sim.CPU, order uint) Page {
	c.SpinLock(zoneLock)
	page := mm.__rmqueueSmallest(c, order)
	c.SpinUnlock(zoneLock)
	if page != 0 {
		mm.checkNewPages(c, page, order)
	}
	return page
}

// __rmqueueSmallest is __rmqueue_smallest, mm/page_alloc.c, v6.0.
func (mm *MM) __rmqueueSmallest(c *sim.CPU, order uint) Page {
	for current := order; current <= maxOrder; current++ {
		area := freeList(current)
		first := listHead(c.ReadOnce(area.next()))
		if first == area {
			continue
		}
		page := lruPage(first)
		mm.delPageFromFreeList(c, page)
		mm.expand(c, page, order, current)
		return page
	}
	return 0
}

// expand is expand, mm/page_alloc.c, v6.0: it gives the upper halves back.
func (mm *MM) expand(c *sim.CPU, page Page, low, high uint) {
	for high > low {
		high--
		buddy := page + sizeofPage<<high
		listAdd(c, pageLru(buddy), freeList(high))
		mm.setBuddyOrder(c, buddy, high)
	}
}

// prepNewPage is prep_new_page and post_alloc_hook, mm/page_alloc.c, v6.0. The
// reference count is set with a plain store.
func (mm *MM) prepNewPage(c *sim.CPU, page Page, order uint, flags gfp) {
	c.WriteOnce(page.at(pagePrivate), 0)
	setPageCount(c, page, 1) // set_page_refcounted
	if order != 0 && flags&gfpComp != 0 {
		mm.prepCompoundPage(c, page, order)
	}
	clearPagePfmemalloc(c, page)
}

// prepCompoundPage is prep_compound_page, mm/page_alloc.c, v6.0.
func (mm *MM) prepCompoundPage(c *sim.CPU, page Page, order uint) {
	mm.__setBit(c, mm.k.flags.head, page)
	for i := Page(1); i < 1<<order; i++ {
		// prep_compound_tail
		p := page + i*sizeofPage
		c.WriteOnce(p.at(pageMapping), mm.tailMapping())
		c.WriteOnce(p.at(pageCompoundHead), uint64(page)|1)
		c.WriteOnce(p.at(pagePrivate), 0)
	}
	// prep_compound_head. The counts start at -1 (mapcount) and 0 (pincount).
	tail := page + sizeofPage
	c.WriteOnce(tail.at(pageCompoundOrder), 0xffffffff<<32|uint64(order)<<8|compoundPageDtor)
	nr := uint64(1) << order
	if !mm.target.bigEndian {
		nr <<= 32
	}
	c.WriteOnce(tail.at(pageCompoundNr), nr)
}

// pageIsPfmemalloc is page_is_pfmemalloc, include/linux/mm.h, v6.0.
func pageIsPfmemalloc(c *sim.CPU, page Page) bool {
	return c.ReadOnce(page.at(pageLruNext))&2 != 0
}

// clearPagePfmemalloc is clear_page_pfmemalloc, include/linux/mm.h, v6.0. No
// allocation here dips into the reserves.
func clearPagePfmemalloc(c *sim.CPU, page Page) { c.WriteOnce(page.at(pageLruNext), 0) }

// __freePages is __free_pages, mm/page_alloc.c, v6.2 (462a8e08e0e6). What v6.0
// did is in patch_racy_free_pages.go.
func (v60) __freePages(mm *MM, c *sim.CPU, page Page, order uint) {
	// Without our reference the page may be freed, and is no head any more.
	head := mm.pageHead(c, page)

	if putPageTestzero(c, page) {
		mm.freeThePage(c, page, order)
	} else if !head {
		for order > 0 {
			order--
			mm.freeThePage(c, page+sizeofPage<<order, order)
		}
	}
}

// freeThePage is free_the_page, mm/page_alloc.c, v6.0.
func (mm *MM) freeThePage(c *sim.CPU, page Page, order uint) {
	if order == 0 {
		mm.freeUnrefPage(c, page)
		return
	}
	// __free_pages_ok
	mm.freePagesPrepare(c, page, order)
	mm.freeOnePage(c, page, order)
}

// freeOnePage is free_one_page, mm/page_alloc.c, v6.0.
func (mm *MM) freeOnePage(c *sim.CPU, page Page, order uint) {
	c.SpinLock(zoneLock)
	mm.__freeOnePage(c, page, order)
	c.SpinUnlock(zoneLock)
}

// freePagesPrepare is free_pages_prepare, mm/page_alloc.c, v6.0.
func (mm *MM) freePagesPrepare(c *sim.CPU, page Page, order uint) {
	if order != 0 {
		compound := mm.pageCompound(c, page)
		for i := Page(1); i < 1<<order; i++ {
			p := page + i*sizeofPage
			if compound {
				mm.freeTailPagesCheck(c, page, p)
			}
			mm.freePageIsBad(c, p)
			c.WriteOnce(p.at(pageFlags), c.ReadOnce(p.at(pageFlags))&^pageFlagsMask)
			mm.checkFlagsLost(c, p)
		}
	}
	mapping := page.at(pageMapping)
	if c.ReadOnce(mapping)&pageMappingFlags != 0 { // PageMappingFlags
		c.WriteOnce(mapping, 0)
	}
	mm.k.resetPageType(c, page)
	mm.freePageIsBad(c, page)
	// PAGE_FLAGS_CHECK_AT_PREP: all flags, not atomically.
	c.WriteOnce(page.at(pageFlags), c.ReadOnce(page.at(pageFlags))&^pageFlagsMask)
	mm.checkFlagsLost(c, page)
}

// freeTailPagesCheck is free_tail_pages_check, mm/page_alloc.c, v6.0, with
// CONFIG_DEBUG_VM.
func (mm *MM) freeTailPagesCheck(c *sim.CPU, head, page Page) {
	if page-head > 2*sizeofPage {
		c.BugOn(c.ReadOnce(page.at(pageMapping)) != mm.tailMapping(), bugTailMapping)
	}
	c.BugOn(c.ReadOnce(page.at(pageCompoundHead)) != uint64(head)|1, bugTailHead)
	c.WriteOnce(page.at(pageMapping), 0)
	c.WriteOnce(page.at(pageCompoundHead), 0) // clear_compound_head
}

// __freeOnePage is __free_one_page, mm/page_alloc.c, v6.0.
func (mm *MM) __freeOnePage(c *sim.CPU, page Page, order uint) {
	for order < maxOrder {
		buddy := buddyOf(page, order)
		if !mm.pageIsBuddy(c, buddy, order) {
			break
		}
		mm.delPageFromFreeList(c, buddy)
		page = min(page, buddy)
		order++
	}
	mm.setBuddyOrder(c, page, order)
	listAdd(c, pageLru(page), freeList(order))
}

// buddyOf is find_buddy_page_pfn's arithmetic: the other half of the block of
// the next order.
func buddyOf(page Page, order uint) Page { return nthPage(page.index() ^ 1<<order) }

// pageIsBuddy is page_is_buddy, mm/page_alloc.c, v6.0.
func (mm *MM) pageIsBuddy(c *sim.CPU, buddy Page, order uint) bool {
	return mm.pageBuddy(c, buddy) && buddyOrder(c, buddy) == order
}
