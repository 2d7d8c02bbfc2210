package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Oracle 6: slab objects. Besides the checks here the slab code has BUG_ONs of
// CONFIG_DEBUG_VM.
const (
	bugHandedOutTwice = "kmem_cache_alloc: object handed out twice"
	bugForeignObject  = "kmem_cache_alloc: object is not in a slab of the cache"
	bugFreeUnused     = "kmem_cache_free: object is not in use"
	bugFreeForeign    = "kmem_cache_free: object is not in a slab of the cache"
	bugKfreeNoSlab    = "kfree: object is not in a slab"
	bugSlabCache      = "slab_cache is not a cache"
	bugDiscardUsed    = "discard_slab: an object is in use"
	bugFreelistBroken = "freelist broken: next is not a free object of the slab"
	bugFreelistCycle  = "freelist broken: cycle"
	bugReadFreed      = "object read after the grace period of its slab ended"

	bugSlabNotFrozen     = "slab of a CPU is not frozen"
	bugSlabFrozen        = "slab on the node's partial list is frozen"
	bugPartialNoFreelist = "slab on the node's partial list has no free object"
	bugPartialFull       = "slab on the node's partial list is full"

	bugRefillNotEmpty  = "cache_alloc_refill: the CPU has objects"
	bugSlabFull        = "alloc_block: slab has no free object"
	bugFreepagesNoSlab = "kmem_freepages: page is not a slab"

	bugSlobNoRoom = "slob_alloc: no room in a new page"
)

// newSlab notes whose the new slab is.
func (s *shadow) newSlab(sl slab, cache *kmemCache) {
	s.page(slabFolio(sl)).holds = 1 + cache.index()
}

// newPage notes that the page holds objects from now on, of whichever cache.
func (s *shadow) newPage(page Page) { s.page(page).holds = anyCache }

// inSlabOf reports whether object is one of a slab of the cache.
func (mm *MM) inSlabOf(s *kmemCache, object sim.Addr) bool {
	if !isObjectAddr(object) {
		return false
	}
	head := mm.headOf(object)
	holds := mm.shadow.page(head).holds
	off := object - pageAddress(head)
	return (holds == 1+s.index() || holds == anyCache) && off%s.size == 0 && off/s.size < sim.Addr(s.objects)
}

// headOf returns the head of the page that a is in, as it truly is.
func (mm *MM) headOf(a sim.Addr) Page {
	page := virtToPage(a)
	if head := Page(mm.m.Peek(page.at(pageCompoundHead))); head&1 != 0 {
		return head - 1
	}
	return page
}

// checkHandedOut notes that the object is in use from now on.
func (mm *MM) checkHandedOut(c *sim.CPU, s *kmemCache, object sim.Addr) {
	if !mm.inSlabOf(s, object) {
		c.Bug(bugForeignObject, "")
	}
	if mm.shadow.inUse(object) {
		c.Bug(bugHandedOutTwice, "")
	}
	mm.shadow.objects[s.index()] |= objectBit(object)
}

// checkFree notes that the object is not in use from now on.
func (mm *MM) checkFree(c *sim.CPU, s *kmemCache, object sim.Addr) {
	if !mm.inSlabOf(s, object) {
		c.Bug(bugFreeForeign, "")
	}
	if !mm.shadow.inUse(object) {
		c.Bug(bugFreeUnused, "")
	}
	if mm.shadow.objects[s.index()]&objectBit(object) == 0 {
		c.Bug(bugFreeForeign, "")
	}
	mm.shadow.objects[s.index()] &^= objectBit(object)
}

// checkFreepointer judges what was read from a free object.
func (mm *MM) checkFreepointer(c *sim.CPU, s *kmemCache, object, next sim.Addr) {
	if next == 0 {
		return
	}
	if !mm.inSlabOf(s, next) || mm.headOf(next) != mm.headOf(object) || mm.shadow.inUse(next) {
		c.Bug(bugFreelistBroken, "")
	}
}

// checkFreelist judges the first object of a freelist taken from the slab.
func (mm *MM) checkFreelist(c *sim.CPU, s *kmemCache, sl slab, first sim.Addr) {
	if first == 0 {
		return
	}
	if !mm.inSlabOf(s, first) || mm.headOf(first) != slabFolio(sl) || mm.shadow.inUse(first) {
		c.Bug(bugFreelistBroken, "")
	}
}

// checkDiscard wants no object of the slab to be in use. It has none from now on.
func (mm *MM) checkDiscard(c *sim.CPU, s *kmemCache, sl slab) {
	first := pageAddress(slabFolio(sl))
	for i := range sim.Addr(s.objects) {
		if mm.shadow.inUse(first + i*s.size) {
			c.Bug(bugDiscardUsed, "")
		}
	}
	mm.shadow.page(slabFolio(sl)).holds = 0
}

// checkPageUnused wants no object in the page to be in use. It has none from now
// on.
func (mm *MM) checkPageUnused(c *sim.CPU, page Page) {
	for off := sim.Addr(0); off < pageSize; off += smallestObject {
		if mm.shadow.inUse(pageAddress(page) + off) {
			c.Bug(bugDiscardUsed, "")
		}
	}
	mm.shadow.page(page).holds = 0
}

// readObject reads an object of a SLAB_TYPESAFE_BY_RCU cache in a read-side
// section. The object may have been freed and be another's by now, but not the
// slab: it looks at the mark and the cache as virt_to_cache does. Those are
// loads, so that the stores of its freeing race with them: what is shadow alone
// is in no order that exhaustion would turn round. SLOB has no slab_cache, and
// pages that are not marked; its pages have an owner at least.
func (mm *MM) readObject(c *sim.CPU, object sim.Addr) uint64 {
	v := c.ReadOnce(object)
	folio := compoundHead(c, virtToPage(object))
	if mm.layout.slabCache == 0 {
		c.BugOn(pageRefCount(c, folio) == 0, bugReadFreed)
		return v
	}
	if !mm.k.folioTestSlab(mm, c, folio) {
		c.Bug(bugReadFreed, "")
	}
	for i := range mm.caches {
		if s := &mm.caches[i]; s.typesafe && c.ReadOnce(folio.at(mm.layout.slabCache)) == uint64(s.addr) {
			return v
		}
	}
	c.Bug(bugReadFreed, "")
	return 0
}
