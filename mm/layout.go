package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// slab is the address of a struct slab, which is that of its first struct
// page.
type slab sim.Addr

func (s slab) at(offset sim.Addr) sim.Addr { return sim.Addr(s) + offset }

// layout says where struct slab has its fields, in bytes from the start of
// struct page. Fields at the same place are a union. At 0 is __page_flags, so
// that 0 stands for a field that an allocator does not have.
type layout struct {
	slabCache sim.Addr
	slabList  sim.Addr // struct list_head: next, prev
	rcuHead   sim.Addr // struct rcu_head: next, func

	// SLUB.
	next     sim.Addr // only with CONFIG_SLUB_CPU_PARTIAL
	slabs    sim.Addr // int, only with CONFIG_SLUB_CPU_PARTIAL
	counters sim.Addr // and freelist, see cmpxchgDoubleSlab

	// SLAB and SLOB.
	freelist sim.Addr
	sMem     sim.Addr
	active   sim.Addr // unsigned int
	units    sim.Addr
}

// layouts has the layout of each slab allocator, nil for those that a kernel
// lacks. These are the last ones.
type layouts [nrAllocs]*layout

// allocs returns how many allocators there are.
func (l *layouts) allocs() uint8 {
	n := uint8(0)
	for n < nrAllocs && l[n] != nil {
		n++
	}
	return n
}

var (
	layoutsV60  = layouts{&slubOld, &slabOld, &slobOld}
	layoutsNext = layouts{&slubNew, &slabNew, &slobOld}
	layoutsV64  = layouts{&slubNew, &slabNew} // without SLOB, until v6.7
	layoutsV68  = layouts{&slubNew}           // without SLAB
)

// slubOld is SLUB's struct slab of v6.0 and v6.1.
var slubOld = layout{
	slabCache: 24,
	slabList:  8,
	rcuHead:   8,
	next:      8,
	slabs:     16,
	counters:  40,
}

// slubNew is that of 65505d1f2338e7: linux-next of September 2022, and v6.2 to
// v6.17. slab_list.prev, rcu_head.func and slabs stand on page->mapping.
var slubNew = layout{
	slabCache: 8,
	slabList:  16,
	rcuHead:   16,
	next:      16,
	slabs:     24,
	counters:  40,
}

// slabOld is SLAB's struct slab of v6.0 and v6.1.
var slabOld = layout{
	slabCache: 24,
	slabList:  8,
	rcuHead:   8,
	freelist:  32,
	sMem:      40,
	active:    48,
}

// slabNew is that of 65505d1f2338e7, until v6.7. slab_list.prev and
// rcu_head.func stand on page->mapping.
var slabNew = layout{
	slabCache: 8,
	slabList:  16,
	rcuHead:   16,
	freelist:  32,
	sMem:      40,
	active:    48,
}

// slobOld is SLOB's struct slab, which 65505d1f2338e7 left alone: nothing stands
// on page->mapping.
var slobOld = layout{
	slabList: 8,
	freelist: 32,
	units:    40,
}
