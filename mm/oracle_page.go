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

	bugBadRefcount = "bad page state: nonzero _refcount"
	bugBadMapping  = "bad page state: mapping is not NULL"
	bugBadType     = "bad page state: nonzero mapcount or page type"
	bugBadLocked   = "bad page state: PG_locked is set"
	bugBadSlab     = "bad page state: PG_slab is set"
	bugBadFlags    = "bad page state: flags are set"
	bugTailMapping = "bad page state: corrupted mapping in tail page"
	bugTailHead    = "bad page state: compound_head not consistent"

	bugLeak        = "page leak: page not freed at quiescence"
	bugLeakSlab    = "page leak: slab not freed at quiescence"
	bugNotMerged   = "page allocator: free pages not merged at quiescence"
	bugBuddyNoFree = "page allocator: free page is on no free list"
)

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

// checkPageLeak wants all pages to be one free block again.
func (mm *MM) checkPageLeak(c *sim.CPU) {
	m := mm.m
	for i := 0; i < NrPages; {
		page := nthPage(i)
		if m.Peek32(page.at(pageType)) != pageTypeNone&^pageTypeBuddy {
			title := bugLeak
			if mm.shadow.page(page).slab {
				title = bugLeakSlab
			}
			c.Bug(title, fmt.Sprintf("p%d has _refcount %d", i, int32(m.Peek32(page.at(pageRefcount)))))
		}
		i += 1 << m.Peek(page.at(pagePrivate))
	}
	list := freeList(maxOrder)
	if m.Peek(nthPage(0).at(pagePrivate)) != maxOrder {
		c.Bug(bugNotMerged, "")
	}
	if m.Peek(list.next()) != uint64(pageLru(nthPage(0))) || m.Peek(list.prev()) != uint64(pageLru(nthPage(0))) {
		c.Bug(bugBuddyNoFree, "")
	}
}
