package mm

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// touched returns the pages that a run has asked whether they are movable.
func (mm *MM) touched() []int {
	pages := []int{}
	for _, e := range mm.m.Events() {
		if !slices.Contains(e.Stack, "__page_movable") && !slices.Contains(e.Stack, "page_has_movable_ops") {
			continue
		}
		if i := int((e.Addr - vmemmap) / sizeofPage); len(pages) == 0 || pages[len(pages)-1] != i {
			pages = append(pages, i)
		}
	}
	return pages
}

// Goal: the scanner isolates what is movable in its range and nothing else. It
// does not look at mapping of pages in free blocks and of compound pages;
// alloc_contig_range looks into these, and from v6.10 on compaction into those
// below a pageblock.
func TestIsolateMigratepagesBlock(t *testing.T) {
	// p0 p1 zspage, p2 user's, p3 balloon, p4-p7 free on a list of cpu1,
	// p8-p11 compound, p12-p15 free block
	const before = "zs_malloc z0; alloc_pages o0 q0; fill_balloon; alloc_pages o2 q1"
	upTo := func(n int) []int {
		pages := []int{}
		for i := range n {
			pages = append(pages, i)
		}
		return pages
	}
	for _, tt := range []struct {
		name, call        string
		isolated, touched []int
		smallCompound     []int // touched if compaction looks into compound pages of order 2
	}{
		{"all", "isolate_migratepages_block p0 p15", []int{3, 1, 0}, upTo(8), upTo(12)},
		{"backwards", "isolate_migratepages_block p15 p0", []int{3, 1, 0}, upTo(8), upTo(12)},
		{"one page", "isolate_migratepages_block p1 p1", []int{1}, []int{1}, nil},
		{"part", "isolate_migratepages_block p1 p2", []int{1}, []int{1, 2}, nil},
		{"free block", "isolate_migratepages_block p12 p15", []int{}, []int{}, nil},
		{"compound page", "isolate_migratepages_block p8 p11", []int{}, []int{}, []int{8, 9, 10, 11}},
		{"from a tail", "isolate_migratepages_block p9 p11", []int{}, []int{}, []int{9, 10, 11}},
		{"contig", "isolate_migratepages_range p0 p15", []int{3, 1, 0}, upTo(12), nil},
	} {
		for _, k := range Kernels() {
			t.Run(tt.name+"/"+k.Name, func(t *testing.T) {
				mm := newKernel(t, k.Name)
				require.Nil(t, mm.run(t, before))
				mm.m.SetTrace(true)
				require.Nil(t, mm.run(t, tt.call))
				require.Equal(t, tt.isolated, mm.isolated(0))
				want := tt.touched
				if tt.smallCompound != nil && !mm.k.skipIsolationOnOrder(2) {
					want = tt.smallCompound
				}
				require.Equal(t, want, mm.touched())
				require.Nil(t, mm.Finish().Bug)
			})
		}
	}
}

// Goal: what is isolated already is passed over, and stays its isolator's.
func TestIsolateMigratepagesBlockTwice(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Nil(t, mm.run(t, "zs_malloc z0; isolate_migratepages_block p0 p0", "rcu_do_batch"))
	require.Nil(t, mm.run(t, "rcu_do_batch", "isolate_migratepages_block p0 p3"))
	require.Equal(t, []int{0}, mm.isolated(0))
	require.Equal(t, []int{1}, mm.isolated(1))
	require.Nil(t, mm.run(t, "migrate_pages", "migrate_pages"))
	require.Empty(t, mm.isolated(0))
	require.Empty(t, mm.isolated(1))
	require.Nil(t, mm.Finish().Bug)
}

// Goal: the reported crash needs no more than order-0 slabs and compaction. A
// slab of a higher order is compound, and is met by alloc_contig_range alone.
func TestCompactionMeetsSlab(t *testing.T) {
	const slabs = "kmem_cache_alloc c1 s0; flush_cpu_slab c1; kmem_cache_alloc c1 s0"
	for _, tt := range []struct{ config, call, kernel, title string }{
		{"cpu_partial=0", "isolate_migratepages_block p0 p15", "next-20220927", bugMappingPoison},
		{"cpu_partial=0", "isolate_migratepages_block p0 p15", "v6.0", ""},
		{"cpu_partial=0", "isolate_migratepages_block p0 p15", "v6.2", ""},
		{"cpu_partial=0 order=1", "isolate_migratepages_block p0 p15", "next-20220927", ""},
		{"cpu_partial=0 order=1", "isolate_migratepages_range p0 p15", "next-20220927", bugMappingPoison},
		{"cpu_partial=0 order=1", "isolate_migratepages_range p0 p15", "v6.2", ""},
		{"cpu_partial=0 order=1", "isolate_migratepages_block p0 p15", "v6.10", ""},
		{"cpu_partial=0 order=1", "isolate_migratepages_range p0 p15", "v6.10", ""},
	} {
		cfg, err := ParseConfig(tt.config)
		require.NoError(t, err)
		mm := newKernel(t, tt.kernel)
		mm.Boot(cfg, sim.SC, sim.Dull{})
		require.Nil(t, mm.run(t, slabs))
		require.Equal(t, tt.title, title(mm.run(t, tt.call)), "%v", tt)
	}
}
