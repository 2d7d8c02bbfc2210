package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// SLOB's pages and its caches, which have no memory of their own.

const (
	slobLock      = slobBase
	freeSlobLarge = listHead(slobBase + 8)
	slobWords     = 3
)

const pgSlobFree = 13 // PG_private

// slobPageFree is slob_page_free, mm/slob.c, v6.0: is the page on the list?
func (mm *MM) slobPageFree(c *sim.CPU, sp slab) bool {
	return c.TestBit(pgSlobFree, sp.at(pageFlags))
}

// setSlobPageFree is set_slob_page_free, mm/slob.c, v6.0.
func (mm *MM) setSlobPageFree(c *sim.CPU, sp slab) {
	listAdd(c, mm.slabList(sp), freeSlobLarge)
	mm.__setBit(c, pgSlobFree, slabFolio(sp))
}

// clearSlobPageFree is clear_slob_page_free, mm/slob.c, v6.0.
func (mm *MM) clearSlobPageFree(c *sim.CPU, sp slab) {
	mm.listDel(c, mm.slabList(sp))
	mm.__clearBit(c, pgSlobFree, slabFolio(sp))
}

// slobNewPages is slob_new_pages, mm/slob.c, v6.0, of order 0.
func (mm *MM) slobNewPages(c *sim.CPU) slobBlock {
	page := mm.allocPages(c, 0, 0)
	if page == 0 {
		return 0
	}
	return slobBlock(pageAddress(page))
}

// slobFreePages is slob_free_pages, mm/slob.c, v6.0, of order 0.
func (mm *MM) slobFreePages(c *sim.CPU, b slobBlock) {
	mm.k.__freePages(mm, c, virtToPage(sim.Addr(b)), 0)
}

// kmemCacheAlloc is kmem_cache_alloc and slob_alloc_node, mm/slob.c, v6.0.
func (configSLOB) kmemCacheAlloc(mm *MM, c *sim.CPU, s *kmemCache) sim.Addr {
	var b slobBlock
	if s.size < pageSize {
		b = mm.slobAlloc(c, s.size)
	} else if b = mm.slobNewPages(c); b != 0 {
		mm.shadow.newPage(virtToPage(sim.Addr(b)))
	}
	if b != 0 {
		mm.checkHandedOut(c, s, sim.Addr(b))
	}
	return sim.Addr(b)
}

// kmemCacheFree is kmem_cache_free, mm/slob.c, v6.0.
func (configSLOB) kmemCacheFree(mm *MM, c *sim.CPU, s *kmemCache, object sim.Addr) {
	mm.checkFree(c, s, object)
	if s.typesafe {
		rcu := object + s.size - sizeofSlobRcu
		c.WriteOnce(rcu+slobRcuSize, uint64(s.size))
		mm.callRcu(c, rcu, mm.text[symKmemRcuFree])
	} else {
		mm.__kmemCacheFree(c, object, s.size)
	}
}

// struct slob_rcu, at the end of an object of a typesafe cache: a rcu_head, and
// the size of all.
const (
	slobRcuSize   = 16
	sizeofSlobRcu = 24
)

// __kmemCacheFree is __kmem_cache_free, mm/slob.c, v6.0.
func (mm *MM) __kmemCacheFree(c *sim.CPU, object, size sim.Addr) {
	if size < pageSize {
		mm.slobFree(c, slobBlock(object), size)
	} else {
		mm.checkPageUnused(c, virtToPage(object))
		mm.slobFreePages(c, slobBlock(object))
	}
}

// kmemRcuFree is kmem_rcu_free, mm/slob.c, v6.0.
func (configSLOB) kmemRcuFree(mm *MM, c *sim.CPU, head sim.Addr) {
	size := sim.Addr(c.ReadOnce(head + slobRcuSize))
	mm.__kmemCacheFree(c, head-(size-sizeofSlobRcu), size)
}

// kmemCacheShrink is kmem_cache_shrink, mm/slob.c, v6.0: nothing is kept that
// could be freed.
func (configSLOB) kmemCacheShrink(*MM, *sim.CPU, *kmemCache) {}

// flushCpu has nothing to flush: no CPU has anything of its own.
func (configSLOB) flushCpu(*MM, *sim.CPU, *kmemCache) {}

// createCache is what __kmem_cache_create decides, mm/slob.c, v6.0. Slabs are of
// order 0.
func (configSLOB) createCache(_ *MM, s *kmemCache) {
	s.order = 0
	s.objects = uint64(pageSize / s.size)
}

func (configSLOB) bootCache(mm *MM, _ *kmemCache) { mm.pokeListHead(freeSlobLarge) }

func (configSLOB) cacheField(sim.Addr) string { return "" }
