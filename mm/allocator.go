package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// The slab allocators, as the values of the config key alloc.
const (
	allocSlub = iota
	allocSlab
	allocSlob
	nrAllocs
)

var allocNames = [nrAllocs]string{"slub", "slab", "slob"}

// callbacks are the functions that they give to call_rcu.
var callbacks = [nrAllocs]symbol{symRcuFreeSlab, symKmemRcuFree, symKmemRcuFree}

// allocator is what a slab allocator provides: what mm/slab.h declares, and what
// the model needs besides.
type allocator struct {
	createCache func(mm *MM, s *kmemCache) // sizes and limits
	bootCache   func(mm *MM, s *kmemCache) // memory of a cache that has no slab yet

	kmemCacheAlloc  func(mm *MM, c *sim.CPU, s *kmemCache) sim.Addr // 0 if there is no memory
	kmemCacheFree   func(mm *MM, c *sim.CPU, s *kmemCache, object sim.Addr)
	kmemCacheShrink func(mm *MM, c *sim.CPU, s *kmemCache)
	// flushCpu gives back what this CPU has.
	flushCpu func(mm *MM, c *sim.CPU, s *kmemCache)
	// drainCache gives back what each CPU has, when no other CPU runs.
	drainCache func(mm *MM, c *sim.CPU, s *kmemCache)

	// rcuFree is the body of the function that call_rcu is given.
	rcuFree func(mm *MM, c *sim.CPU, head sim.Addr)

	// cacheField names the word at off in a struct kmem_cache.
	cacheField func(off sim.Addr) string
}

// configSLUB has as methods the functions that each allocator has.
type configSLUB struct{}

// configSLAB is configSLUB for CONFIG_SLAB.
type configSLAB struct{}

// configSLOB is configSLUB for CONFIG_SLOB.
type configSLOB struct{}

var allocators = [nrAllocs]allocator{
	allocSlub: {
		createCache:     configSLUB{}.createCache,
		bootCache:       configSLUB{}.bootCache,
		kmemCacheAlloc:  configSLUB{}.kmemCacheAlloc,
		kmemCacheFree:   configSLUB{}.kmemCacheFree,
		kmemCacheShrink: configSLUB{}.kmemCacheShrink,
		flushCpu:        (*MM).flushCpuSlab,
		drainCache:      configSLUB{}.drainCache,
		rcuFree:         (*MM).rcuFreeSlab,
		cacheField:      configSLUB{}.cacheField,
	},
	allocSlab: {
		createCache:     configSLAB{}.createCache,
		bootCache:       configSLAB{}.bootCache,
		kmemCacheAlloc:  configSLAB{}.kmemCacheAlloc,
		kmemCacheFree:   configSLAB{}.kmemCacheFree,
		kmemCacheShrink: configSLAB{}.kmemCacheShrink,
		flushCpu:        (*MM).doDrain,
		drainCache:      configSLAB{}.drainCache,
		rcuFree:         configSLAB{}.kmemRcuFree,
		cacheField:      configSLAB{}.cacheField,
	},
	allocSlob: {
		createCache:     configSLOB{}.createCache,
		bootCache:       configSLOB{}.bootCache,
		kmemCacheAlloc:  configSLOB{}.kmemCacheAlloc,
		kmemCacheFree:   configSLOB{}.kmemCacheFree,
		kmemCacheShrink: configSLOB{}.kmemCacheShrink,
		flushCpu:        configSLOB{}.flushCpu,
		drainCache:      configSLOB{}.flushCpu,
		rcuFree:         configSLOB{}.kmemRcuFree,
		cacheField:      configSLOB{}.cacheField,
	},
}

// kmemCache is what does not change after boot in a struct kmem_cache.
type kmemCache struct {
	addr     sim.Addr
	typesafe bool // SLAB_TYPESAFE_BY_RCU
	order    uint
	objects  uint64 // in a slab
	size     sim.Addr

	// SLUB.
	offset          sim.Addr // of the free pointer in a free object
	minPartial      uint64
	hasCPUPartial   bool
	cpuPartialSlabs uint32

	// SLAB.
	limit      uint64 // objects in a CPU's array_cache
	batchcount uint64
	freeLimit  uint64 // free objects that the node keeps
}

// index is i of mm.caches[i].
func (s *kmemCache) index() uint8 { return uint8((s.addr - cacheBase) / sizeofKmemCache) }

// createCaches is what kmem_cache_create decides.
func (mm *MM) createCaches() {
	perPage := sim.Addr(mm.cfg.number(cfgObjects))
	for i := range mm.caches {
		s := &mm.caches[i]
		*s = kmemCache{
			addr:     cacheBase + sim.Addr(i)*sizeofKmemCache,
			typesafe: i == 1,
			order:    mm.cfg.number(cfgOrder),
			size:     pageSize / perPage,
		}
		s.objects = uint64(perPage) << s.order
		mm.alloc.createCache(mm, s)
	}
}
