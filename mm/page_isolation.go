package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Page isolation: alloc_contig_range and memory offlining mark pageblocks whose
// pages they want, after a look whether all in them can move. Only the look and
// the mark are here: free pages of a marked block are not set apart.

// The migrate types of a pageblock, in the zone.
const (
	migrateMovable = 0
	migrateIsolate = 1

	pageblockPages = 1 << pageblockOrder
	nrPageblocks   = NrPages / pageblockPages
)

func pageblockType(page Page) sim.Addr {
	return zonePageblocks + 8*sim.Addr(page.index()/pageblockPages)
}

// hasUnmovablePages is has_unmovable_pages, mm/page_isolation.c, v6.0: it returns
// the first page from startPfn up to endPfn that cannot move, or 0. The caller
// has zone->lock.
func (mm *MM) hasUnmovablePages(c *sim.CPU, startPfn, endPfn int) Page {
	for pfn := startPfn; pfn < endPfn; pfn++ {
		page := nthPage(pfn)

		// What is on no LRU list and not movable cannot move. How many pages
		// there are to pass over may be wrong.
		if mm.pageCompound(c, page) {
			head := compoundHead(c, page)
			if !mm.testPageLru(c, head) && !mm.k.__pageMovable(mm, c, head) {
				return page
			}
			if order := mm.compoundOrder(c, head); order <= maxOrder {
				pfn += 1<<order - (page.index() - head.index()) - 1
			}
			continue
		}

		// A page that nobody holds is free, or on its way there, or another CPU
		// is just allocating it: so it was before there were frozen pages.
		if pageRefCount(c, page) == 0 {
			if mm.pageBuddy(c, page) {
				pfn += 1<<buddyOrder(c, page) - 1
			}
			continue
		}

		if mm.k.__pageMovable(mm, c, page) || mm.testPageLru(c, page) {
			continue
		}
		return page
	}
	return 0
}

// setMigratetypeIsolate is set_migratetype_isolate, mm/page_isolation.c, v6.0, of
// the pageblock of page, in which the pages from startPfn to endPfn matter.
func (mm *MM) setMigratetypeIsolate(c *sim.CPU, page Page, startPfn, endPfn int) bool {
	isolated := false
	c.SpinLock(zoneLock)
	if c.ReadOnce(pageblockType(page)) == migrateIsolate {
		goto out // somebody else isolates it
	}
	if mm.hasUnmovablePages(c, startPfn, endPfn) != 0 {
		goto out
	}
	c.WriteOnce(pageblockType(page), migrateIsolate)
	isolated = true
out:
	c.SpinUnlock(zoneLock)
	return isolated
}

// unsetMigratetypeIsolate is unset_migratetype_isolate, mm/page_isolation.c, v6.0.
func (mm *MM) unsetMigratetypeIsolate(c *sim.CPU, page Page) {
	c.SpinLock(zoneLock)
	if c.ReadOnce(pageblockType(page)) == migrateIsolate {
		c.WriteOnce(pageblockType(page), migrateMovable)
	}
	c.SpinUnlock(zoneLock)
}

// startIsolatePageRange is start_isolate_page_range, mm/page_isolation.c, v6.0.
func (mm *MM) startIsolatePageRange(c *sim.CPU, startPfn, endPfn int) bool {
	for pfn := startPfn &^ (pageblockPages - 1); pfn < endPfn; pfn += pageblockPages {
		start, end := max(pfn, startPfn), min(pfn+pageblockPages, endPfn)
		if !mm.setMigratetypeIsolate(c, nthPage(pfn), start, end) {
			mm.undoIsolatePageRange(c, startPfn, pfn)
			return false
		}
	}
	return true
}

// undoIsolatePageRange is undo_isolate_page_range, mm/page_isolation.c, v6.0.
func (mm *MM) undoIsolatePageRange(c *sim.CPU, startPfn, endPfn int) {
	for pfn := startPfn &^ (pageblockPages - 1); pfn < endPfn; pfn += pageblockPages {
		mm.unsetMigratetypeIsolate(c, nthPage(pfn))
	}
}
