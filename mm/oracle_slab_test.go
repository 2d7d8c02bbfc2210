package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: oracle 6 fires for each misuse of objects, and only then.
func TestOracleSlab(t *testing.T) {
	for _, test := range []struct {
		name string
		body func(mm *MM, c *sim.CPU)
		want string
	}{
		{"alloc and free", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[0]
			for range 3 {
				mm.alloc.kmemCacheFree(mm, c, s, mm.alloc.kmemCacheAlloc(mm, c, s))
			}
		}, ""},
		{"freed twice", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[0]
			object := mm.alloc.kmemCacheAlloc(mm, c, s)
			mm.alloc.kmemCacheFree(mm, c, s, object)
			mm.alloc.kmemCacheFree(mm, c, s, object)
		}, bugFreeUnused},
		{"freed to another cache", func(mm *MM, c *sim.CPU) {
			mm.alloc.kmemCacheFree(mm, c, &mm.caches[1], mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[0]))
		}, bugFreeForeign},
		{"the inside of an object freed", func(mm *MM, c *sim.CPU) {
			mm.kfree(c, mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[0])+8)
		}, bugFreeForeign},
		{"kfree of a page", func(mm *MM, c *sim.CPU) {
			mm.kfree(c, pageAddress(mm.allocPages(c, 0, 0)))
		}, bugKfreeNoSlab},
		{"free pointer overwritten", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[0]
			object := mm.alloc.kmemCacheAlloc(mm, c, s)
			mm.alloc.kmemCacheFree(mm, c, s, object)
			c.WriteOnce(object+s.offset, 0x6b6b6b6b6b6b6b6b)
			mm.alloc.kmemCacheAlloc(mm, c, s)
		}, bugFreelistBroken},
		{"freelist has an object in use", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[0]
			used := mm.alloc.kmemCacheAlloc(mm, c, s)
			c.WriteOnce(s.cpuSlab(c.ID()).freelist(), uint64(used))
			setFreepointer(c, s, used, 0)
			mm.alloc.kmemCacheAlloc(mm, c, s)
		}, bugHandedOutTwice},
		{"freelist has an object of another slab", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[0]
			mm.alloc.kmemCacheAlloc(mm, c, s)
			other := mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[1])
			c.WriteOnce(s.cpuSlab(c.ID()).freelist(), uint64(other))
			mm.alloc.kmemCacheAlloc(mm, c, s)
		}, bugForeignObject},
		{"slab's freelist is another slab's", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[0]
			sl := mm.virtToSlab(c, mm.alloc.kmemCacheAlloc(mm, c, s))
			mm.flushCpuSlab(c, s)
			other := mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[1])
			c.WriteOnce(sl.at(mm.layout.counters), uint64(sl.Word(mm, c).withFreelist(other)))
			mm.alloc.kmemCacheAlloc(mm, c, s)
		}, bugFreelistBroken},
		{"slab discarded while used", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[0]
			mm.discardSlab(c, s, mm.virtToSlab(c, mm.alloc.kmemCacheAlloc(mm, c, s)))
		}, bugDiscardUsed},
		{"freelist is a cycle", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[0]
			object := mm.alloc.kmemCacheAlloc(mm, c, s)
			mm.alloc.kmemCacheFree(mm, c, s, object)
			setFreepointer(c, s, object, object)
			mm.flushCpuSlab(c, s)
		}, bugFreelistCycle},
		{"flushed slab not frozen", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[0]
			sl := mm.virtToSlab(c, mm.alloc.kmemCacheAlloc(mm, c, s))
			c.WriteOnce(sl.at(mm.layout.counters), uint64(sl.Word(mm, c).withFrozen(false)))
			mm.flushCpuSlab(c, s)
		}, bugSlabNotFrozen},
		{"slab on the node's list frozen", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[0]
			sl := mm.virtToSlab(c, mm.alloc.kmemCacheAlloc(mm, c, s))
			mm.flushCpuSlab(c, s)
			c.WriteOnce(sl.at(mm.layout.counters), uint64(sl.Word(mm, c).withFrozen(true)))
			mm.alloc.kmemCacheAlloc(mm, c, s)
		}, bugSlabFrozen},
		{"slab on the node's list has nothing", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[0]
			sl := mm.virtToSlab(c, mm.alloc.kmemCacheAlloc(mm, c, s))
			mm.flushCpuSlab(c, s)
			c.WriteOnce(sl.at(mm.layout.counters), uint64(sl.Word(mm, c).withFreelist(0)))
			mm.alloc.kmemCacheAlloc(mm, c, s)
		}, bugPartialNoFreelist},
		{"slab on the node's list full", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[0]
			sl := mm.virtToSlab(c, mm.alloc.kmemCacheAlloc(mm, c, s))
			mm.flushCpuSlab(c, s)
			w := sl.Word(mm, c)
			c.WriteOnce(sl.at(mm.layout.counters), uint64(w.withInuse(w.objects())))
			mm.alloc.kmemCacheShrink(mm, c, s)
		}, bugPartialFull},
		{"slab_cache overwritten", func(mm *MM, c *sim.CPU) {
			object := mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[0])
			c.WriteOnce(mm.virtToSlab(c, object).at(mm.layout.slabCache), uint64(mm.caches[0].addr)+8)
			mm.kfree(c, object)
		}, bugSlabCache},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, kernel := range Kernels() {
				mm := bootConfig(t, kernel, "", sim.Dull{})
				bug := mm.m.Run(1, func(c *sim.CPU) { test.body(mm, c) }).Bug
				require.Equal(t, test.want, title(bug), kernel.Name)
			}
		})
	}
}

// Goal: a reader keeps a typesafe slab from being freed, and the oracle notices
// when it does not.
func TestOracleSlabReadAfterGracePeriod(t *testing.T) {
	// A SLAB_TYPESAFE_BY_RCU that does not wait for readers.
	broken := &Kernel{Name: "broken", Parent: "v6.0",
		freeSlab: func(mm *MM, c *sim.CPU, s *kmemCache, slab slab) { mm.k.__freeSlab(mm, c, s, slab) }}
	for _, test := range []struct {
		kernel *Kernel
		want   string
	}{
		{findKernel(t, "v6.0"), ""},
		{findKernel(t, "v6.2"), ""},
		{broken, bugReadFreed},
	} {
		// cpu1's part runs between the reader's rcu_read_lock and its read.
		mm := bootConfig(t, test.kernel, "", switchAt{{0, 2, 1}})
		var object sim.Addr
		bug := mm.m.Run(2, func(c *sim.CPU) {
			if c.ID() == 0 {
				mm.rcuReadLock(c)
				c.SmpMb()
				mm.readObject(c, object)
				mm.rcuReadUnlock(c)
				return
			}
			s := &mm.caches[1]
			object = mm.alloc.kmemCacheAlloc(mm, c, s)
			mm.alloc.kmemCacheFree(mm, c, s, object)
			mm.flushCpuSlab(c, s)
			mm.rcuDoBatch(c)
		}).Bug
		require.Equal(t, test.want, title(bug), test.kernel.Name)
	}
}
