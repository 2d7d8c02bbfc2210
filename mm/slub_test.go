package mm

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// bootConfig returns an MM of k booted with the config.
func bootConfig(t testing.TB, k *Kernel, config string, ch sim.Chooser) *MM {
	cfg, err := ParseConfig(config)
	require.NoError(t, err)
	mm := New(k)
	t.Cleanup(mm.Machine().Close)
	mm.Boot(cfg, sim.SC, ch)
	return mm
}

func findKernel(t testing.TB, name string) *Kernel {
	k, err := FindKernel(name)
	require.NoError(t, err)
	return k
}

func (mm *MM) nrSlabs() int {
	n := 0
	for i := range mm.shadow.pages {
		if mm.shadow.pages[i].slab {
			n++
		}
	}
	return n
}

// Goal: each value that can stand on page->mapping of a slab page is reached
// with a few calls.
func TestMappingOfSlabPages(t *testing.T) {
	const (
		allocSix = "kmem_cache_alloc c0 s0; kmem_cache_alloc c0 s1; kmem_cache_alloc c0 s2; " +
			"kmem_cache_alloc c0 s3; kmem_cache_alloc c0 s4; kmem_cache_alloc c0 s5"
		onNode  = "kmem_cache_alloc c0 s0; flush_cpu_slab c0"
		offNode = onNode + "; kmem_cache_alloc c0 s1"
		byRCU   = "kmem_cache_alloc c1 s0; kmem_cache_free s0; flush_cpu_slab c1"
		two     = allocSix + "; kmem_cache_free s0; kmem_cache_free s1"
		// p0 was on the node's list; it and p1 are full when they are freed to.
		twoAfterNode = offNode + "; kmem_cache_alloc c0 s2; kmem_cache_alloc c0 s3; kmem_cache_alloc c0 s4; " +
			"kmem_cache_free s2; kmem_cache_free s0"
	)
	for _, test := range []struct {
		name, kernel, config, program string
		page                          int
		mapping                       string
	}{
		{"new slab", "next-20220927", "", "kmem_cache_alloc c0 s0", 0, "NULL"},
		{"on the node's list", "next-20220927", "", onNode, 0, "&c0.node.partial"},
		{"taken off the node's list", "next-20220927", "", offNode, 0, "LIST_POISON2"},
		{"taken off, order 2", "next-20220927", "order=2", offNode, 8, "LIST_POISON2"},
		{"taken off, without poison delta", "next-20220927", "cc=gcc-12,s390x,-Os", offNode, 0, "LIST_POISON2"},
		{"waits for a grace period", "next-20220927", "", byRCU, 0, "rcu_free_slab"},
		{"the same, v6.2", "v6.2", "", byRCU, 0, "rcu_free_slab"},
		{"grace period over", "next-20220927", "", byRCU + "; rcu_do_batch", 0, "NULL"},
		{"second of a CPU's list", "next-20220927", "objects=1", two, 1, "2"},
		{"sixth of a CPU's list", "next-20220927", "objects=1",
			allocSix + "; kmem_cache_alloc c0 s6; kmem_cache_free s0; kmem_cache_free s1; kmem_cache_free s2; " +
				"kmem_cache_free s3; kmem_cache_free s4; kmem_cache_free s5", 9, "6"},
		{"second of a CPU's list, big endian", "next-20220927", "objects=1 cc=gcc-12,s390x,-Os", two, 1, "0x200000000"},
		{"second of a CPU's list after the node's", "next-20220927", "", twoAfterNode, 0, "0xdead000000000002"},
		{"no CPU's list without CONFIG_SLUB_CPU_PARTIAL", "next-20220927", "cpu_partial=0", twoAfterNode, 0, "&p1.slab_list"},
		{"old layout: new slab", "v6.0", "", "kmem_cache_alloc c0 s0", 0, "c0"},
		{"old layout: taken off the node's list", "v6.0", "", offNode, 0, "c0"},
		{"old layout: waits for a grace period", "v6.0", "", byRCU, 0, "c1"},
		{"old layout: second of a CPU's list", "v6.0", "objects=1", two, 1, "c0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			mm := bootConfig(t, findKernel(t, test.kernel), test.config, sim.Dull{})
			require.Empty(t, title(mm.run(t, test.program)))
			mapping := nthPage(test.page).at(pageMapping)
			require.Equal(t, test.mapping, mm.ValueName(mapping, mm.m.Peek(mapping)))
			require.Empty(t, title(mm.Finish().Bug))
		})
	}
}

// Goal: slabs are kept and discarded when the kernel does.
func TestSlabsKeptAndDiscarded(t *testing.T) {
	fill := func(n int) string { // that many objects, one a slab with objects=1
		var calls []string
		for i := range n {
			calls = append(calls, "kmem_cache_alloc c0 s"+string(rune('0'+i)))
		}
		return strings.Join(calls, "; ")
	}
	free := func(n int) string { return strings.ReplaceAll(fill(n), "alloc c0", "free") }
	for _, test := range []struct {
		name, config, program string
		slabs                 int
	}{
		{"an empty cpu slab stays", "", "kmem_cache_alloc c0 s0; kmem_cache_free s0", 1},
		{"the flush discards it", "", "kmem_cache_alloc c0 s0; kmem_cache_free s0; flush_cpu_slab c0", 0},
		{"unless the node keeps some", "min_partial=1", "kmem_cache_alloc c0 s0; kmem_cache_free s0; flush_cpu_slab c0", 1},
		{"which the shrinker discards", "min_partial=1", "kmem_cache_alloc c0 s0; kmem_cache_free s0; kmem_cache_shrink c0", 0},
		{"the shrinker leaves what is used", "", "kmem_cache_alloc c0 s0; kmem_cache_shrink c0", 1},
		{"a slab of the node is discarded with its last object", "",
			"kmem_cache_alloc c0 s0; flush_cpu_slab c0; kmem_cache_free s0", 0},
		{"a CPU's list keeps empty slabs", "objects=1 cpu_partial=2", fill(6) + "; " + free(4), 6},
		{"until it is full", "objects=1 cpu_partial=2", fill(6) + "; " + free(5), 2},
		{"without such lists none are kept", "objects=1 cpu_partial=0", fill(6) + "; " + free(5), 1},
		{"RCU keeps a slab until the grace period is over", "",
			"kmem_cache_alloc c1 s0; kmem_cache_free s0; flush_cpu_slab c1", 1},
		{"and not longer", "",
			"kmem_cache_alloc c1 s0; kmem_cache_free s0; flush_cpu_slab c1; rcu_do_batch", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, kernel := range Kernels() {
				mm := bootConfig(t, kernel, test.config, sim.Dull{})
				require.Empty(t, title(mm.run(t, test.program)), kernel.Name)
				require.Equal(t, test.slabs, mm.nrSlabs(), kernel.Name)
				require.Empty(t, title(mm.Finish().Bug), kernel.Name)
			}
		})
	}
}

// Goal: objects that other CPUs free come back to the CPU that has the slab.
func TestRemoteFreeComesBack(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Empty(t, title(mm.run(t, "kmem_cache_alloc c0 s0; kmem_cache_alloc c0 s1")))
	require.Empty(t, title(mm.run(t, "flush_cpu_slab c1", "kmem_cache_free s0")))
	first := sim.Addr(0)
	mm.m.Run(1, func(c *sim.CPU) { first = mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[0]); mm.kfree(c, first) })
	require.Equal(t, pageAddress(nthPage(0)), first)
	require.Empty(t, title(mm.Finish().Bug))
}

// Goal: running out of pages is no bug.
func TestOutOfMemory(t *testing.T) {
	mm := bootConfig(t, findKernel(t, "v6.2"), "order=2 objects=1", sim.Dull{})
	got := 0
	bug := mm.m.Run(1, func(c *sim.CPU) {
		var objects []sim.Addr
		for {
			object := mm.alloc.kmemCacheAlloc(mm, c, &mm.caches[1])
			if object == 0 {
				break
			}
			objects = append(objects, object)
		}
		got = len(objects)
		for _, object := range objects {
			mm.alloc.kmemCacheFree(mm, c, &mm.caches[1], object)
		}
	}).Bug
	require.Empty(t, title(bug))
	require.Equal(t, NrPages, got)
	require.Empty(t, title(mm.Finish().Bug))
}
