package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// allocating runs f for each kernel that has the allocator.
func allocating(t *testing.T, allocator, config string, f func(t *testing.T, mm *MM)) {
	for _, k := range Kernels() {
		cfg, err := ParseConfig("alloc=" + allocator + " " + config)
		require.NoError(t, err)
		if k.CheckConfig(cfg) != nil {
			continue
		}
		t.Run(k.Name, func(t *testing.T) { f(t, bootConfig(t, k, "alloc="+allocator+" "+config, sim.Dull{})) })
	}
}

// Goal: what stands on page->mapping of a page of SLAB or SLOB. SLAB's slabs are
// always on a list but while they are moved; SLOB leaves mapping alone.
func TestMappingOfSlabAndSlobPages(t *testing.T) {
	const byRCU = "kmem_cache_alloc c1 s0; kmem_cache_free s0; flush_cpu_slab c1"
	for _, test := range []struct{ kernel, config, program, mapping string }{
		{"next-20220927", "alloc=slab", "kmem_cache_alloc c0 s0", "&c0.node.slabs_full"},
		{"next-20220927", "alloc=slab", "kmem_cache_alloc c0 s0; flush_cpu_slab c0", "&c0.node.slabs_partial"},
		{"next-20220927", "alloc=slab min_partial=1", "kmem_cache_alloc c0 s0; kmem_cache_free s0; flush_cpu_slab c0", "&c0.node.slabs_free"},
		{"next-20220927", "alloc=slab", byRCU, "kmem_rcu_free"},
		{"v6.2", "alloc=slab", byRCU, "kmem_rcu_free"},
		{"next-20220927", "alloc=slab", byRCU + "; rcu_do_batch", "NULL"},
		{"v6.0", "alloc=slab", "kmem_cache_alloc c0 s0", "c0"},
		{"v6.0", "alloc=slab", byRCU, "c1"},
		{"next-20220927", "alloc=slob", "kmem_cache_alloc c0 s0", "NULL"},
		{"next-20220927", "alloc=slob", byRCU, "NULL"},
		{"next-20220927", "alloc=slob objects=1", byRCU, "NULL"},
	} {
		t.Run(test.kernel+" "+test.config+": "+test.program, func(t *testing.T) {
			mm := bootConfig(t, findKernel(t, test.kernel), test.config, sim.Dull{})
			require.Empty(t, title(mm.run(t, test.program)))
			mapping := nthPage(0).at(pageMapping)
			require.Equal(t, test.mapping, mm.ValueName(mapping, mm.m.Peek(mapping)))
			require.Empty(t, title(mm.Finish().Bug))
		})
	}
}

// Goal: the two others keep and free slabs when the kernel does.
func TestSlabAndSlobKeepAndFree(t *testing.T) {
	const three = "kmem_cache_alloc c0 s0; kmem_cache_alloc c0 s1; kmem_cache_alloc c0 s2; "
	for _, test := range []struct {
		name, allocator, config, program string
		slabs                            int
	}{
		{"an array_cache keeps free objects", "slab", "", "kmem_cache_alloc c0 s0; kmem_cache_free s0", 1},
		{"do_drain gives them back", "slab", "", "kmem_cache_alloc c0 s0; kmem_cache_free s0; flush_cpu_slab c0", 0},
		{"to a node that may keep a slab", "slab", "min_partial=1", "kmem_cache_alloc c0 s0; kmem_cache_free s0; flush_cpu_slab c0", 1},
		{"until the shrinker frees it", "slab", "min_partial=1", "kmem_cache_alloc c0 s0; kmem_cache_free s0; kmem_cache_shrink c0", 0},
		{"which leaves what is used", "slab", "", "kmem_cache_alloc c0 s0; kmem_cache_shrink c0", 1},
		{"an array_cache that is full is flushed", "slab", "objects=1 cpu_partial=2",
			three + "kmem_cache_free s0; kmem_cache_free s1; kmem_cache_free s2", 2},
		{"RCU keeps a slab", "slab", "", "kmem_cache_alloc c1 s0; kmem_cache_free s0; flush_cpu_slab c1", 1},
		{"and not longer", "slab", "", "kmem_cache_alloc c1 s0; kmem_cache_free s0; flush_cpu_slab c1; rcu_do_batch", 0},

		{"caches share pages", "slob", "", "kmem_cache_alloc c0 s0; kmem_cache_alloc c1 s1", 1},
		{"of which there are as many as needed", "slob", "", three + "kmem_cache_free s0; kmem_cache_alloc c1 s3", 2},
		{"the last object frees the page", "slob", "", "kmem_cache_alloc c0 s0; kmem_cache_alloc c0 s1; kmem_cache_free s0; kmem_cache_free s1", 0},
		{"RCU keeps an object", "slob", "", "kmem_cache_alloc c1 s0; kmem_cache_free s0", 1},
		{"and not longer", "slob", "", "kmem_cache_alloc c1 s0; kmem_cache_free s0; rcu_do_batch", 0},
		{"an object of a page is no slab", "slob", "objects=1", "kmem_cache_alloc c0 s0", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			allocating(t, test.allocator, test.config, func(t *testing.T, mm *MM) {
				require.Empty(t, title(mm.run(t, test.program)))
				require.Equal(t, test.slabs, mm.nrSlabs())
				require.Empty(t, title(mm.Finish().Bug))
				require.Equal(t, NrPages, mm.freePages())
			})
		})
	}
}

// Goal: oracles 6 and 8 fire for SLAB and SLOB as for SLUB, and the BUG_ONs of
// their own do.
func TestOraclesOfSlabAndSlob(t *testing.T) {
	type body func(mm *MM, c *sim.CPU)
	freedTwice := func(mm *MM, c *sim.CPU) {
		mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[0]) // so that the slab stays
		object := mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[0])
		mm.alloc.kmemCacheFree(mm, c, &mm.caches[0], object)
		mm.alloc.kmemCacheFree(mm, c, &mm.caches[0], object)
	}
	foreign := func(mm *MM, c *sim.CPU) {
		mm.alloc.kmemCacheFree(mm, c, &mm.caches[1], mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[0]))
	}
	slabOf := func(mm *MM, c *sim.CPU) slab {
		return mm.virtToSlab(c, mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[0]))
	}
	for _, test := range []struct {
		name, allocator string
		body            body
		want            string
	}{
		{"freed twice", "slab", freedTwice, bugFreeUnused},
		{"freed twice", "slob", freedTwice, bugFreeUnused},
		{"freed to another cache", "slab", foreign, bugFreeForeign},
		{"freed to another cache", "slob", foreign, bugFreeForeign},
		{"destroyed while used", "slab", func(mm *MM, c *sim.CPU) {
			mm.slabDestroy(c, &mm.caches[0], slabOf(mm, c))
		}, bugDiscardUsed},
		{"page freed while used", "slob", func(mm *MM, c *sim.CPU) {
			object := mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[0])
			mm.__kmemCacheFree(c, object, mm.caches[0].size)
		}, bugDiscardUsed},
		{"list of free objects has one in use", "slab", func(mm *MM, c *sim.CPU) {
			mm.setFreeObj(c, slabOf(mm, c), 1, 0)
			mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[0])
		}, bugFreelistBroken},
		{"free block is another's", "slob", func(mm *MM, c *sim.CPU) {
			sl := slabOf(mm, c)
			c.WriteOnce(sl.at(mm.layout.freelist), uint64(pageAddress(slabFolio(sl))))
			setSlob(c, slobBlock(pageAddress(slabFolio(sl))), slobUnits, slobBlock(pageAddress(slabFolio(sl))).add(slobUnits))
			mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[1])
		}, bugHandedOutTwice},
		{"batch of a full slab", "slab", func(mm *MM, c *sim.CPU) {
			sl := slabOf(mm, c)
			c.WriteOnce32(sl.at(mm.layout.active), uint32(mm.caches[0].objects))
			mm.allocBlock(c, &mm.caches[0], mm.caches[0].cpuCache(0), sl, 1)
		}, bugSlabFull},
		{"refill of a CPU that has objects", "slab", func(mm *MM, c *sim.CPU) {
			mm.alloc.kmemCacheFree(mm, c, &mm.caches[0], mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[0]))
			mm.cacheAllocRefill(c, &mm.caches[0])
		}, bugRefillNotEmpty},
		{"pages freed that are no slab", "slab", func(mm *MM, c *sim.CPU) {
			mm.k.kmemFreepages(mm, c, &mm.caches[0], slab(mm.allocPages(c, 0, 0)))
		}, bugFreepagesNoSlab},
		{"more than a page", "slob", func(mm *MM, c *sim.CPU) { mm.slobAlloc(c, pageSize+slobUnit) }, bugSlobNoRoom},
		{"freed twice by RCU", "slob", func(mm *MM, c *sim.CPU) {
			s := &mm.caches[1]
			object := mm.alloc.kmemCacheAlloc(mm, c, s)
			mm.alloc.kmemCacheFree(mm, c, s, object)
			mm.callRcu(c, object+s.size-sizeofSlobRcu, mm.text[symKmemRcuFree])
		}, bugCallRcuTwice},
		{"func is SLUB's callback", "slab", func(mm *MM, c *sim.CPU) {
			mm.callRcu(c, slabOf(mm, c).at(mm.layout.rcuHead), mm.text[symRcuFreeSlab])
			mm.rcuDoBatch(c)
		}, bugCallbackFunc},
	} {
		t.Run(test.allocator+" "+test.name, func(t *testing.T) {
			allocating(t, test.allocator, "cpu_partial=0", func(t *testing.T, mm *MM) {
				require.Equal(t, test.want, title(mm.m.Run(1, func(c *sim.CPU) { test.body(mm, c) }).Bug))
			})
		})
	}
}

// Goal: a reader of a typesafe object is safe until its section ends, and the
// oracle notices when the page goes before.
func TestReadersOfSlabAndSlob(t *testing.T) {
	for _, allocator := range []string{"slab", "slob"} {
		for _, early := range []bool{false, true} {
			// cpu1's part runs between the reader's rcu_read_lock and its read.
			mm := bootConfig(t, findKernel(t, "v6.2"), "alloc="+allocator, switchAt{{0, 2, 1}})
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
				if early { // as if the cache were not typesafe
					s.typesafe = false
					defer func() { s.typesafe = true }()
				}
				mm.alloc.kmemCacheFree(mm, c, s, object)
				mm.alloc.flushCpu(mm, c, s)
				mm.rcuDoBatch(c)
			}).Bug
			want := ""
			if early {
				want = bugReadFreed
			}
			require.Equal(t, want, title(bug), "%s, early %v", allocator, early)
		}
	}
}

// Goal: the warning at boot catches the address of a function. It catches
// neither LIST_POISON2 nor counts of slabs: those kernels boot without a word,
// and crash.
func TestInitWarn(t *testing.T) {
	const (
		byPoison = "kmem_cache_alloc c0 s0; flush_cpu_slab c0; kmem_cache_alloc c0 s1; isolate_movable_page p0"
		bySix    = "kmem_cache_alloc c0 s0; kmem_cache_alloc c0 s1; kmem_cache_alloc c0 s2; kmem_cache_alloc c0 s3; " +
			"kmem_cache_alloc c0 s4; kmem_cache_alloc c0 s5; kmem_cache_alloc c0 s6; kmem_cache_free s0; " +
			"kmem_cache_free s1; kmem_cache_free s2; kmem_cache_free s3; kmem_cache_free s4; kmem_cache_free s5; " +
			"isolate_movable_page p9"
	)
	for _, test := range []struct{ kernel, config, warns, program, bug string }{
		{"next-20220927", "", bugInitWarn, "", ""},
		{"next-20220927", "alloc=slab", bugInitWarn, "", ""},
		{"next-20220927", "alloc=slob", "", "", ""},
		{"v6.0", "", "", "", ""},
		{"v6.2", "", bugInitWarn, "", ""},
		{"next-20220927", "cc=gcc-12,arm-thumb,-O2", bugInitWarn, "", ""},
		{"next-20220927", "cc=gcc-12,-O2", "", byPoison, bugMappingPoison},
		{"next-20220927+aligned", "", "", byPoison, bugMappingPoison},
		{"next-20220927+aligned", "objects=1", "", bySix, "isolate_movable_page: mapping is not a movable_operations (slabs)"},
	} {
		cfg, err := ParseConfig(test.config + " init_warn=1")
		require.NoError(t, err)
		mm := New(findKernel(t, test.kernel))
		t.Cleanup(mm.m.Close)
		require.Equal(t, test.warns, title(mm.Boot(cfg, sim.SC, sim.Dull{})), "%v", test)
		if test.program != "" {
			require.Equal(t, test.bug, title(mm.run(t, test.program)), "%v", test)
		}
	}
}
