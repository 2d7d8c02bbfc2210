package mm

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: oracle 1 fires for exactly what has low bits 10 and is not the address
// of a struct movable_operations, and says what kind of value and address it
// is. The value is put on mapping of a page that somebody holds.
func TestMappingOracle(t *testing.T) {
	const bug = "isolate_movable_page: mapping is not a movable_operations "
	for _, tt := range []struct {
		mapping uint64
		title   string
		detail  string
	}{
		{0xffffffff811303aa, bug + "(rcu_free_slab)", "kernel text"},
		{0xdead000000000122, bug + "(LIST_POISON2)", "non-canonical"},
		{0x0000000000000006, bug + "(slabs)", "near NULL"},
		{0xdead000000000002, bug + "(slabs)", "non-canonical"},
		{0xffff888001000082, bug + "(other)", "mapped, but not a movable_operations"},
		{0xffff88800fff0002, bug + "(other)", "unmapped"},
		{uint64(zsmallocMops) + 8 | 2, bug + "(other)", "mapped, but not a movable_operations"},

		{0, "", ""},
		{2, "", ""}, // ops are NULL: PageMovable under the lock says no
		{0xffffffff811303a8, "", ""},
		{0xffffffff811303a9, "", ""},
		{0xffffffff811303ab, "", ""},
		{0xdead000000000100, "", ""},
	} {
		mm := newKernel(t, "next-20220927")
		require.Nil(t, mm.run(t, "alloc_pages o0 q0"))
		mm.m.Poke(nthPage(0).at(pageMapping), tt.mapping)
		got := mm.run(t, "isolate_movable_page p0")
		require.Equal(t, tt.title, title(got), "%#x", tt.mapping)
		if got != nil {
			require.Contains(t, got.Detail, ": "+tt.detail+"\n", "%#x", tt.mapping)
			continue
		}
		require.Equal(t, 1, mm.refcount(nthPage(0)), "%#x", tt.mapping)
		require.False(t, mm.isFlag(nthPage(0), mm.k.flags.locked), "%#x", tt.mapping)
	}
}

// Goal: a value that takes the place of one that passed the tests is not named
// as if it had passed them itself.
func TestMappingName(t *testing.T) {
	const changed = "changed since the test"
	mm := newKernel(t, "next-20220927")
	for mapping, name := range map[uint64]string{
		0: changed, 2: changed, 0xffff888002000010: changed, 0xdead000000000001: changed, 0xffffffff811303ac: changed,
		10: "slabs", 0xdead000000000002: "slabs", 0xffffffff811303aa: "rcu_free_slab", 0xdead000000000122: "LIST_POISON2",
	} {
		require.Equal(t, name, mm.mappingName(mapping), "%#x", mapping)
	}
}

// Goal: the detail says what is loaded from where, and what stands on mapping.
func TestMappingDetail(t *testing.T) {
	mm := newKernel(t, "next-20220927")
	require.Nil(t, mm.run(t, "alloc_pages o0 q0"))
	mm.m.Poke(nthPage(0).at(pageMapping), mm.listPoison2())
	require.Equal(t, "load of mops->isolate_page at dead000000000120: non-canonical\np0.mapping is dead000000000122 (LIST_POISON2)\n"+
		"general protection fault, probably for non-canonical address 0xdead000000000120",
		mm.run(t, "isolate_movable_page p0").Detail)
}

// Goal: the owners' pages are isolated, put back and migrated without a word
// from the oracle, on each kernel.
func TestMappingOracleIsQuiet(t *testing.T) {
	for _, k := range Kernels() {
		for _, owner := range []string{"zs_malloc z0", "fill_balloon"} {
			mm := newKernel(t, k.Name)
			require.Nil(t, mm.run(t, owner+"; isolate_movable_page p0; putback_movable_pages; isolate_movable_page p0; migrate_pages"))
			require.Nil(t, mm.Finish().Bug)
		}
	}
}

// Goal: the values that struct slab leaves on mapping get there by slab calls
// alone, in the new layout and not in the old.
func TestSlabLeavesItOnMapping(t *testing.T) {
	cfg := func(text string) Config {
		c, err := ParseConfig(text)
		require.NoError(t, err)
		return c
	}
	for _, tt := range []struct {
		name, config, program string
		page                  int
		value                 string
	}{
		// All objects are freed, and the callback waits for its grace period.
		{"rcu_free_slab", "objects=1 cpu_partial=0", "kmem_cache_alloc c1 s0; flush_cpu_slab c1; kmem_cache_free s0", 0, "rcu_free_slab"},
		// The slab is listed as partial, then taken by the CPU to allocate from.
		{"LIST_POISON2", "objects=2 cpu_partial=0",
			"kmem_cache_alloc c0 s0; flush_cpu_slab c0; kmem_cache_alloc c0 s1", 0, "LIST_POISON2"},
		// The sixth slab on the CPU's partial list counts itself and the others.
		{"slabs", "objects=1", "kmem_cache_alloc c0 s0; kmem_cache_alloc c0 s1; kmem_cache_alloc c0 s2; " +
			"kmem_cache_alloc c0 s3; kmem_cache_alloc c0 s4; kmem_cache_alloc c0 s5; kmem_cache_alloc c0 s6; " +
			"kmem_cache_free s0; kmem_cache_free s1; kmem_cache_free s2; kmem_cache_free s3; kmem_cache_free s4; " +
			"kmem_cache_free s5", 9, "6"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mm := newKernel(t, "next-20220927")
			mm.Boot(cfg(tt.config), sim.SC, sim.Dull{})
			require.Nil(t, mm.run(t, tt.program))
			mapping := nthPage(tt.page).at(pageMapping)
			isolate := fmt.Sprintf("isolate_movable_page p%d", tt.page)
			require.Equal(t, tt.value, mm.ValueName(mapping, mm.m.Peek(mapping)))
			require.Contains(t, title(mm.run(t, isolate)), "("+tt.name+")")

			old := newKernel(t, "v6.0")
			old.Boot(cfg(tt.config), sim.SC, sim.Dull{})
			require.Nil(t, old.run(t, tt.program))
			require.Equal(t, uint64(0), old.m.Peek(mapping)&pageMappingFlags)
			require.Nil(t, old.run(t, isolate))
			require.Nil(t, old.Finish().Bug)
		})
	}
}
