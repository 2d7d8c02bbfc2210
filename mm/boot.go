package mm

import (
	"math/bits"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Boot puts the machine into the state in which programs start: all pages are
// free, the caches and owners have nothing. An allocator that the kernel lacks
// is taken for one that it has.
func (mm *MM) Boot(cfg Config, model sim.Model, ch sim.Chooser) {
	cfg.chosen[cfgAlloc] %= mm.k.layouts.allocs() // FitConfig
	if mm.target == nil || cfg != mm.cfg {
		mm.cfg = cfg
		mm.layout = mm.k.layouts[cfg.chosen[cfgAlloc]]
		mm.alloc = &allocators[cfg.chosen[cfgAlloc]]
		mm.linkText()
		mm.createCaches()
		mm.bootMemory()
	}
	mm.shadow = shadow{}
	mm.m.Reset(model, ch)
}

// bootMemory sets memory to what it is at boot. That depends on the allocator
// and on nothing else that a config says.
func (mm *MM) bootMemory() {
	image := &mm.images[mm.cfg.chosen[cfgAlloc]]
	if *image == nil {
		mm.m.Clear()
		mm.bootPages()
		for i := range mm.caches {
			mm.alloc.bootCache(mm, &mm.caches[i])
		}
		mm.bootOwners()
		*image = mm.m.Snapshot()
	}
	mm.m.Restore(*image)
}

// bootPages frees all pages: some to the CPUs' lists, the rest as the largest
// blocks there are.
func (mm *MM) bootPages() {
	for order := range uint(maxOrder + 1) {
		mm.pokeListHead(freeList(order))
	}
	i := 0
	for cpu := range sim.MaxCPUs {
		pcp := pcpOf(cpu)
		mm.pokeListHead(pcp.list())
		if cpu >= pcpBootCPUs {
			continue
		}
		for range pcpBoot {
			mm.m.Poke32(nthPage(i).at(pageType), pageTypeNone)
			mm.pokeListAddTail(pageLru(nthPage(i)), pcp.list())
			i++
		}
		mm.m.Poke(pcp.count(), pcpBoot)
	}
	for i < NrPages {
		order := bits.TrailingZeros(uint(i))
		page := nthPage(i)
		mm.m.Poke32(page.at(pageType), mm.k.types.buddy)
		mm.m.Poke(page.at(pagePrivate), uint64(order))
		mm.pokeListAddTail(pageLru(page), freeList(uint(order)))
		for range 1<<order - 1 {
			i++
			mm.m.Poke32(nthPage(i).at(pageType), pageTypeNone)
		}
		i++
	}
}

func (mm *MM) pokeListAddTail(entry, head listHead) {
	m := mm.m
	prev := listHead(m.Peek(head.prev()))
	m.Poke(prev.next(), uint64(entry))
	m.Poke(entry.prev(), uint64(prev))
	m.Poke(entry.next(), uint64(head))
	m.Poke(head.prev(), uint64(entry))
}
