package mm

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// What a cache of SLAB has in memory: a struct kmem_cache_node, an array_cache
// for each CPU, and the lists of free objects of its slabs.

// struct kmem_cache_node, in the place of struct kmem_cache.
func (s *kmemCache) slabsPartial() listHead { return listHead(s.addr + 8) }
func (s *kmemCache) slabsFull() listHead    { return listHead(s.addr + 24) }
func (s *kmemCache) slabsFree() listHead    { return listHead(s.addr + 40) }
func (s *kmemCache) totalSlabs() sim.Addr   { return s.addr + 56 }
func (s *kmemCache) freeSlabs() sim.Addr    { return s.addr + 64 }
func (s *kmemCache) freeObjects() sim.Addr  { return s.addr + 72 }

func (configSLAB) cacheField(off sim.Addr) string {
	fields := [...]string{"list_lock", "slabs_partial.next", "slabs_partial.prev", "slabs_full.next", "slabs_full.prev",
		"slabs_free.next", "slabs_free.prev", "total_slabs", "free_slabs", "free_objects"}
	if i := int(off / 8); i < len(fields) {
		return ".node." + fields[i]
	}
	return fmt.Sprintf("+%d", off)
}

// arrayCache is the address of a struct array_cache: avail, entry[].
type arrayCache sim.Addr

const (
	maxArrayCache    = 24 // entries: the largest limit there is
	sizeofArrayCache = 8 * (1 + maxArrayCache)
	arrayCachesEnd   = arrayCacheBase + NrCaches*sim.MaxCPUs*sizeofArrayCache
)

func (s *kmemCache) cpuCache(cpu int) arrayCache {
	i := sim.Addr(s.index())*sim.MaxCPUs + sim.Addr(cpu)
	return arrayCache(arrayCacheBase + i*sizeofArrayCache)
}

func (ac arrayCache) avail() sim.Addr         { return sim.Addr(ac) }
func (ac arrayCache) entry(i uint64) sim.Addr { return sim.Addr(ac) + 8 + 8*sim.Addr(i) }

// arrayCacheName names a word of an array_cache, at off in all of them.
func arrayCacheName(off sim.Addr) string {
	i, off := off/sizeofArrayCache, off%sizeofArrayCache
	name := fmt.Sprintf("c%d.cpu%d.", i/sim.MaxCPUs, i%sim.MaxCPUs)
	if off == 0 {
		return name + "avail"
	}
	return fmt.Sprintf("%sentry[%d]", name, off/8-1)
}

// createCache is what __kmem_cache_create and enable_cpucache decide, mm/slab.c,
// v6.0, as /proc/slabinfo can change it: limit and batchcount.
func (configSLAB) createCache(mm *MM, s *kmemCache) {
	s.limit = max(1, uint64(mm.cfg.number(cfgCPUPartial)))
	s.batchcount = (s.limit + 1) / 2
	s.freeLimit = uint64(mm.cfg.number(cfgMinPartial)) * s.objects
}

func (configSLAB) bootCache(mm *MM, s *kmemCache) {
	mm.pokeListHead(s.slabsPartial())
	mm.pokeListHead(s.slabsFull())
	mm.pokeListHead(s.slabsFree())
}

// offSlab reports whether the lists of free objects are kept elsewhere
// (CFLGS_OFF_SLAB): readers may still read a free object of a typesafe cache.
// Other caches keep them in a free object (CFLGS_OBJFREELIST_SLAB).
func (s *kmemCache) offSlab() bool { return s.typesafe }

// A list of free objects has a byte for each object, in words of eight. What is
// off the slabs is a kmalloc of its own in the kernel; here each page has room
// for the list of the slab that begins with it.
const (
	sizeofFreelist = 16
	freelistsEnd   = freelistBase + NrPages*sizeofFreelist
)

// allocSlabmgmt is alloc_slabmgmt, mm/slab.c, v6.0. It returns where the list of
// free objects is, 0 if it is to be in an object.
func (mm *MM) allocSlabmgmt(c *sim.CPU, s *kmemCache, sl slab) sim.Addr {
	page := slabFolio(sl)
	c.WriteOnce(sl.at(mm.layout.sMem), uint64(pageAddress(page)))
	c.WriteOnce32(sl.at(mm.layout.active), 0)
	if !s.offSlab() {
		return 0
	}
	return freelistBase + sim.Addr(page.index())*sizeofFreelist
}

// cacheInitObjs is cache_init_objs, mm/slab.c, v6.0.
func (mm *MM) cacheInitObjs(c *sim.CPU, s *kmemCache, sl slab) {
	if !s.offSlab() {
		c.WriteOnce(sl.at(mm.layout.freelist), uint64(mm.indexToObj(c, s, sl, s.objects-1)))
	}
	for i := range s.objects {
		mm.setFreeObj(c, sl, i, i)
	}
}

// slabActive reads slab->active, how many objects the CPUs have.
func (mm *MM) slabActive(c *sim.CPU, sl slab) uint64 {
	return uint64(c.ReadOnce32(sl.at(mm.layout.active)))
}

// indexToObj is index_to_obj, mm/slab.c, v6.0.
func (mm *MM) indexToObj(c *sim.CPU, s *kmemCache, sl slab, i uint64) sim.Addr {
	return sim.Addr(c.ReadOnce(sl.at(mm.layout.sMem))) + s.size*sim.Addr(i)
}

// objToIndex is obj_to_index, include/linux/slab_def.h, v6.0.
func (mm *MM) objToIndex(c *sim.CPU, s *kmemCache, sl slab, object sim.Addr) uint64 {
	return uint64((object - sim.Addr(c.ReadOnce(sl.at(mm.layout.sMem)))) / s.size)
}

// getFreeObj is get_free_obj, mm/slab.c, v6.0.
func (mm *MM) getFreeObj(c *sim.CPU, sl slab, i uint64) uint64 {
	list := sim.Addr(c.ReadOnce(sl.at(mm.layout.freelist)))
	return c.ReadOnce(list+sim.Addr(i&^7)) >> (i & 7 * 8) & 0xff
}

// setFreeObj is set_free_obj, mm/slab.c, v6.0. It stores a byte; nobody else
// changes those beside it meanwhile.
func (mm *MM) setFreeObj(c *sim.CPU, sl slab, i, object uint64) {
	list := sim.Addr(c.ReadOnce(sl.at(mm.layout.freelist)))
	word := list + sim.Addr(i&^7)
	shift := i & 7 * 8
	c.WriteOnce(word, c.ReadOnce(word)&^(0xff<<shift)|object<<shift)
}

// slabGetObj is slab_get_obj, mm/slab.c, v6.0.
func (mm *MM) slabGetObj(c *sim.CPU, s *kmemCache, sl slab) sim.Addr {
	active := mm.slabActive(c, sl)
	object := mm.indexToObj(c, s, sl, mm.getFreeObj(c, sl, active))
	c.WriteOnce32(sl.at(mm.layout.active), uint32(active+1))
	mm.checkFreelist(c, s, sl, object)
	return object
}

// slabPutObj is slab_put_obj, mm/slab.c, v6.0.
func (mm *MM) slabPutObj(c *sim.CPU, s *kmemCache, sl slab, object sim.Addr) {
	objnr := mm.objToIndex(c, s, sl, object)
	active := mm.slabActive(c, sl) - 1
	c.WriteOnce32(sl.at(mm.layout.active), uint32(active))
	if c.ReadOnce(sl.at(mm.layout.freelist)) == 0 {
		c.WriteOnce(sl.at(mm.layout.freelist), uint64(object))
	}
	mm.setFreeObj(c, sl, active, objnr)
}
