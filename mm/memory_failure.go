package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Soft offline: a page that had corrected memory errors is migrated, and not
// used any more. That the page is marked and kept is left out: here it is free
// afterwards. So is the offlining of free pages.

const (
	ebusy = 16
	eio   = 5
)

// hwPoisonHandlable is HWPoisonHandlable, mm/memory-failure.c, v6.0, with
// MF_SOFT_OFFLINE: soft offline can migrate movable pages.
func (v60) hwPoisonHandlable(mm *MM, c *sim.CPU, page Page) bool {
	if mm.k.__pageMovable(mm, c, page) {
		return true
	}
	return mm.testPageLru(c, page)
}

// __getHwpoisonPage is __get_hwpoison_page, mm/memory-failure.c, v6.0. It takes
// a reference to the head, and returns whether it could.
func (mm *MM) __getHwpoisonPage(c *sim.CPU, page Page) int {
	head := compoundHead(c, page)

	// Take no reference to a page of a kind that is not supported.
	if !mm.k.hwPoisonHandlable(mm, c, head) {
		return -ebusy
	}
	if getPageUnlessZero(c, head) {
		if head == compoundHead(c, page) {
			return 1
		}
		mm.k.putPage(mm, c, head)
	}
	return 0
}

// getAnyPage is get_any_page, mm/memory-failure.c, v6.0: 1 with a reference to
// the page. The kernel tries up to three times more, each time the same.
func (mm *MM) getAnyPage(c *sim.CPU, page Page) int {
	ret := mm.__getHwpoisonPage(c, page)
	if ret > 0 && !mm.k.hwPoisonHandlable(mm, c, page) {
		// It changed before there was a reference.
		mm.k.putPage(mm, c, page)
		ret = -eio
	}
	return ret
}

// splitHugePageToList is split_huge_page_to_list, mm/huge_memory.c, v6.0, up to
// where it follows mapping to an address_space. No page here has one.
func splitHugePageToList(c *sim.CPU, page Page) int {
	mapping := folioMapping(c, page)
	if mapping == 0 { // truncated
		return -ebusy
	}
	c.Oops(bugSplitMapping, sim.Addr(mapping))
	return 0
}

// tryToSplitThpPage is try_to_split_thp_page, mm/memory-failure.c, v6.0.
func (mm *MM) tryToSplitThpPage(c *sim.CPU, page Page) bool {
	mm.lockPage(c, page)
	ret := splitHugePageToList(c, page)
	mm.unlockPage(c, page)
	if ret != 0 {
		mm.k.putPage(mm, c, page)
	}
	return ret == 0
}

// mfIsolateFolio is isolate_page, mm/memory-failure.c, v6.0, which was renamed to
// mf_isolate_folio. It drops the reference of get_any_page: who isolates has one
// of his own.
func (mm *MM) mfIsolateFolio(c *sim.CPU, page Page, pagelist listHead) bool {
	isolated := mm.k.__pageMovable(mm, c, page) && mm.k.isolateMovablePage(mm, c, page)
	if isolated {
		listAdd(c, pageLru(page), pagelist)
	}
	mm.k.putPage(mm, c, page)
	return isolated
}

// softOfflineInUsePage is soft_offline_in_use_page, mm/memory-failure.c, v6.0,
// of a page that get_any_page has a reference to. It takes a compound page for
// a huge one, and the lock of a page that it believes to be somebody's who
// expects that.
func (mm *MM) softOfflineInUsePage(c *sim.CPU, page Page) {
	pagelist := onStack(c, stackPages)
	initListHead(c, pagelist)

	if mm.pageHead(c, compoundHead(c, page)) { // PageTransHuge
		if !mm.tryToSplitThpPage(c, page) {
			return
		}
	}

	// A file page that is clean could be dropped here.
	mm.lockPage(c, page)
	mm.unlockPage(c, page)

	if mm.mfIsolateFolio(c, page, pagelist) {
		mm.migratePages(c, pagelist)
		mm.putbackMovablePages(c, pagelist)
	}
}

// softOfflinePage is soft_offline_page, mm/memory-failure.c, v6.0.
func (mm *MM) softOfflinePage(c *sim.CPU, page Page) {
	if mm.getAnyPage(c, page) > 0 {
		mm.softOfflineInUsePage(c, page)
	}
}
