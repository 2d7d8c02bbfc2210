package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Each CPU keeps pages of order 0 on a list of its own, so that most
// allocations and frees meet no other CPU. In v6.0 the lists have locks, which
// are only tried; who does not get the lock, or a page, goes to the buddy
// allocator. Larger orders always do.

// perCPUPages is the address of a CPU's struct per_cpu_pages: lock, count, list
// head.
type perCPUPages sim.Addr

const sizeofPerCPUPages = 32

func pcpOf(cpu int) perCPUPages { return perCPUPages(pcpBase) + perCPUPages(cpu)*sizeofPerCPUPages }

func (p perCPUPages) lock() sim.Addr  { return sim.Addr(p) }
func (p perCPUPages) count() sim.Addr { return sim.Addr(p) + 8 }
func (p perCPUPages) list() listHead  { return listHead(p) + 16 }

// The kernel's high and batch come from the size of the zone; these suit its
// few pages.
const (
	pcpHigh  = 6
	pcpBatch = 2
	// At boot the first CPUs have that many pages each.
	pcpBoot     = 4
	pcpBootCPUs = 2
)

// rmqueuePcplist is rmqueue_pcplist, mm/page_alloc.c, v6.0.
func (mm *MM) rmqueuePcplist(c *sim.CPU) Page {
	pcp := pcpOf(c.ID())
	if !c.SpinTrylock(pcp.lock()) {
		return 0
	}
	page := mm.__rmqueuePcplist(c, pcp)
	c.SpinUnlock(pcp.lock())
	return page
}

// __rmqueuePcplist is __rmqueue_pcplist, mm/page_alloc.c, v6.0.
func (mm *MM) __rmqueuePcplist(c *sim.CPU, pcp perCPUPages) Page {
	first := listHead(c.ReadOnce(pcp.list().next()))
	if first == pcp.list() {
		alloced := mm.rmqueueBulk(c, pcp.list())
		c.WriteOnce(pcp.count(), c.ReadOnce(pcp.count())+alloced)
		if alloced == 0 {
			return 0
		}
		first = listHead(c.ReadOnce(pcp.list().next()))
	}
	page := lruPage(first)
	mm.listDel(c, first)
	c.WriteOnce(pcp.count(), c.ReadOnce(pcp.count())-1)
	mm.checkNewPages(c, page, 0)
	return page
}

// rmqueueBulk is rmqueue_bulk, mm/page_alloc.c, v6.0. It returns how many pages
// it got.
func (mm *MM) rmqueueBulk(c *sim.CPU, list listHead) uint64 {
	allocated := uint64(0)
	c.SpinLock(zoneLock)
	for range pcpBatch {
		page := mm.__rmqueueSmallest(c, 0)
		if page == 0 {
			break
		}
		listAddTail(c, pageLru(page), list)
		allocated++
	}
	c.SpinUnlock(zoneLock)
	return allocated
}

// freeUnrefPage is free_unref_page, mm/page_alloc.c, v6.0.
func (mm *MM) freeUnrefPage(c *sim.CPU, page Page) {
	mm.freePagesPrepare(c, page, 0)
	pcp := pcpOf(c.ID())
	if c.SpinTrylock(pcp.lock()) {
		mm.freeUnrefPageCommit(c, pcp, page)
		c.SpinUnlock(pcp.lock())
	} else {
		mm.freeOnePage(c, page, 0)
	}
}

// freeUnrefPageCommit is free_unref_page_commit, mm/page_alloc.c, v6.0.
func (mm *MM) freeUnrefPageCommit(c *sim.CPU, pcp perCPUPages, page Page) {
	listAdd(c, pageLru(page), pcp.list())
	count := c.ReadOnce(pcp.count()) + 1
	c.WriteOnce(pcp.count(), count)
	if count >= pcpHigh {
		mm.freePcppagesBulk(c, pcpBatch, pcp)
	}
}

// freePcppagesBulk is free_pcppages_bulk, mm/page_alloc.c, v6.0: the pages that
// were freed the longest time ago go to the buddy allocator.
func (mm *MM) freePcppagesBulk(c *sim.CPU, count uint64, pcp perCPUPages) {
	c.SpinLock(zoneLock)
	for range count {
		last := listHead(c.ReadOnce(pcp.list().prev()))
		mm.listDel(c, last)
		c.WriteOnce(pcp.count(), c.ReadOnce(pcp.count())-1)
		mm.__freeOnePage(c, lruPage(last), 0)
	}
	c.SpinUnlock(zoneLock)
}

// drainAllPages is drain_all_pages, mm/page_alloc.c, v6.0, which empties the
// lists of all CPUs from this one.
func (mm *MM) drainAllPages(c *sim.CPU) {
	for cpu := range sim.MaxCPUs {
		pcp := pcpOf(cpu)
		if c.ReadOnce(pcp.count()) == 0 {
			continue
		}
		// drain_pages_zone
		c.SpinLock(pcp.lock())
		mm.freePcppagesBulk(c, c.ReadOnce(pcp.count()), pcp)
		c.SpinUnlock(pcp.lock())
	}
}
