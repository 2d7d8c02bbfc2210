package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// SLAB. Each CPU has an array_cache of free objects, whichever slabs they are
// of. The slabs are on three lists of the node, full, partial and free, under
// list_lock. A slab has a list of its free objects: the indices from
// slab->active on. There are no shared and no alien caches, no colours, and no
// debugging; flushing is of one CPU.

// ____cacheAlloc is ____cache_alloc, mm/slab.c, v6.0.
func (mm *MM) ____cacheAlloc(c *sim.CPU, s *kmemCache) sim.Addr {
	ac := s.cpuCache(c.ID()) // cpu_cache_get
	if avail := c.ReadOnce(ac.avail()); avail != 0 {
		return ac.take(c, avail)
	}
	return mm.cacheAllocRefill(c, s)
}

// take takes the last of the objects of a CPU.
func (ac arrayCache) take(c *sim.CPU, avail uint64) sim.Addr {
	c.WriteOnce(ac.avail(), avail-1)
	return sim.Addr(c.ReadOnce(ac.entry(avail - 1)))
}

// kmemCacheAlloc is kmem_cache_alloc and slab_alloc, mm/slab.c, v6.0.
func (configSLAB) kmemCacheAlloc(mm *MM, c *sim.CPU, s *kmemCache) sim.Addr {
	object := mm.____cacheAlloc(c, s)
	if object != 0 {
		mm.checkHandedOut(c, s, object)
	}
	return object
}

// cacheAllocRefill is cache_alloc_refill, mm/slab.c, v6.0: the CPU gets a batch
// of objects from the slabs of the node, or from a new one.
func (mm *MM) cacheAllocRefill(c *sim.CPU, s *kmemCache) sim.Addr {
	ac := s.cpuCache(c.ID())
	batchcount := s.batchcount
	c.BugOn(c.ReadOnce(ac.avail()) > 0, bugRefillNotEmpty)

	// Racy; if it is wrong, a new slab is allocated.
	if c.ReadOnce(s.freeObjects()) == 0 {
		goto directGrow
	}
	c.SpinLock(s.listLock())
	for batchcount > 0 {
		sl := mm.getFirstSlab(c, s)
		if sl == 0 {
			break
		}
		batchcount = mm.allocBlock(c, s, ac, sl, batchcount)
		mm.fixupSlabList(c, s, sl)
	}
	addTo(c, s.freeObjects(), -c.ReadOnce(ac.avail()))
	c.SpinUnlock(s.listLock())

directGrow:
	if c.ReadOnce(ac.avail()) == 0 {
		sl := mm.cacheGrowBegin(c, s)
		if sl == 0 {
			return 0
		}
		mm.allocBlock(c, s, ac, sl, batchcount)
		mm.cacheGrowEnd(c, s, sl)
	}
	return ac.take(c, c.ReadOnce(ac.avail()))
}

// addTo adds to a count under list_lock.
func addTo(c *sim.CPU, count sim.Addr, n uint64) { c.WriteOnce(count, c.ReadOnce(count)+n) }

// getFirstSlab is get_first_slab, mm/slab.c, v6.0, under list_lock: a slab with
// free objects, 0 if there is none.
func (mm *MM) getFirstSlab(c *sim.CPU, s *kmemCache) slab {
	if first := listHead(c.ReadOnce(s.slabsPartial().next())); first != s.slabsPartial() {
		return mm.listSlab(first)
	}
	if first := listHead(c.ReadOnce(s.slabsFree().next())); first != s.slabsFree() {
		addTo(c, s.freeSlabs(), ^uint64(0))
		return mm.listSlab(first)
	}
	return 0
}

// allocBlock is alloc_block, mm/slab.c, v6.0: up to batchcount objects of the
// slab go to the CPU. It returns how many more there were to go.
func (mm *MM) allocBlock(c *sim.CPU, s *kmemCache, ac arrayCache, sl slab, batchcount uint64) uint64 {
	// Who is called for a slab of which nothing is free?
	c.BugOn(mm.slabActive(c, sl) >= s.objects, bugSlabFull)
	for mm.slabActive(c, sl) < s.objects && batchcount > 0 {
		avail := c.ReadOnce(ac.avail())
		c.WriteOnce(ac.entry(avail), uint64(mm.slabGetObj(c, s, sl)))
		c.WriteOnce(ac.avail(), avail+1)
		batchcount--
	}
	return batchcount
}

// fixupSlabList is fixup_slab_list, mm/slab.c, v6.0, under list_lock: the slab
// goes to the list it now belongs on. In between it is on none, and poisoned.
func (mm *MM) fixupSlabList(c *sim.CPU, s *kmemCache, sl slab) {
	mm.listDel(c, mm.slabList(sl))
	if mm.slabActive(c, sl) == s.objects {
		listAdd(c, mm.slabList(sl), s.slabsFull())
		if !s.offSlab() {
			// The object that held the list is handed out.
			c.WriteOnce(sl.at(mm.layout.freelist), 0)
		}
	} else {
		listAdd(c, mm.slabList(sl), s.slabsPartial())
	}
}

// cacheGrowBegin is cache_grow_begin, mm/slab.c, v6.0: a new slab, which nobody
// else knows; 0 if there is no memory.
func (mm *MM) cacheGrowBegin(c *sim.CPU, s *kmemCache) slab {
	sl := mm.k.kmemGetpages(mm, c, s)
	if sl == 0 {
		return 0
	}
	mm.shadow.newSlab(sl, s)
	freelist := mm.allocSlabmgmt(c, s, sl)
	c.WriteOnce(sl.at(mm.layout.slabCache), uint64(s.addr))
	c.WriteOnce(sl.at(mm.layout.freelist), uint64(freelist))
	mm.cacheInitObjs(c, s, sl)
	return sl
}

// cacheGrowEnd is cache_grow_end, mm/slab.c, v6.0: the new slab, of which the CPU
// has taken its batch, becomes the node's.
func (mm *MM) cacheGrowEnd(c *sim.CPU, s *kmemCache, sl slab) {
	initListHead(c, mm.slabList(sl))
	c.SpinLock(s.listLock())
	addTo(c, s.totalSlabs(), 1)
	active := mm.slabActive(c, sl)
	if active == 0 {
		listAddTail(c, mm.slabList(sl), s.slabsFree())
		addTo(c, s.freeSlabs(), 1)
	} else {
		mm.fixupSlabList(c, s, sl)
	}
	addTo(c, s.freeObjects(), s.objects-active)
	c.SpinUnlock(s.listLock())
}

// kmemCacheFree is kmem_cache_free and ___cache_free, mm/slab.c, v6.0.
func (configSLAB) kmemCacheFree(mm *MM, c *sim.CPU, s *kmemCache, object sim.Addr) {
	mm.checkFree(c, s, object)
	ac := s.cpuCache(c.ID())
	if c.ReadOnce(ac.avail()) >= s.limit {
		mm.cacheFlusharray(c, s, ac)
	}
	// __free_one
	avail := c.ReadOnce(ac.avail())
	c.WriteOnce(ac.avail(), avail+1)
	c.WriteOnce(ac.entry(avail), uint64(object))
}

// cacheFlusharray is cache_flusharray, mm/slab.c, v6.0: the batch of objects
// that the CPU has had the longest goes back to the slabs.
func (mm *MM) cacheFlusharray(c *sim.CPU, s *kmemCache, ac arrayCache) {
	list := stackList(c)
	initListHead(c, list)
	c.SpinLock(s.listLock())
	mm.freeBlock(c, s, ac, s.batchcount, list)
	c.SpinUnlock(s.listLock())
	avail := c.ReadOnce(ac.avail()) - s.batchcount
	c.WriteOnce(ac.avail(), avail)
	for i := range avail { // memmove
		c.WriteOnce(ac.entry(i), c.ReadOnce(ac.entry(i+s.batchcount)))
	}
	mm.slabsDestroy(c, s, list)
}

// freeBlock is free_block, mm/slab.c, v6.0, under list_lock: the first n objects
// of a CPU go back to their slabs, and empty slabs that are too many onto the
// list.
func (mm *MM) freeBlock(c *sim.CPU, s *kmemCache, ac arrayCache, n uint64, list listHead) {
	addTo(c, s.freeObjects(), n)
	for i := range n {
		object := sim.Addr(c.ReadOnce(ac.entry(i)))
		sl := mm.virtToSlab(c, object)
		mm.listDel(c, mm.slabList(sl))
		mm.slabPutObj(c, s, sl, object)

		if mm.slabActive(c, sl) == 0 {
			listAdd(c, mm.slabList(sl), s.slabsFree())
			addTo(c, s.freeSlabs(), 1)
		} else {
			// At the end of the list, so that others are filled first.
			listAddTail(c, mm.slabList(sl), s.slabsPartial())
		}
	}
	for c.ReadOnce(s.freeObjects()) > s.freeLimit && !listEmpty(c, s.slabsFree()) {
		addTo(c, s.freeObjects(), -s.objects)
		last := listHead(c.ReadOnce(s.slabsFree().prev()))
		listMove(c, last, list)
		addTo(c, s.freeSlabs(), ^uint64(0))
		addTo(c, s.totalSlabs(), ^uint64(0))
	}
}

// slabsDestroy is slabs_destroy, mm/slab.c, v6.0.
func (mm *MM) slabsDestroy(c *sim.CPU, s *kmemCache, list listHead) {
	for pos := listHead(c.ReadOnce(list.next())); pos != list; {
		next := listHead(c.ReadOnce(pos.next()))
		mm.listDel(c, pos)
		mm.slabDestroy(c, s, mm.listSlab(pos))
		pos = next
	}
}

// slabDestroy is slab_destroy, mm/slab.c, v6.0. Its callers have just done
// list_del.
func (mm *MM) slabDestroy(c *sim.CPU, s *kmemCache, sl slab) {
	mm.checkDiscard(c, s, sl)
	if s.typesafe {
		mm.callRcu(c, sl.at(mm.layout.rcuHead), mm.text[symKmemRcuFree])
	} else {
		mm.k.kmemFreepages(mm, c, s, sl)
	}
}

// kmemRcuFree is kmem_rcu_free, mm/slab.c, v6.0.
func (configSLAB) kmemRcuFree(mm *MM, c *sim.CPU, head sim.Addr) {
	sl := slab(head - mm.layout.rcuHead)
	mm.k.kmemFreepages(mm, c, sl.Cache(mm, c), sl)
}

// doDrain is do_drain, mm/slab.c, v6.0, on this CPU.
func (mm *MM) doDrain(c *sim.CPU, s *kmemCache) { mm.__doDrain(c, s, s.cpuCache(c.ID())) }

// __doDrain is do_drain, mm/slab.c, v6.0, of any CPU's objects.
func (mm *MM) __doDrain(c *sim.CPU, s *kmemCache, ac arrayCache) {
	list := stackList(c)
	initListHead(c, list)
	c.SpinLock(s.listLock())
	mm.freeBlock(c, s, ac, c.ReadOnce(ac.avail()), list)
	c.SpinUnlock(s.listLock())
	c.WriteOnce(ac.avail(), 0)
	mm.slabsDestroy(c, s, list)
}

// kmemCacheShrink is kmem_cache_shrink and __kmem_cache_shrink, mm/slab.c, v6.0.
// Of the CPUs' objects only this one's are drained.
func (configSLAB) kmemCacheShrink(mm *MM, c *sim.CPU, s *kmemCache) {
	mm.doDrain(c, s)
	mm.drainFreelist(c, s)
}

// drainFreelist is drain_freelist, mm/slab.c, v6.0, of all empty slabs. From
// list_del until it is destroyed a slab is poisoned, without the lock.
func (mm *MM) drainFreelist(c *sim.CPU, s *kmemCache) {
	for !listEmpty(c, s.slabsFree()) {
		c.SpinLock(s.listLock())
		last := listHead(c.ReadOnce(s.slabsFree().prev()))
		if last == s.slabsFree() {
			c.SpinUnlock(s.listLock())
			return
		}
		mm.listDel(c, last)
		addTo(c, s.freeSlabs(), ^uint64(0))
		addTo(c, s.totalSlabs(), ^uint64(0))
		addTo(c, s.freeObjects(), -s.objects)
		c.SpinUnlock(s.listLock())
		mm.slabDestroy(c, s, mm.listSlab(last))
	}
}

// drainCache gives back the objects of each CPU and frees the empty slabs.
func (configSLAB) drainCache(mm *MM, c *sim.CPU, s *kmemCache) {
	for i := range sim.MaxCPUs {
		if ac := s.cpuCache(i); mm.m.Peek(ac.avail()) != 0 {
			mm.__doDrain(c, s, ac)
		}
	}
	if mm.m.Peek(s.freeSlabs()) != 0 {
		mm.drainFreelist(c, s)
	}
}
