package mm

import (
	"fmt"
	"math/bits"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Boot puts the machine into the state in which programs start: all pages are
// free, the caches and owners have nothing. An allocator that the kernel lacks
// is taken for one that it has. It returns what a config with init_warn=1 warns
// of, or nil.
func (mm *MM) Boot(cfg Config, model sim.Model, ch sim.Chooser) *sim.Bug {
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
	if cfg.initWarn {
		return mm.kmemCacheInitWarn()
	}
	return nil
}

const bugInitWarn = "kmem_cache_init: address of the RCU callback has bits of PAGE_MAPPING_FLAGS"

// kmemCacheInitWarn is the warning that the thread suggested for
// kmem_cache_init, of September 2022: the address that call_rcu will put on
// mapping must not have bits that say what mapping is. It knows nothing of the
// other values that stand there.
func (mm *MM) kmemCacheInitWarn() *sim.Bug {
	address := mm.text[mm.callback()]
	if mm.layout.rcuHead+8 != pageMapping || address&pageMappingFlags == 0 {
		return nil
	}
	return &sim.Bug{Title: bugInitWarn, Func: "kmem_cache_init", Stack: []string{"kmem_cache_init"},
		Detail: fmt.Sprintf("%s is at %016x", symbols[mm.callback()].name, address)}
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
