package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Oracle 7: page isolation does not approve a range with a slab page in it. That
// a slab is there for as long as the call takes is known without a doubt of one
// that this CPU holds an object of: it came by an xchg, which orders the slab's
// allocation before, and cannot be freed. The kernel takes such a page for a free
// one if its count is 0 and it is not compound, else for a movable one.
const (
	bugIsolatedAsFree    = "start_isolate_page_range: slab page in the range (taken for a free page)"
	bugIsolatedAsMovable = "start_isolate_page_range: slab page in the range (taken for a movable page)"
)

// checkPageIsolation judges an approval of the pages from startPfn to endPfn by
// the CPU that holds the object.
func (mm *MM) checkPageIsolation(c *sim.CPU, startPfn, endPfn int, object sim.Addr) {
	if pfn := virtToPage(object).index(); pfn < startPfn || pfn >= endPfn {
		return
	}
	head := mm.headOf(object)
	compound := mm.m.Peek(head.at(pageFlags))>>mm.k.flags.head&1 != 0
	c.BugOn(!compound && mm.m.Peek32(head.at(pageRefcount)) == 0, bugIsolatedAsFree)
	c.Bug(bugIsolatedAsMovable, "")
}

// mmfuzzStartIsolatePageRange is the beginning of alloc_contig_range or of
// offlining, on a CPU that holds the slot's object meanwhile.
func mmfuzzStartIsolatePageRange(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	first, last := pageRange(a)
	word := takeSlot(c, objectSlot(a[2]))
	if mm.startIsolatePageRange(c, first, last+1) {
		if word != 0 {
			mm.checkPageIsolation(c, first, last+1, sim.Addr(word&^slotCacheMask))
		}
		mm.undoIsolatePageRange(c, first, last+1)
	}
	if word != 0 {
		mm.mmfuzzFreeSlotObject(c, c.Xchg(objectSlot(a[2]), word))
	}
}
