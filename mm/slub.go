package mm

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// SLUB. A slab belongs to one CPU while it is frozen (its cpu slab, or on its
// partial list), else to its node, whose list_lock covers the partial list. It
// passes from one to the other under list_lock and by cmpxchg_double of
// freelist and counters. There is no preemption here, so that a transaction id
// (tid) would never differ: a cpu slab is its CPU's own.

// struct kmem_cache: the node (list_lock, nr_partial, list head partial), then
// for each CPU a struct kmem_cache_cpu (freelist, slab, partial).
const (
	sizeofNode      = 32
	sizeofCPUSlab   = 24
	sizeofKmemCache = sizeofNode + sim.MaxCPUs*sizeofCPUSlab
)

func (s *kmemCache) listLock() sim.Addr  { return s.addr }
func (s *kmemCache) nrPartial() sim.Addr { return s.addr + 8 }
func (s *kmemCache) partial() listHead   { return listHead(s.addr + 16) }

// createCache is what __kmem_cache_create decides, mm/slub.c, v6.0: the offset of
// the free pointer, which stands in the middle of a free object, but after an
// object that readers may still read; and limits.
func (configSLUB) createCache(mm *MM, s *kmemCache) {
	wanted := uint64(mm.cfg.number(cfgCPUPartial))
	s.offset = s.size / 2
	if s.typesafe {
		s.offset = s.size - 8
	}
	s.minPartial = uint64(mm.cfg.number(cfgMinPartial))
	s.hasCPUPartial = wanted != 0
	s.cpuPartialSlabs = uint32((wanted*2 + s.objects - 1) / s.objects) // slub_set_cpu_partial
}

func (configSLUB) bootCache(mm *MM, s *kmemCache) { mm.pokeListHead(s.partial()) }

func (configSLUB) cacheField(off sim.Addr) string {
	switch off {
	case 0:
		return ".node.list_lock"
	case 8:
		return ".node.nr_partial"
	case 16, 24:
		return ".node.partial" + listField(off-16)
	}
	off -= sizeofNode
	fields := [...]string{"freelist", "slab", "partial"}
	return fmt.Sprintf(".cpu%d.%s", off/sizeofCPUSlab, fields[off%sizeofCPUSlab/8])
}

// cpuSlab is the address of a struct kmem_cache_cpu.
type cpuSlab sim.Addr

func (s *kmemCache) cpuSlab(cpu int) cpuSlab {
	return cpuSlab(s.addr + sizeofNode + sim.Addr(cpu)*sizeofCPUSlab)
}

func (p cpuSlab) freelist() sim.Addr { return sim.Addr(p) }
func (p cpuSlab) slab() sim.Addr     { return sim.Addr(p) + 8 }
func (p cpuSlab) partial() sim.Addr  { return sim.Addr(p) + 16 }

// getFreepointer is get_freepointer, mm/slub.c, v6.0.
func (mm *MM) getFreepointer(c *sim.CPU, s *kmemCache, object sim.Addr) sim.Addr {
	next := sim.Addr(c.ReadOnce(object + s.offset))
	mm.checkFreepointer(c, s, object, next)
	return next
}

// setFreepointer is set_freepointer, mm/slub.c, v6.0.
func setFreepointer(c *sim.CPU, s *kmemCache, object, next sim.Addr) {
	c.WriteOnce(object+s.offset, uint64(next))
}

// kmemCacheAlloc is kmem_cache_alloc and slab_alloc_node, mm/slub.c, v6.0; 0 if
// there is no memory.
func (configSLUB) kmemCacheAlloc(mm *MM, c *sim.CPU, s *kmemCache) sim.Addr {
	cpu := s.cpuSlab(c.ID())
	object := sim.Addr(c.ReadOnce(cpu.freelist()))
	if object == 0 || c.ReadOnce(cpu.slab()) == 0 {
		object = mm.___slabAlloc(c, s, cpu)
	} else {
		c.WriteOnce(cpu.freelist(), uint64(mm.getFreepointer(c, s, object)))
	}
	if object != 0 {
		mm.checkHandedOut(c, s, object)
	}
	return object
}

// ___slabAlloc is ___slab_alloc, mm/slub.c, v6.0.
func (mm *MM) ___slabAlloc(c *sim.CPU, s *kmemCache, cpu cpuSlab) sim.Addr {
	var freelist sim.Addr
	sl := slab(c.ReadOnce(cpu.slab()))
	if sl == 0 {
		goto newSlab
	}
redo:
	if !mm.pfmemallocMatch(c, sl) {
		goto deactivateSlab
	}
	if freelist = sim.Addr(c.ReadOnce(cpu.freelist())); freelist != 0 {
		goto loadFreelist
	}
	if freelist = mm.getFreelist(c, s, sl); freelist != 0 {
		goto loadFreelist
	}
	c.WriteOnce(cpu.slab(), 0)
	goto newSlab

loadFreelist:
	c.WriteOnce(cpu.freelist(), uint64(mm.getFreepointer(c, s, freelist)))
	return freelist

deactivateSlab:
	freelist = sim.Addr(c.ReadOnce(cpu.freelist()))
	c.WriteOnce(cpu.slab(), 0)
	c.WriteOnce(cpu.freelist(), 0)
	mm.deactivateSlab(c, s, sl, freelist)

newSlab:
	if s.hasCPUPartial {
		if sl = slab(c.ReadOnce(cpu.partial())); sl != 0 {
			c.WriteOnce(cpu.slab(), uint64(sl))
			c.WriteOnce(cpu.partial(), c.ReadOnce(sl.at(mm.layout.next)))
			goto redo
		}
	}
	if freelist = mm.getPartialNode(c, s, &sl); freelist == 0 {
		if sl = mm.allocateSlab(c, s); sl == 0 {
			return 0 // slab_out_of_memory
		}
		// Nobody else knows the slab: its objects are taken without cmpxchg.
		w := sl.Word(mm, c)
		c.WriteOnce(sl.at(mm.layout.counters), uint64(w.withFreelist(0)))
		freelist = w.freelist()
	}
	c.WriteOnce(cpu.slab(), uint64(sl))
	goto loadFreelist
}

// allocateSlab is new_slab and allocate_slab, mm/slub.c, v6.0; 0 if there is
// no memory. The word on page->mapping is not written in the new layout.
func (mm *MM) allocateSlab(c *sim.CPU, s *kmemCache) slab {
	sl := mm.k.allocSlabPage(mm, c, s.order)
	if sl == 0 {
		return 0
	}
	mm.shadow.newSlab(sl, s)
	l := mm.layout
	w := slabWord(0).withObjects(s.objects)
	c.WriteOnce(sl.at(l.counters), uint64(w))
	c.WriteOnce(sl.at(l.slabCache), uint64(s.addr))

	start := pageAddress(slabFolio(sl))
	p := start
	for range s.objects - 1 {
		setFreepointer(c, s, p, p+s.size)
		p += s.size
	}
	setFreepointer(c, s, p, 0)
	w = w.withFreelist(start).withInuse(s.objects).withFrozen(true)
	c.WriteOnce(sl.at(l.counters), uint64(w))
	return sl
}

// allocSlabPage is alloc_slab_page, mm/slub.c, v6.0.
func (v60) allocSlabPage(mm *MM, c *sim.CPU, order uint) slab {
	folio := mm.allocPages(c, order, gfpComp)
	if folio == 0 {
		return 0
	}
	slab := slab(folio)
	mm.k.__folioSetSlab(mm, c, folio)
	if pageIsPfmemalloc(c, folio) {
		mm.slabSetPfmemalloc(c, slab)
	}
	return slab
}

// getFreelist is get_freelist, mm/slub.c, v6.0: it takes what others have freed
// to this CPU's slab, and gives the slab up if that is nothing.
func (mm *MM) getFreelist(c *sim.CPU, s *kmemCache, sl slab) sim.Addr {
	for {
		old := sl.Word(mm, c)
		c.BugOn(!old.frozen(), bugSlabNotFrozen)
		freelist := old.freelist()
		new := old.withInuse(old.objects()).withFrozen(freelist != 0).withFreelist(0)
		if mm.cmpxchgDoubleSlab(c, sl, old, new) {
			mm.checkFreelist(c, s, sl, freelist)
			return freelist
		}
	}
}

// pfmemallocMatch is pfmemalloc_match, mm/slub.c, v6.0, for callers that may
// not use the reserves.
func (mm *MM) pfmemallocMatch(c *sim.CPU, sl slab) bool { return !mm.slabTestPfmemalloc(c, sl) }

// virtToSlab is virt_to_slab, mm/slab.h, v6.0.
func (mm *MM) virtToSlab(c *sim.CPU, object sim.Addr) slab {
	folio := pageFolio(c, virtToPage(object)) // virt_to_folio
	if !mm.k.folioTestSlab(mm, c, folio) {
		return 0
	}
	return slab(folio)
}

// kmemCacheFree is kmem_cache_free and do_slab_free, mm/slub.c, v6.0.
func (configSLUB) kmemCacheFree(mm *MM, c *sim.CPU, s *kmemCache, object sim.Addr) {
	mm.checkFree(c, s, object)
	mm.doSlabFree(c, s, mm.virtToSlab(c, object), object)
}

// kfree is kfree, mm/slub.c, v6.0: the slab says whose object it is.
func (mm *MM) kfree(c *sim.CPU, object sim.Addr) {
	sl := mm.virtToSlab(c, object)
	c.BugOn(sl == 0, bugKfreeNoSlab)
	s := sl.Cache(mm, c)
	mm.checkFree(c, s, object)
	mm.doSlabFree(c, s, sl, object)
}

// doSlabFree is do_slab_free, mm/slub.c, v6.0.
func (mm *MM) doSlabFree(c *sim.CPU, s *kmemCache, sl slab, object sim.Addr) {
	cpu := s.cpuSlab(c.ID())
	if uint64(sl) != c.ReadOnce(cpu.slab()) {
		mm.__slabFree(c, s, sl, object)
		return
	}
	setFreepointer(c, s, object, sim.Addr(c.ReadOnce(cpu.freelist())))
	c.WriteOnce(cpu.freelist(), uint64(object))
}

// __slabFree is __slab_free, mm/slub.c, v6.0. A slab that was full goes to this
// CPU's partial list, or to the node's; one that is now empty may be discarded.
func (mm *MM) __slabFree(c *sim.CPU, s *kmemCache, sl slab, object sim.Addr) {
	var old, new slabWord
	locked := false
	for {
		if locked {
			c.SpinUnlock(s.listLock())
			locked = false
		}
		old = sl.Word(mm, c)
		setFreepointer(c, s, object, old.freelist())
		new = old.withInuse(old.inuse() - 1).withFreelist(object)
		if (new.inuse() == 0 || old.freelist() == 0) && !old.frozen() {
			if s.hasCPUPartial && old.freelist() == 0 {
				new = new.withFrozen(true)
			} else {
				c.SpinLock(s.listLock())
				locked = true
			}
		}
		if mm.cmpxchgDoubleSlab(c, sl, old, new) {
			break
		}
	}
	if !locked {
		if !old.frozen() && new.frozen() {
			mm.putCpuPartial(c, s, sl, true)
		}
		return
	}
	if new.inuse() == 0 && c.ReadOnce(s.nrPartial()) >= s.minPartial {
		goto slabEmpty
	}
	if !s.hasCPUPartial && old.freelist() == 0 {
		addPartial(c, s, mm.slabList(sl), true)
	}
	c.SpinUnlock(s.listLock())
	return

slabEmpty:
	if old.freelist() != 0 {
		mm.removePartial(c, s, sl)
	}
	c.SpinUnlock(s.listLock())
	mm.discardSlab(c, s, sl)
}

// discardSlab is discard_slab, mm/slub.c, v6.0.
func (mm *MM) discardSlab(c *sim.CPU, s *kmemCache, sl slab) {
	mm.checkDiscard(c, s, sl)
	mm.k.freeSlab(mm, c, s, sl)
}

// freeSlab is free_slab, mm/slub.c, v6.0.
func (v60) freeSlab(mm *MM, c *sim.CPU, s *kmemCache, slab slab) {
	if s.typesafe {
		mm.callRcu(c, slab.at(mm.layout.rcuHead), mm.text[symRcuFreeSlab])
	} else {
		mm.k.__freeSlab(mm, c, s, slab)
	}
}

// rcuFreeSlab is rcu_free_slab, mm/slub.c, v6.0.
func (mm *MM) rcuFreeSlab(c *sim.CPU, head sim.Addr) {
	sl := slab(head - mm.layout.rcuHead)
	mm.k.__freeSlab(mm, c, sl.Cache(mm, c), sl)
}

// __freeSlab is __free_slab, mm/slub.c, v6.0.
func (v60) __freeSlab(mm *MM, c *sim.CPU, s *kmemCache, slab slab) {
	folio := slabFolio(slab)
	order := mm.folioOrder(c, folio)

	mm.__slabClearPfmemalloc(c, slab)
	mm.k.__folioClearSlab(mm, c, folio)
	c.WriteOnce(folio.at(pageMapping), 0)
	mm.k.__freePages(mm, c, folio, order)
}
