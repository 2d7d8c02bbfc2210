package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// v617 has as methods the functions that differ in v6.17. They stand in the
// files named after the kernel's with _v6_17 at the end.
type v617 struct{}

// kernelV617 is v6.17: a page is movable by a flag and its type, which both stay
// until it is freed, and the operations are the type's. Nothing of that is on
// mapping.
func kernelV617() *Kernel {
	return &Kernel{
		Name:                "v6.17",
		Parent:              "v6.14",
		Changes:             "movable pages have a flag and a type that stay until they are freed; the operations come from the type, not from mapping",
		Source:              "isolate_movable_ops_page (v6.17)",
		Also:                []string{bugKpageflags, bugIsolatedAsFree},
		flags:               &pageFlagsV617,
		__pageMovable:       v617{}.pageHasMovableOps,
		isolateMovablePage:  v617{}.isolateMovableOpsPage,
		putbackMovablePage:  v617{}.putbackMovableOpsPage,
		moveToNewPage:       v617{}.migrateMovableOpsPage,
		__setPageMovable:    v617{}.setPageMovableOps,
		__clearPageMovable:  v617{}.__clearPageMovable,
		resetPageType:       v617{}.resetPageType,
		__clearPageZsmalloc: v617{}.__clearPageZsmalloc,
		resetFirstObjOffset: v617{}.resetFirstObjOffset,
		zsPageIsolate:       v617{}.zsPageIsolate,
		zsPageMigrate:       v617{}.zsPageMigrate,
		zsPagePutback:       v617{}.zsPagePutback,
		balloonPageIsolate:  v617{}.balloonPageIsolate,
		balloonPageDelete:   v617{}.balloonPageFinalize,
	}
}

// pageHasMovableOps is page_has_movable_ops, include/linux/page-flags.h, v6.17.
func (v617) pageHasMovableOps(mm *MM, c *sim.CPU, page Page) bool {
	return c.TestBit(mm.k.flags.movableOps, page.at(pageFlags)) && // PageMovableOps
		(mm.pageOffline(c, page) || mm.pageZsmalloc(c, page))
}

// setPageMovableOps is SetPageMovableOps, include/linux/page-flags.h, v6.17:
// atomic. The operations are the page type's.
func (v617) setPageMovableOps(mm *MM, c *sim.CPU, page Page, mops movableOperations) {
	c.SetBit(mm.k.flags.movableOps, page.at(pageFlags))
	mm.setOwner(page, mops)
}

// __clearPageMovable is nothing in v6.17: the flag stays until the page is freed.
func (v617) __clearPageMovable(mm *MM, _ *sim.CPU, page Page) { mm.setOwner(page, 0) }

// resetPageType is what free_pages_prepare, mm/page_alloc.c, v6.17, does to the
// type of a page.
func (v617) resetPageType(c *sim.CPU, page Page) {
	a := page.at(pageType)
	if t := c.ReadOnce32(a); t != pageTypeNone && t>>pageTypeShift >= pageTypeFirst { // page_has_type
		c.WriteOnce32(a, pageTypeNone)
	}
}
