package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// shadow is what the oracles know besides the machine's memory: the truth in
// the order in which steps are done, whatever a CPU's loads return. Kernel code
// never branches on it.
type shadow struct {
	pages   [NrPages]pageShadow
	objects [NrCaches]uint64 // in use, a bit for each smallest object
	clock   uint32           // read-side sections begun and callbacks queued
	readers [sim.MaxCPUs]readerShadow
	queued  [maxObjects]uint32 // of rcu_heads in objects, see pageShadow
	fences  [NrFenceSlots]fenceShadow
}

type pageShadow struct {
	slab   bool   // marked as a slab
	holds  uint8  // objects of a cache, 1 + its index, or of anyCache; 0 for none
	locker uint8  // 1 + the CPU that holds the page lock, 0 for none
	queued uint32 // clock when its rcu_head was queued, 0 when it is not
}

const anyCache = 0xff

type readerShadow struct {
	nesting uint8
	since   uint32 // clock when the outermost section began
}

func (s *shadow) page(page Page) *pageShadow { return &s.pages[page.index()] }

// smallestObject is the size of an object with the most objects in a page.
const (
	maxObjects     = 64 // in all memory
	smallestObject = pageSize * NrPages / maxObjects
)

func objectBit(object sim.Addr) uint64 { return 1 << ((object - directMap) / smallestObject) }

// inUse reports whether the object is in use, of whichever cache.
func (s *shadow) inUse(object sim.Addr) bool {
	return (s.objects[0]|s.objects[1])&objectBit(object) != 0
}

// isObjectAddr reports whether a is in the memory of pages.
func isObjectAddr(a sim.Addr) bool { return a-directMap < NrPages*pageSize }
