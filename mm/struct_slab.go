package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// What mm/slab.h gives to the slab allocator: struct slab.

// slabFolio is slab_folio, mm/slab.h, v6.0.
func slabFolio(sl slab) Page { return Page(sl) }

// slabList is the address of slab->slab_list.
func (mm *MM) slabList(sl slab) listHead { return listHead(sl.at(mm.layout.slabList)) }

// Cache reads slab->slab_cache. Like Word it is exported as the helpers that
// are no kernel functions are, so that traces name the function that reads.
func (sl slab) Cache(mm *MM, c *sim.CPU) *kmemCache {
	a := c.ReadOnce(sl.at(mm.layout.slabCache))
	for i := range mm.caches {
		if s := &mm.caches[i]; uint64(s.addr) == a {
			return s
		}
	}
	c.Oops(bugSlabCache, sim.Addr(a))
	return nil
}

// slabTestPfmemalloc is slab_test_pfmemalloc, mm/slab.h, v6.0: PG_active.
func (mm *MM) slabTestPfmemalloc(c *sim.CPU, sl slab) bool {
	return c.TestBit(mm.k.flags.active, sl.at(pageFlags))
}

// slabSetPfmemalloc is slab_set_pfmemalloc, mm/slab.h, v6.0: atomic.
func (mm *MM) slabSetPfmemalloc(c *sim.CPU, sl slab) {
	c.SetBit(mm.k.flags.active, sl.at(pageFlags))
}

// __slabClearPfmemalloc is __slab_clear_pfmemalloc, mm/slab.h, v6.0: not
// atomic.
func (mm *MM) __slabClearPfmemalloc(c *sim.CPU, sl slab) {
	mm.__clearBit(c, mm.k.flags.active, slabFolio(sl))
}

// slabWord is what a slab has at offsets 32 and 40, in the one word at 40.
// SLUB changes freelist and counters together, by a cmpxchg of 16 bytes; the
// machine has none, so the upper half of counters, which is unused, holds the
// low half of freelist, and the word at 32 is left alone. What one step
// changes in the kernel one step changes here. Bits: inuse 0-15, objects
// 16-30, frozen 31, freelist 32-63.
type slabWord uint64

const frozenBit = 1 << 31

func (w slabWord) inuse() uint64   { return uint64(w) & 0xffff }
func (w slabWord) objects() uint64 { return uint64(w) >> 16 & 0x7fff }
func (w slabWord) frozen() bool    { return w&frozenBit != 0 }

func (w slabWord) freelist() sim.Addr {
	if w>>32 == 0 {
		return 0
	}
	return directMap&^0xffffffff | sim.Addr(w>>32)
}

func (w slabWord) withInuse(n uint64) slabWord   { return w&^0xffff | slabWord(n)&0xffff }
func (w slabWord) withObjects(n uint64) slabWord { return w&^0x7fff0000 | slabWord(n)<<16 }

func (w slabWord) withFrozen(frozen bool) slabWord {
	if frozen {
		return w | frozenBit
	}
	return w &^ frozenBit
}

func (w slabWord) withFreelist(object sim.Addr) slabWord {
	return w&0xffffffff | slabWord(object)<<32
}

// Word reads slab->freelist and slab->counters.
func (sl slab) Word(mm *MM, c *sim.CPU) slabWord {
	return slabWord(c.ReadOnce(sl.at(mm.layout.counters)))
}

// cmpxchgDoubleSlab is cmpxchg_double_slab, mm/slub.c, v6.0. On a machine that
// has cmpxchg_double it is fully ordered on success.
func (mm *MM) cmpxchgDoubleSlab(c *sim.CPU, sl slab, old, new slabWord) bool {
	if mm.cfg.number(cfgCmpxchgDouble) == 0 {
		return mm.updateFreelistSlow(c, sl, old, new)
	}
	a := sl.at(mm.layout.counters)
	return c.Cmpxchg(a, uint64(old), uint64(new)) == uint64(old)
}
