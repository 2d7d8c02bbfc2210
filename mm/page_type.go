package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Page types: what a page is that no user space maps stands in place of its
// mapcount. PAGE_TYPE_OPS of include/linux/page-flags.h has for each type a
// test, a set and a clear, none of them atomic: a page has one owner.

// pageTypes are the page types of one kernel.
type pageTypes struct {
	// page_type of a page of each type, 0 if the kernel has no such type.
	buddy, offline, slab, zsmalloc uint32

	// The three of PAGE_TYPE_OPS. They are exported as the helpers that are no
	// kernel functions are, so that traces name the function they stand in.
	test       func(c *sim.CPU, page Page, typ uint32) bool
	set, clear func(c *sim.CPU, page Page, typ uint32)
}

const pageTypeNone = ^uint32(0) // _mapcount of -1

// pageTypesV60 are those of v6.0 to v6.9: the bits of a type are clear.
var pageTypesV60 = pageTypes{
	buddy:   pageTypeNone &^ 0x80,
	offline: pageTypeNone &^ 0x100,
	test:    v60{}.TestPageType,
	set:     v60{}.SetPageType,
	clear:   v60{}.ClearPageType,
}

// pageTypesV612 are those of v6.12 to v6.17: the type is the top byte, and what
// is below may be the owner's.
var pageTypesV612 = pageTypes{
	buddy:    0xf0 << pageTypeShift,
	offline:  0xf1 << pageTypeShift,
	slab:     0xf5 << pageTypeShift,
	zsmalloc: 0xf6 << pageTypeShift,
	test:     v610{}.TestPageType,
	set:      v610{}.SetPageType,
	clear:    v610{}.ClearPageType,
}

const (
	pageTypeShift = 24
	pageTypeFirst = 0xf0 // the lowest type; a mapcount is below
)

// TestPageType is PageType, include/linux/page-flags.h, v6.0.
func (v60) TestPageType(c *sim.CPU, page Page, typ uint32) bool {
	const pageTypeBase = 0xf0000000
	return c.ReadOnce32(page.at(pageType))&(pageTypeBase|^typ) == pageTypeBase
}

// SetPageType is __SetPage##uname, include/linux/page-flags.h, v6.0.
func (v60) SetPageType(c *sim.CPU, page Page, typ uint32) {
	a := page.at(pageType)
	c.WriteOnce32(a, c.ReadOnce32(a)&typ)
}

// ClearPageType is __ClearPage##uname, include/linux/page-flags.h, v6.0.
func (v60) ClearPageType(c *sim.CPU, page Page, typ uint32) {
	a := page.at(pageType)
	c.WriteOnce32(a, c.ReadOnce32(a)|^typ)
}

// TestPageType is Page##uname, include/linux/page-flags.h, v6.12.
func (v610) TestPageType(c *sim.CPU, page Page, typ uint32) bool {
	return c.ReadOnce32(page.at(pageType))>>pageTypeShift == typ>>pageTypeShift
}

// SetPageType is __SetPage##uname, include/linux/page-flags.h, v6.12
// (4ffca5a96678).
func (v610) SetPageType(c *sim.CPU, page Page, typ uint32) {
	a := page.at(pageType)
	c.BugOn(c.ReadOnce32(a) != pageTypeNone, bugHasPageType)
	c.WriteOnce32(a, typ)
}

// ClearPageType is __ClearPage##uname, include/linux/page-flags.h, v6.12
// (4ffca5a96678).
func (v610) ClearPageType(c *sim.CPU, page Page, typ uint32) {
	a := page.at(pageType)
	c.BugOn(c.ReadOnce32(a)>>pageTypeShift != typ>>pageTypeShift, bugOtherPageType)
	c.WriteOnce32(a, pageTypeNone)
}

// pageBuddy is PageBuddy, include/linux/page-flags.h, v6.0.
func (mm *MM) pageBuddy(c *sim.CPU, page Page) bool {
	return mm.k.types.test(c, page, mm.k.types.buddy)
}

// __setPageBuddy is __SetPageBuddy, include/linux/page-flags.h, v6.0.
func (mm *MM) __setPageBuddy(c *sim.CPU, page Page) { mm.k.types.set(c, page, mm.k.types.buddy) }

// __clearPageBuddy is __ClearPageBuddy, include/linux/page-flags.h, v6.0.
func (mm *MM) __clearPageBuddy(c *sim.CPU, page Page) { mm.k.types.clear(c, page, mm.k.types.buddy) }

// resetPageType is nothing in v6.0: who gives a page a type takes it away.
func (v60) resetPageType(*sim.CPU, Page) {}

// __setPageOffline is __SetPageOffline, include/linux/page-flags.h, v6.0.
func (mm *MM) __setPageOffline(c *sim.CPU, page Page) { mm.k.types.set(c, page, mm.k.types.offline) }

// __clearPageOffline is __ClearPageOffline, include/linux/page-flags.h, v6.0.
func (mm *MM) __clearPageOffline(c *sim.CPU, page Page) {
	mm.k.types.clear(c, page, mm.k.types.offline)
}

// pageOffline is PageOffline, include/linux/page-flags.h, v6.0.
func (mm *MM) pageOffline(c *sim.CPU, page Page) bool {
	return mm.k.types.test(c, page, mm.k.types.offline)
}

// pageZsmalloc is PageZsmalloc, include/linux/page-flags.h, v6.12.
func (mm *MM) pageZsmalloc(c *sim.CPU, page Page) bool {
	return mm.k.types.test(c, page, mm.k.types.zsmalloc)
}

// folioTestSlab is folio_test_slab, include/linux/page-flags.h, v6.10
// (46df8e73a4a3).
func (v610) folioTestSlab(mm *MM, c *sim.CPU, folio Page) bool {
	return mm.k.types.test(c, folio, mm.k.types.slab)
}

// __folioSetSlab is __folio_set_slab, include/linux/page-flags.h, v6.10
// (46df8e73a4a3).
func (v610) __folioSetSlab(mm *MM, c *sim.CPU, folio Page) {
	mm.k.types.set(c, folio, mm.k.types.slab)
	mm.shadow.page(folio).slab = true
}

// __folioClearSlab is __folio_clear_slab, include/linux/page-flags.h, v6.10
// (46df8e73a4a3).
func (v610) __folioClearSlab(mm *MM, c *sim.CPU, folio Page) {
	mm.shadow.page(folio).slab = false
	mm.k.types.clear(c, folio, mm.k.types.slab)
}
