package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// struct compact_control, as far as it is in memory: a CPU has one on its
// stack. Pages on migratepages are this CPU's to put back or to migrate.
const (
	ccMigratepages = 0 // struct list_head
)

// compactControl is the address of a struct compact_control.
type compactControl sim.Addr

// migratepages is the list of pages that this CPU has isolated.
func (cc compactControl) migratepages() listHead { return listHead(cc) + ccMigratepages }

// pageMovableOps is page_movable_ops, include/linux/migrate.h, v6.0: one load
// of mapping.
func pageMovableOps(c *sim.CPU, page Page) movableOperations {
	return movableOperations(c.ReadOnce(page.at(pageMapping)) - pageMappingMovable)
}

// pageMovable is PageMovable, mm/compaction.c, v6.0: what is true only of a
// page that its owner has not given up. The caller has the page lock.
func (mm *MM) pageMovable(c *sim.CPU, page Page) bool {
	if !mm.k.__pageMovable(mm, c, page) {
		return false
	}
	return pageMovableOps(c, page) != 0
}

// testPageLru is PageLRU, include/linux/page-flags.h, v6.0. No page of this
// model is on an LRU list, but looking is a load of flags, and of compound_head.
func (mm *MM) testPageLru(c *sim.CPU, page Page) bool {
	return c.TestBit(mm.k.flags.lru, compoundHead(c, page).at(pageFlags))
}

// __setPageMovable is __SetPageMovable, mm/compaction.c, v6.0. The caller has
// the page lock.
func (v60) __setPageMovable(mm *MM, c *sim.CPU, page Page, mops movableOperations) {
	c.WriteOnce(page.at(pageMapping), uint64(mops)|pageMappingMovable)
	mm.setOwner(page, mops)
}

// __clearPageMovable is __ClearPageMovable, mm/compaction.c, v6.0. The type
// stays, so that a CPU that isolated the page sees where it came from. The
// caller has the page lock.
func (v60) __clearPageMovable(mm *MM, c *sim.CPU, page Page) {
	mm.setOwner(page, 0)
	c.WriteOnce(page.at(pageMapping), pageMappingMovable)
}

// skipIsolationOnOrder says which compound pages v6.0 passes over: all.
func (v60) skipIsolationOnOrder(uint) bool { return true }

// skipIsolationOnOrder is skip_isolation_on_order, mm/compaction.c, v6.10, of
// compaction for /proc/sys/vm/compact_memory, which is for no order in
// particular.
func (v610) skipIsolationOnOrder(order uint) bool { return order >= pageblockOrder }

// isolateMigratepagesBlock is isolate_migratepages_block, mm/compaction.c,
// v6.0, of the pages from lowPfn up to endPfn. What is not movable fails. What
// it isolates goes on the CPU's list of pages to migrate.
func (mm *MM) isolateMigratepagesBlock(c *sim.CPU, lowPfn, endPfn int, allocContig bool) {
	cc := stackCc(c)
	for ; lowPfn < endPfn; lowPfn++ {
		page := nthPage(lowPfn)

		// Skip if free. The order is read without the zone lock and may be
		// wrong; then something is passed over or looked at in vain.
		if mm.pageBuddy(c, page) {
			freepageOrder := c.ReadOnce(page.at(pagePrivate)) // buddy_order_unsafe
			if freepageOrder > 0 && freepageOrder <= maxOrder {
				lowPfn += 1<<freepageOrder - 1
			}
			continue
		}

		// Compound pages are passed over as a whole, but for
		// alloc_contig_range. Their order may be wrong as well.
		if mm.pageCompound(c, page) && !allocContig {
			order := mm.compoundOrder(c, page)
			if mm.k.skipIsolationOnOrder(order) {
				if order <= maxOrder {
					lowPfn += 1<<order - 1
				}
				continue
			}
		}

		if mm.testPageLru(c, page) || !mm.k.__pageMovable(mm, c, page) || mm.pageIsolated(c, page) {
			continue
		}
		if !mm.k.isolateMovablePage(mm, c, page) {
			continue
		}
		listAdd(c, pageLru(page), cc.migratepages())
	}
}
