package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// The lock of a slab, which SLUB takes where the machine has no cmpxchg_double,
// and to debug. It is the page lock: an isolator that was misled, and the slab
// allocator, then lock each other out, but neither knows of the other.

// slabLock is slab_lock, mm/slub.c, v6.0: bit_spin_lock of PG_locked.
func (mm *MM) slabLock(c *sim.CPU, sl slab) {
	folio := slabFolio(sl)
	for c.TestAndSetBitLock(mm.k.flags.locked, folio.at(pageFlags)) {
		c.WaitOnBit(mm.k.flags.locked, folio.at(pageFlags))
	}
	mm.checkTrylock(c, folio)
}

// slabUnlock is slab_unlock, mm/slub.c, v6.0: __bit_spin_unlock. It is not
// atomic: a load and a store-release, which wipe what others did to the flags in
// between. Who wants the lock does nothing to them as long as it is held.
func (v60) slabUnlock(mm *MM, c *sim.CPU, sl slab) {
	folio := slabFolio(sl)
	mm.noteUnlock(folio)
	c.ClearBitUnlockNonAtomic(mm.k.flags.locked, folio.at(pageFlags))
	mm.checkFlagsLost(c, folio)
}

// slabUnlock is slab_unlock, mm/slub.c, v6.8: bit_spin_unlock, since other bits
// of the flags may change while it is held.
func (v610) slabUnlock(mm *MM, c *sim.CPU, sl slab) {
	folio := slabFolio(sl)
	mm.noteUnlock(folio)
	c.ClearBitUnlock(mm.k.flags.locked, folio.at(pageFlags))
}

// updateFreelistSlow is what __cmpxchg_double_slab, mm/slub.c, v6.0, does without
// cmpxchg_double, and later kernels in __update_freelist_slow.
func (mm *MM) updateFreelistSlow(c *sim.CPU, sl slab, old, new slabWord) bool {
	a := sl.at(mm.layout.counters)
	mm.slabLock(c, sl)
	same := c.ReadOnce(a) == uint64(old)
	if same {
		c.WriteOnce(a, uint64(new))
	}
	mm.k.slabUnlock(mm, c, sl)
	return same
}
