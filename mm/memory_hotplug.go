package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Taking memory offline: offline_pages scans a range for pages that can be
// moved and migrates them, until the scan finds none.

// enoent is what scan_movable_pages answers when it has found nothing.
const enoent = 2

// scanMovablePages is scan_movable_pages, mm/memory_hotplug.c, v6.0, of the
// pages from start up to end. A page that looks movable, to a load that nothing
// keeps true, is a reason to go on with offlining.
func (mm *MM) scanMovablePages(c *sim.CPU, start, end int) (pfn, err int) {
	for pfn = start; pfn < end; pfn++ {
		page := nthPage(pfn)
		if mm.testPageLru(c, page) {
			return pfn, 0
		}
		if mm.k.__pageMovable(mm, c, page) {
			mm.checkScanned(c, page)
			return pfn, 0
		}
		if mm.pageOffline(c, page) && pageCount(c, page) != 0 {
			return pfn, -ebusy
		}
	}
	return end, -enoent
}

// doMigrateRange is do_migrate_range, mm/memory_hotplug.c, v6.0.
func (mm *MM) doMigrateRange(c *sim.CPU, start, end int) {
	source := onStack(c, stackPages)
	initListHead(c, source)
	for pfn := start; pfn < end; pfn++ {
		page := nthPage(pfn)
		if !getPageUnlessZero(c, page) {
			continue
		}
		if mm.k.isolateMovablePage(mm, c, page) {
			listAddTail(c, pageLru(page), source)
		}
		mm.k.putPage(mm, c, page)
	}
	if !listEmpty(c, source) {
		mm.migratePages(c, source)
		mm.putbackMovablePages(c, source)
	}
}
