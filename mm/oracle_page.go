package mm

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Oracles 3 and 5: reference counts, and the state of pages that are freed and
// allocated. But for the leak these are checks of the kernel's own, of
// CONFIG_DEBUG_VM.
const (
	bugRefcountUnderflow = "put_page: _refcount underflow"
	bugGetUnreferenced   = "get_page: page has no reference"

	bugGetSlabPage   = "get_page: page is a slab's"
	bugBadRefcount   = "bad page state: nonzero _refcount"
	bugBadMapping    = "bad page state: mapping is not NULL"
	bugBadType       = "bad page state: nonzero mapcount or page type"
	bugBadLocked     = "bad page state: PG_locked is set"
	bugBadSlab       = "bad page state: PG_slab is set"
	bugBadFlags      = "bad page state: flags are set"
	bugHasPageType   = "page type: page has a type already"
	bugOtherPageType = "page type: page is of another type"

	bugTailMapping = "bad page state: corrupted mapping in tail page"
	bugTailHead    = "bad page state: compound_head not consistent"

	bugLeak      = "page leak: page not freed at quiescence"
	bugLeakSlab  = "page leak: slab not freed at quiescence"
	bugNotMerged = "page allocator: free blocks not merged at quiescence"
	bugFreeList  = "page allocator: list of free pages broken at quiescence"
	bugPcpCount  = "page allocator: count of a CPU's pages wrong at quiescence"
)

// inUseAndFree returns the titles of what a page that is free and in use at once
// comes to, when its other user lets it go or as the free pages are looked at.
func inUseAndFree() []string {
	return []string{
		bugBadRefcount, bugBadMapping, bugBadType, bugBadLocked, bugBadSlab, bugBadFlags, bugTailMapping, bugTailHead,
		bugFreeList, bugNotMerged, bugPcpCount, "unable to handle access in __list_del_entry",
	}
}

// pageFlagsMask covers all flags; the kernel keeps zone and node above them.
const pageFlagsMask = 1<<26 - 1

// freePageIsBad is free_page_is_bad, mm/page_alloc.c, v6.0.
func (mm *MM) freePageIsBad(c *sim.CPU, page Page) {
	f := mm.k.flags
	mm.pageExpectedState(c, page, 1<<f.locked|1<<f.slab|1<<f.active) // PAGE_FLAGS_CHECK_AT_FREE
}

// checkNewPages is check_new_pages, mm/page_alloc.c, v6.0.
func (mm *MM) checkNewPages(c *sim.CPU, page Page, order uint) {
	for i := Page(0); i < 1<<order; i++ {
		mm.pageExpectedState(c, page+i*sizeofPage, pageFlagsMask)
	}
}

// pageExpectedState is page_expected_state, mm/page_alloc.c, v6.0; where that
// is false the kernel reports a bad page.
func (mm *MM) pageExpectedState(c *sim.CPU, page Page, check uint64) {
	c.BugOn(c.ReadOnce32(page.at(pageType)) != pageTypeNone, bugBadType)
	c.BugOn(c.ReadOnce(page.at(pageMapping)) != 0, bugBadMapping)
	c.BugOn(pageRefCount(c, page) != 0, bugBadRefcount)
	if bad := c.ReadOnce(page.at(pageFlags)) & check; bad != 0 {
		c.BugOn(bad>>mm.k.flags.locked&1 != 0, bugBadLocked)
		c.BugOn(bad>>mm.k.flags.slab&1 != 0, bugBadSlab)
		c.Bug(bugBadFlags, "")
	}
}

// checkPageLeak wants all pages to be free: on a CPU's list, or in blocks that
// are merged as far as they can be.
func (mm *MM) checkPageLeak(c *sim.CPU) {
	free := mm.checkFreeLists(c)
	for i := range NrPages {
		if free>>i&1 != 0 {
			continue
		}
		title := bugLeak
		if mm.shadow.pages[i].slab {
			title = bugLeakSlab
		}
		c.Bug(title, fmt.Sprintf("p%d has _refcount %d", i, int32(mm.m.Peek32(nthPage(i).at(pageRefcount)))))
	}
}

// pageSet has a bit for each page.
type pageSet uint64

// checkFreeLists returns the pages on lists of free pages.
func (mm *MM) checkFreeLists(c *sim.CPU) pageSet {
	var free pageSet
	for cpu := range sim.MaxCPUs {
		pcp := pcpOf(cpu)
		n := mm.checkFreeList(c, pcp.list(), 0, pageTypeNone, &free)
		if n != mm.m.Peek(pcp.count()) {
			c.Bug(bugPcpCount, "")
		}
	}
	for order := range uint(maxOrder + 1) {
		mm.checkFreeList(c, freeList(order), order, mm.k.types.buddy, &free)
	}
	return free
}

// checkFreeList adds the pages of a list of free blocks to the set, and returns
// how many blocks there are.
func (mm *MM) checkFreeList(c *sim.CPU, list listHead, order uint, pageTypeWanted uint32, free *pageSet) uint64 {
	m := mm.m
	n := uint64(0)
	for pos := listHead(m.Peek(list.next())); pos != list; pos = listHead(m.Peek(pos.next())) {
		page := lruPage(pos)
		if !page.isPage() || m.Peek32(page.at(pageType)) != pageTypeWanted {
			c.Bug(bugFreeList, "")
		}
		block := pageSet(1<<(1<<order)-1) << page.index()
		if *free&block != 0 {
			c.Bug(bugFreeList, "")
		}
		*free |= block
		n++
		if pageTypeWanted == pageTypeNone {
			continue
		}
		buddy := buddyOf(page, order)
		if order < maxOrder && m.Peek32(buddy.at(pageType)) == pageTypeWanted && m.Peek(buddy.at(pagePrivate)) == uint64(order) {
			c.Bug(bugNotMerged, "")
		}
	}
	return n
}
