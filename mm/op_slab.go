package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Users of the slab allocator. A slot's word is the object's address, with in
// bit 0 the number of its cache. Objects pass from one CPU to another by xchg.

func takeSlot(c *sim.CPU, slot sim.Addr) uint64 { return c.Xchg(slot, 0) }

func objectSlot(i uint8) sim.Addr { return objectSlots + 8*sim.Addr(i%NrObjectSlots) }

const slotCacheMask = NrCaches - 1

func mmfuzzKmemCacheAlloc(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	cache := uint64(a[0] & slotCacheMask)
	object := mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[cache])
	if object == 0 {
		return
	}
	mm.mmfuzzFreeSlotObject(c, c.Xchg(objectSlot(a[1]), uint64(object)|cache))
}

func mmfuzzKmemCacheFree(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	mm.mmfuzzFreeSlotObject(c, takeSlot(c, objectSlot(a[0])))
}

// mmfuzzFreeSlotObject frees what was in a slot.
func (mm *MM) mmfuzzFreeSlotObject(c *sim.CPU, word uint64) {
	if word != 0 {
		mm.alloc.kmemCacheFree(mm, c, &mm.caches[word&slotCacheMask], sim.Addr(word&^slotCacheMask))
	}
}

func mmfuzzKmemCacheShrink(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	mm.alloc.kmemCacheShrink(mm, c, &mm.caches[a[0]&slotCacheMask])
}

func mmfuzzFlushCpuSlab(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	mm.alloc.flushCpu(mm, c, &mm.caches[a[0]&slotCacheMask])
}

func mmfuzzRcuDoBatch(mm *MM, c *sim.CPU, _ [MaxArgs]uint8) { mm.rcuDoBatch(c) }

func mmfuzzSynchronizeRcu(_ *MM, c *sim.CPU, _ [MaxArgs]uint8) { c.SynchronizeRcu() }

// mmfuzzRcuReadLock is a lookup without a lock, as SLAB_TYPESAFE_BY_RCU is for:
// the object may be freed and even handed out again while it is read, but its
// slab may not go away. Afterwards such a user looks whether it is still the
// one.
func mmfuzzRcuReadLock(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	slot := objectSlot(a[0])
	mm.rcuReadLock(c)
	if word := c.RcuDereference(slot); word&slotCacheMask != 0 {
		object := sim.Addr(word &^ slotCacheMask)
		mm.readObject(c, object)
		if c.ReadOnce(slot) == word {
			mm.readObject(c, object)
		}
	}
	mm.rcuReadUnlock(c)
}
