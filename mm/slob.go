package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// SLOB. Objects of all caches come from the same pages, which are on a list
// while they have room, all under slob_lock. The kernel has three lists by size;
// the objects here, a quarter of a page and more, are all of free_slob_large.
// Objects of a page are pages of their own and no slabs. Nothing is ever kept on
// page->mapping, and what RCU frees is the object, not its slab.

// A unit is a word here, two bytes in the kernel: a free block of more than one
// has its size in the first and where the next one is in the second, as units
// from the start of the page; a block of one has the negated second alone.
const (
	slobUnit  = 8
	slobUnits = uint64(pageSize / slobUnit) // SLOB_UNITS(PAGE_SIZE)
)

// slobBlock is the address of a free block.
type slobBlock sim.Addr

func (b slobBlock) add(units uint64) slobBlock { return b + slobBlock(units*slobUnit) }
func (b slobBlock) base() slobBlock            { return b - (b-slobBlock(directMap))%slobBlock(pageSize) }

// setSlob is set_slob, mm/slob.c, v6.0.
func setSlob(c *sim.CPU, b slobBlock, size uint64, next slobBlock) {
	offset := uint64(next-b.base()) / slobUnit
	if size > 1 {
		c.WriteOnce(sim.Addr(b), size)
		c.WriteOnce(sim.Addr(b.add(1)), offset)
	} else {
		c.WriteOnce(sim.Addr(b), -offset)
	}
}

// slobUnitsOf is slob_units, mm/slob.c, v6.0.
func slobUnitsOf(c *sim.CPU, b slobBlock) uint64 {
	if units := int64(c.ReadOnce(sim.Addr(b))); units > 0 {
		return uint64(units)
	}
	return 1
}

// slobNext is slob_next, mm/slob.c, v6.0.
func slobNext(c *sim.CPU, b slobBlock) slobBlock {
	if units := int64(c.ReadOnce(sim.Addr(b))); units < 0 {
		return b.base().add(uint64(-units))
	}
	return b.base().add(c.ReadOnce(sim.Addr(b.add(1))))
}

// slobLast is slob_last, mm/slob.c, v6.0: the last block's next is the end of
// the page.
func slobLast(c *sim.CPU, b slobBlock) bool { return slobNext(c, b) == b.base().add(slobUnits) }

// slobPageAlloc is slob_page_alloc, mm/slob.c, v6.0, under slob_lock: the first
// block that is large enough; 0 if there is none.
func (mm *MM) slobPageAlloc(c *sim.CPU, sp slab, size sim.Addr) slobBlock {
	var prev slobBlock
	units := uint64(size / slobUnit)
	cur := slobBlock(c.ReadOnce(sp.at(mm.layout.freelist)))
	for ; ; cur = slobNext(c, cur) {
		avail := slobUnitsOf(c, cur)
		if avail < units {
			if slobLast(c, cur) {
				return 0
			}
			prev = cur
			continue
		}
		next := slobNext(c, cur)
		if avail != units { // the rest stays free
			rest := cur.add(units)
			setSlob(c, rest, avail-units, next)
			next = rest
		}
		if prev != 0 {
			setSlob(c, prev, slobUnitsOf(c, prev), next)
		} else {
			c.WriteOnce(sp.at(mm.layout.freelist), uint64(next))
		}
		left := c.ReadOnce(sp.at(mm.layout.units)) - units
		c.WriteOnce(sp.at(mm.layout.units), left)
		if left == 0 {
			mm.clearSlobPageFree(c, sp)
		}
		return cur
	}
}

// slobAlloc is slob_alloc, mm/slob.c, v6.0.
func (mm *MM) slobAlloc(c *sim.CPU, size sim.Addr) slobBlock {
	var b slobBlock
	c.SpinLock(slobLock)
	for pos := listHead(c.ReadOnce(freeSlobLarge.next())); pos != freeSlobLarge; pos = listHead(c.ReadOnce(pos.next())) {
		sp := mm.listSlab(pos)
		left := c.ReadOnce(sp.at(mm.layout.units))
		if left < uint64(size/slobUnit) {
			continue
		}
		if b = mm.slobPageAlloc(c, sp, size); b == 0 {
			continue
		}
		// The next search begins here.
		if left != uint64(size/slobUnit) && c.ReadOnce(freeSlobLarge.next()) != uint64(pos) {
			listMoveTail(c, freeSlobLarge, pos) // list_rotate_to_front
		}
		break
	}
	c.SpinUnlock(slobLock)

	if b == 0 {
		b = mm.slobNewPages(c)
		if b == 0 {
			return 0
		}
		sp := slab(virtToPage(sim.Addr(b)))
		mm.k.__folioSetSlab(mm, c, slabFolio(sp))
		mm.shadow.newPage(slabFolio(sp))

		c.SpinLock(slobLock)
		c.WriteOnce(sp.at(mm.layout.units), slobUnits)
		c.WriteOnce(sp.at(mm.layout.freelist), uint64(b))
		initListHead(c, mm.slabList(sp))
		setSlob(c, b, slobUnits, b.add(slobUnits))
		mm.setSlobPageFree(c, sp)
		b = mm.slobPageAlloc(c, sp, size)
		c.BugOn(b == 0, bugSlobNoRoom)
		c.SpinUnlock(slobLock)
	}
	return b
}

// slobFree is slob_free, mm/slob.c, v6.0.
func (mm *MM) slobFree(c *sim.CPU, b slobBlock, size sim.Addr) {
	sp := slab(virtToPage(sim.Addr(b)))
	units := uint64(size / slobUnit)
	c.SpinLock(slobLock)

	if c.ReadOnce(sp.at(mm.layout.units))+units == slobUnits {
		// The last object: the page goes to the page allocator.
		if mm.slobPageFree(c, sp) {
			mm.clearSlobPageFree(c, sp)
		}
		c.SpinUnlock(slobLock)
		mm.checkPageUnused(c, slabFolio(sp))
		mm.k.__folioClearSlab(mm, c, slabFolio(sp))
		pageMapcountReset(c, slabFolio(sp))
		mm.slobFreePages(c, b)
		return
	}
	if !mm.slobPageFree(c, sp) {
		// It was full.
		c.WriteOnce(sp.at(mm.layout.units), units)
		c.WriteOnce(sp.at(mm.layout.freelist), uint64(b))
		setSlob(c, b, units, b.base().add(slobUnits))
		mm.setSlobPageFree(c, sp)
	} else {
		mm.slobFreeSorted(c, sp, b, units)
	}
	c.SpinUnlock(slobLock)
}

// slobFreeSorted is the end of slob_free, mm/slob.c, v6.0: the block goes where
// its address belongs among the free ones, and is merged with its neighbours.
func (mm *MM) slobFreeSorted(c *sim.CPU, sp slab, b slobBlock, units uint64) {
	c.WriteOnce(sp.at(mm.layout.units), c.ReadOnce(sp.at(mm.layout.units))+units)
	first := slobBlock(c.ReadOnce(sp.at(mm.layout.freelist)))
	if b < first {
		if b.add(units) == first {
			units += slobUnitsOf(c, first)
			first = slobNext(c, first)
		}
		setSlob(c, b, units, first)
		c.WriteOnce(sp.at(mm.layout.freelist), uint64(b))
		return
	}
	prev := first
	next := slobNext(c, prev)
	for b > next {
		prev = next
		next = slobNext(c, prev)
	}
	if !slobLast(c, prev) && b.add(units) == next {
		units += slobUnitsOf(c, next)
		next = slobNext(c, next)
	}
	setSlob(c, b, units, next)
	if prev.add(slobUnitsOf(c, prev)) == b {
		setSlob(c, prev, units+slobUnitsOf(c, prev), next)
	} else {
		setSlob(c, prev, slobUnitsOf(c, prev), b)
	}
}
