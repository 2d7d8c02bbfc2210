package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// The partial lists of SLUB: the node's, a list under list_lock, and each
// CPU's, linked by slab->next, with in the first slab a count of them.

// addPartial is add_partial, mm/slub.c, v6.0, under list_lock.
func addPartial(c *sim.CPU, s *kmemCache, entry listHead, tail bool) {
	c.WriteOnce(s.nrPartial(), c.ReadOnce(s.nrPartial())+1)
	if tail {
		listAddTail(c, entry, s.partial())
	} else {
		listAdd(c, entry, s.partial())
	}
}

// removePartial is remove_partial, mm/slub.c, v6.0, under list_lock. It leaves
// LIST_POISON2 in slab_list.prev until the slab is listed again.
func (mm *MM) removePartial(c *sim.CPU, s *kmemCache, sl slab) {
	mm.listDel(c, mm.slabList(sl))
	c.WriteOnce(s.nrPartial(), c.ReadOnce(s.nrPartial())-1)
}

// acquireSlab is acquire_slab, mm/slub.c, v6.0: under list_lock, take a slab off
// the node's list and freeze it; with mode, take its objects too.
func (mm *MM) acquireSlab(c *sim.CPU, s *kmemCache, sl slab, mode bool) sim.Addr {
	old := sl.Word(mm, c)
	new := old
	if mode {
		new = old.withInuse(old.objects()).withFreelist(0)
	}
	c.BugOn(new.frozen(), bugSlabFrozen)
	new = new.withFrozen(true)
	if !mm.cmpxchgDoubleSlab(c, sl, old, new) {
		return 0
	}
	mm.removePartial(c, s, sl)
	c.WarnOn(old.freelist() == 0, bugPartialNoFreelist)
	mm.checkFreelist(c, s, sl, old.freelist())
	return old.freelist()
}

// getPartialNode is get_partial_node, mm/slub.c, v6.0: one slab for the CPU to
// allocate from, in *ret, and some more for its partial list.
func (mm *MM) getPartialNode(c *sim.CPU, s *kmemCache, ret *slab) sim.Addr {
	var object sim.Addr
	partialSlabs := uint32(0)
	// Racy; if it is wrong, a new slab is allocated.
	if c.ReadOnce(s.nrPartial()) == 0 {
		return 0
	}
	c.SpinLock(s.listLock())
	for pos := listHead(c.ReadOnce(s.partial().next())); pos != s.partial(); {
		next := listHead(c.ReadOnce(pos.next()))
		sl := mm.listSlab(pos)
		pos = next
		if !mm.pfmemallocMatch(c, sl) {
			continue
		}
		t := mm.acquireSlab(c, s, sl, object == 0)
		if t == 0 {
			break
		}
		if object == 0 {
			*ret = sl
			object = t
		} else {
			mm.putCpuPartial(c, s, sl, false)
			partialSlabs++
		}
		if !s.hasCPUPartial || partialSlabs > s.cpuPartialSlabs/2 {
			break
		}
	}
	c.SpinUnlock(s.listLock())
	return object
}

// listSlab is the slab whose slab_list is at entry.
func (mm *MM) listSlab(entry listHead) slab { return slab(entry) - slab(mm.layout.slabList) }

// slabsAt is where slab->slabs is: the half of its word that has the lower
// address, which is the upper half on a big-endian target.
func (mm *MM) slabsAt(sl slab) sim.Addr {
	a := sl.at(mm.layout.slabs)
	if mm.target.bigEndian {
		a += 4
	}
	return a
}

// putCpuPartial is put_cpu_partial, mm/slub.c, v6.0. slab->slabs is a plain
// store of an int.
func (mm *MM) putCpuPartial(c *sim.CPU, s *kmemCache, sl slab, drain bool) {
	var toUnfreeze slab
	slabs := uint32(0)
	cpu := s.cpuSlab(c.ID())
	old := slab(c.ReadOnce(cpu.partial()))
	if old != 0 {
		slabs = c.ReadOnce32(mm.slabsAt(old))
		if drain && slabs >= s.cpuPartialSlabs {
			toUnfreeze = old
			old = 0
			slabs = 0
		}
	}
	slabs++
	c.WriteOnce32(mm.slabsAt(sl), slabs)
	c.WriteOnce(sl.at(mm.layout.next), uint64(old))
	c.WriteOnce(cpu.partial(), uint64(sl))
	if toUnfreeze != 0 {
		mm.__unfreezePartials(c, s, toUnfreeze)
	}
}

// __unfreezePartials is __unfreeze_partials, mm/slub.c, v6.0: the slabs of a
// CPU's partial list go to the node, or are discarded if empty.
func (mm *MM) __unfreezePartials(c *sim.CPU, s *kmemCache, partial slab) {
	var toDiscard slab
	locked := false
	for partial != 0 {
		sl := partial
		partial = slab(c.ReadOnce(sl.at(mm.layout.next)))
		if !locked {
			c.SpinLock(s.listLock())
			locked = true
		}
		var old, new slabWord
		for {
			old = sl.Word(mm, c)
			c.BugOn(!old.frozen(), bugSlabNotFrozen)
			new = old.withFrozen(false)
			if mm.cmpxchgDoubleSlab(c, sl, old, new) {
				break
			}
		}
		if new.inuse() == 0 && c.ReadOnce(s.nrPartial()) >= s.minPartial {
			c.WriteOnce(sl.at(mm.layout.next), uint64(toDiscard))
			toDiscard = sl
		} else {
			addPartial(c, s, mm.slabList(sl), true)
		}
	}
	if locked {
		c.SpinUnlock(s.listLock())
	}
	for toDiscard != 0 {
		sl := toDiscard
		toDiscard = slab(c.ReadOnce(sl.at(mm.layout.next)))
		mm.discardSlab(c, s, sl)
	}
}

// unfreezePartials is unfreeze_partials, mm/slub.c, v6.0.
func (mm *MM) unfreezePartials(c *sim.CPU, s *kmemCache, cpu cpuSlab) {
	partial := slab(c.ReadOnce(cpu.partial()))
	c.WriteOnce(cpu.partial(), 0)
	if partial != 0 {
		mm.__unfreezePartials(c, s, partial)
	}
}

// deactivateSlab is deactivate_slab, mm/slub.c, v6.0: a cpu slab goes back to
// the node with the objects of the CPU's freelist, or is discarded.
func (mm *MM) deactivateSlab(c *sim.CPU, s *kmemCache, sl slab, freelist sim.Addr) {
	const (
		full = iota // on no list
		partial
		empty
	)
	tail := sl.Word(mm, c).freelist() != 0 // DEACTIVATE_TO_TAIL

	// Stage one: count the objects of the CPU's freelist and find the last.
	var last sim.Addr
	delta := uint64(0)
	for p := freelist; p != 0; p = mm.getFreepointer(c, s, p) {
		last = p
		delta++
		c.BugOn(delta > s.objects, bugFreelistCycle)
	}

	// Stage two: unfreeze the slab and splice the freelist into the slab's.
	for {
		old := sl.Word(mm, c)
		c.BugOn(!old.frozen(), bugSlabNotFrozen)
		new := old
		if last != 0 {
			new = new.withInuse(old.inuse() - delta).withFreelist(freelist)
			setFreepointer(c, s, last, old.freelist())
		}
		new = new.withFrozen(false)
		mode := full
		if new.inuse() == 0 && c.ReadOnce(s.nrPartial()) >= s.minPartial {
			mode = empty
		} else if new.freelist() != 0 {
			mode = partial
			// So that acquire_slab cannot see a frozen slab on the list.
			c.SpinLock(s.listLock())
		}
		if !mm.cmpxchgDoubleSlab(c, sl, old, new) {
			if mode == partial {
				c.SpinUnlock(s.listLock())
			}
			continue
		}
		switch mode {
		case partial:
			addPartial(c, s, mm.slabList(sl), tail)
			c.SpinUnlock(s.listLock())
		case empty:
			mm.discardSlab(c, s, sl)
		}
		return
	}
}

// flushSlab is flush_slab, mm/slub.c, v6.0.
func (mm *MM) flushSlab(c *sim.CPU, s *kmemCache, cpu cpuSlab) {
	sl := slab(c.ReadOnce(cpu.slab()))
	freelist := sim.Addr(c.ReadOnce(cpu.freelist()))
	c.WriteOnce(cpu.slab(), 0)
	c.WriteOnce(cpu.freelist(), 0)
	if sl != 0 {
		mm.deactivateSlab(c, s, sl, freelist)
	}
}

// flushCpuSlab is flush_cpu_slab, mm/slub.c, v6.0, the work that flush_all
// queues on each CPU: this CPU's slab and its partial list go to the node.
func (mm *MM) flushCpuSlab(c *sim.CPU, s *kmemCache) { mm.__flushCpuSlab(c, s, c.ID()) }

// __flushCpuSlab is __flush_cpu_slab, mm/slub.c, v6.0: that of any CPU.
func (mm *MM) __flushCpuSlab(c *sim.CPU, s *kmemCache, id int) {
	cpu := s.cpuSlab(id)
	if c.ReadOnce(cpu.slab()) != 0 {
		mm.flushSlab(c, s, cpu)
	}
	if s.hasCPUPartial {
		mm.unfreezePartials(c, s, cpu)
	}
}

// shrinkPromoteMax is SHRINK_PROMOTE_MAX, 32 in the kernel: slabs with up to
// that many free objects are sorted, the fullest first.
const shrinkPromoteMax = 4

// sizeofStack is the room for __kmem_cache_do_shrink's list heads.
const sizeofStack = 16 * (1 + shrinkPromoteMax)

// stackList is the first of the list heads on this CPU's stack.
func stackList(c *sim.CPU) listHead { return listHead(stackBase + sim.Addr(c.ID())*sizeofStack) }

// kmemCacheShrink is kmem_cache_shrink and __kmem_cache_do_shrink, mm/slub.c,
// v6.0. The flush is of this CPU alone: the others flush when they run
// flush_cpu_slab.
func (configSLUB) kmemCacheShrink(mm *MM, c *sim.CPU, s *kmemCache) {
	mm.flushCpuSlab(c, s)
	mm.__kmemCacheDoShrink(c, s)
}

// __kmemCacheDoShrink is __kmem_cache_do_shrink, mm/slub.c, v6.0: empty slabs of
// the node are discarded, the others sorted.
func (mm *MM) __kmemCacheDoShrink(c *sim.CPU, s *kmemCache) {
	discard := stackList(c)
	promote := discard + 16
	initListHead(c, discard)
	for i := range listHead(shrinkPromoteMax) {
		initListHead(c, promote+16*i)
	}
	c.SpinLock(s.listLock())
	for pos := listHead(c.ReadOnce(s.partial().next())); pos != s.partial(); {
		next := listHead(c.ReadOnce(pos.next()))
		w := mm.listSlab(pos).Word(mm, c)
		free := w.objects() - w.inuse()
		c.BugOn(free == 0 || free > w.objects(), bugPartialFull)
		if free == w.objects() {
			listMove(c, pos, discard)
			c.WriteOnce(s.nrPartial(), c.ReadOnce(s.nrPartial())-1)
		} else if free <= shrinkPromoteMax {
			listMove(c, pos, promote+16*listHead(free-1))
		}
		pos = next
	}
	for i := listHead(shrinkPromoteMax); i > 0; i-- {
		listSplice(c, promote+16*(i-1), s.partial())
	}
	c.SpinUnlock(s.listLock())

	for pos := listHead(c.ReadOnce(discard.next())); pos != discard; {
		next := listHead(c.ReadOnce(pos.next()))
		mm.discardSlab(c, s, mm.listSlab(pos))
		pos = next
	}
}

// drainCache flushes what each CPU has and frees the empty slabs.
func (configSLUB) drainCache(mm *MM, c *sim.CPU, s *kmemCache) {
	for i := range sim.MaxCPUs {
		cpu := s.cpuSlab(i)
		if mm.m.Peek(cpu.slab()) != 0 || mm.m.Peek(cpu.partial()) != 0 {
			mm.__flushCpuSlab(c, s, i)
		}
	}
	if mm.m.Peek(s.nrPartial()) != 0 {
		mm.__kmemCacheDoShrink(c, s)
	}
}
