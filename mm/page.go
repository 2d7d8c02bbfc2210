package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Page is the address of a struct page. A folio is the Page of its head.
type Page sim.Addr

// Fields of struct page on x86-64, bytes from its start. The word at 48 is two
// variables; the others are 64 bits.
const (
	pageFlags    = 0
	pageLruNext  = 8
	pageLruPrev  = 16
	pageMapping  = 24
	pageIndex    = 32
	pagePrivate  = 40
	pageType     = 48 // _mapcount or page_type
	pageRefcount = 52

	pageCompoundHead = 8
	// In the first tail page: compound_dtor and compound_order in the low
	// bytes of one word, compound_mapcount above; then compound_pincount and
	// compound_nr.
	pageCompoundOrder = 16
	pageCompoundNr    = 24
)

const sizeofPage = 64

func (p Page) at(offset sim.Addr) sim.Addr { return sim.Addr(p) + offset }

// pageFlagBits are the bit numbers of page->flags in one kernel.
type pageFlagBits struct {
	locked, referenced, lru, active, slab, private, head, unevictable uint

	isolated   uint // PG_reclaim
	movableOps uint // PG_uptodate, from v6.17 on
}

// pageFlagsV60 are those of v6.0 to v6.2.
var pageFlagsV60 = pageFlagBits{
	locked: 0, referenced: 1, lru: 4, active: 5, slab: 9, private: 13, head: 16, unevictable: 20, isolated: 18,
	movableOps: noPageFlag,
}

// pageFlagsV68 are those of v6.8.
var pageFlagsV68 = pageFlagBits{
	locked: 0, referenced: 2, lru: 5, active: 8, slab: 11, private: 15, head: 6, unevictable: 20, isolated: 18,
	movableOps: noPageFlag,
}

// pageFlagsV612 are those of v6.12 to v6.16. Slabs have a page type instead.
var pageFlagsV612 = pageFlagBits{
	locked: 0, referenced: 2, lru: 5, active: 8, slab: noPageFlag, private: 14, head: 6, unevictable: 18, isolated: 16,
	movableOps: noPageFlag,
}

// pageFlagsV617 are those of v6.17.
var pageFlagsV617 = pageFlagBits{
	locked: 0, referenced: 2, lru: 5, active: 8, slab: noPageFlag, private: 14, head: 6, unevictable: 18, isolated: 16,
	movableOps: 3,
}

// noPageFlag is the number of a bit of flags that is never set.
const noPageFlag = 63

// The low two bits of page->mapping.
const (
	pageMappingAnon    = 1
	pageMappingMovable = 2
	pageMappingKsm     = pageMappingAnon | pageMappingMovable
	pageMappingFlags   = pageMappingAnon | pageMappingMovable
)

const compoundPageDtor = 1 // COMPOUND_PAGE_DTOR

// compoundHead is _compound_head, include/linux/page-flags.h, v6.0.
func compoundHead(c *sim.CPU, page Page) Page {
	head := c.ReadOnce(page.at(pageCompoundHead))
	if head&1 != 0 {
		return Page(head - 1)
	}
	return page
}

// pageFolio is page_folio, include/linux/page-flags.h, v6.0.
func pageFolio(c *sim.CPU, page Page) Page { return compoundHead(c, page) }

// pageTail is PageTail, include/linux/page-flags.h, v6.0.
func pageTail(c *sim.CPU, page Page) bool {
	return c.ReadOnce(page.at(pageCompoundHead))&1 != 0
}

// pageHead is PageHead, include/linux/page-flags.h, v6.0.
func (mm *MM) pageHead(c *sim.CPU, page Page) bool {
	return c.TestBit(mm.k.flags.head, page.at(pageFlags))
}

// pageCompound is PageCompound, include/linux/page-flags.h, v6.0.
func (mm *MM) pageCompound(c *sim.CPU, page Page) bool {
	return mm.pageHead(c, page) || pageTail(c, page)
}

// folioTestSlab is folio_test_slab, include/linux/page-flags.h, v6.0.
func (v60) folioTestSlab(mm *MM, c *sim.CPU, folio Page) bool {
	return c.TestBit(mm.k.flags.slab, folio.at(pageFlags))
}

// __folioSetSlab is __folio_set_slab, include/linux/page-flags.h, v6.0: not
// atomic.
func (v60) __folioSetSlab(mm *MM, c *sim.CPU, folio Page) {
	mm.__setBit(c, mm.k.flags.slab, folio)
	mm.shadow.page(folio).slab = true
}

// __folioClearSlab is __folio_clear_slab, include/linux/page-flags.h, v6.0:
// not atomic.
func (v60) __folioClearSlab(mm *MM, c *sim.CPU, folio Page) {
	mm.shadow.page(folio).slab = false
	mm.__clearBit(c, mm.k.flags.slab, folio)
}

// pageSlab is PageSlab, include/linux/page-flags.h, v6.0. For a tail page it
// is the head's.
func (mm *MM) pageSlab(c *sim.CPU, page Page) bool {
	return mm.k.folioTestSlab(mm, c, compoundHead(c, page))
}

// pageIsolated is PageIsolated, include/linux/page-flags.h, v6.0.
func (mm *MM) pageIsolated(c *sim.CPU, page Page) bool {
	return c.TestBit(mm.k.flags.isolated, page.at(pageFlags))
}

// setPageIsolated is SetPageIsolated, include/linux/page-flags.h, v6.0.
func (mm *MM) setPageIsolated(c *sim.CPU, page Page) {
	c.SetBit(mm.k.flags.isolated, page.at(pageFlags))
}

// clearPageIsolated is ClearPageIsolated, include/linux/page-flags.h, v6.0.
func (mm *MM) clearPageIsolated(c *sim.CPU, page Page) {
	c.ClearBit(mm.k.flags.isolated, page.at(pageFlags))
}

// __pageMovable is __PageMovable, include/linux/page-flags.h, v6.0.
func (v60) __pageMovable(_ *MM, c *sim.CPU, page Page) bool {
	return c.ReadOnce(page.at(pageMapping))&pageMappingFlags == pageMappingMovable
}

// __folioTestMovable is __folio_test_movable, include/linux/page-flags.h, v6.0:
// __PageMovable of the head page.
func (mm *MM) __folioTestMovable(c *sim.CPU, folio Page) bool {
	return mm.k.__pageMovable(mm, c, folio)
}

// compoundOrder is compound_order, include/linux/mm.h, v6.0.
func (mm *MM) compoundOrder(c *sim.CPU, page Page) uint {
	if !mm.pageHead(c, page) {
		return 0
	}
	return uint(c.ReadOnce((page + sizeofPage).at(pageCompoundOrder))) >> 8 & 0xff
}

// folioOrder is folio_order, include/linux/mm.h, v6.0.
func (mm *MM) folioOrder(c *sim.CPU, folio Page) uint { return mm.compoundOrder(c, folio) }

// folioTrylock is folio_trylock, include/linux/pagemap.h, v6.0: acquire when it
// gets the lock.
func (mm *MM) folioTrylock(c *sim.CPU, folio Page) bool {
	if c.TestAndSetBitLock(mm.k.flags.locked, folio.at(pageFlags)) {
		return false
	}
	mm.checkTrylock(c, folio)
	return true
}

// trylockPage is trylock_page, include/linux/pagemap.h, v6.0.
func (mm *MM) trylockPage(c *sim.CPU, page Page) bool {
	return mm.folioTrylock(c, pageFolio(c, page))
}

// lockPage is lock_page, include/linux/pagemap.h, v6.0.
func (mm *MM) lockPage(c *sim.CPU, page Page) {
	folio := pageFolio(c, page)
	for !mm.folioTrylock(c, folio) {
		c.WaitOnBit(mm.k.flags.locked, folio.at(pageFlags))
	}
}

// folioUnlock is folio_unlock, mm/filemap.c, v6.0: release.
func (mm *MM) folioUnlock(c *sim.CPU, folio Page) {
	locked := c.TestBit(mm.k.flags.locked, folio.at(pageFlags))
	c.BugOn(!locked, bugUnlockUnlocked)
	c.ClearBitUnlock(mm.k.flags.locked, folio.at(pageFlags))
	mm.noteUnlock(folio)
}

// unlockPage is unlock_page, mm/folio-compat.c, v6.0.
func (mm *MM) unlockPage(c *sim.CPU, page Page) { mm.folioUnlock(c, pageFolio(c, page)) }

// __setBit is __set_bit of a bit of page->flags: a load and a store, which
// wipe what others did to the word in between.
func (mm *MM) __setBit(c *sim.CPU, nr uint, page Page) {
	c.SetBitNonAtomic(nr, page.at(pageFlags))
	mm.checkFlagsLost(c, page)
}

// __clearBit is __clear_bit of a bit of page->flags.
func (mm *MM) __clearBit(c *sim.CPU, nr uint, page Page) {
	c.ClearBitNonAtomic(nr, page.at(pageFlags))
	mm.checkFlagsLost(c, page)
}
