package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// shadow is what the oracles know besides the machine's memory: the truth in
// the order in which steps are done, whatever a CPU's loads return. Kernel code
// never branches on it.
type shadow struct {
	pages   [NrPages]pageShadow
	objects uint64 // slab objects in use, a bit for each smallest object
	clock   uint32 // read-side sections begun and callbacks queued
	readers [sim.MaxCPUs]readerShadow
}

type pageShadow struct {
	slab     bool  // marked as a slab
	cache    uint8 // index of the slab's cache
	locker   uint8 // 1 + the CPU that holds the page lock, 0 for none
	callback bool  // its rcu_head is queued
	queued   uint32
}

type readerShadow struct {
	nesting uint8
	since   uint32 // clock when the outermost section began
}

func (s *shadow) page(page Page) *pageShadow { return &s.pages[page.index()] }

// smallestObject is the size of an object with the most objects in a page, 64
// in all memory.
const smallestObject = pageSize * NrPages / 64

func objectBit(object sim.Addr) uint64 { return 1 << ((object - directMap) / smallestObject) }

// isObjectAddr reports whether a is in the memory of pages.
func isObjectAddr(a sim.Addr) bool { return a-directMap < NrPages*pageSize }
