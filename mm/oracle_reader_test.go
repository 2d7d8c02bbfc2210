package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: the oracle of the readers fires for a slab whose word on mapping looks
// like something else, in the new layout, and for nothing but slabs.
func TestOracleReader(t *testing.T) {
	const (
		// p0 is the first slab of the CPU's partial list, p1 the second.
		counted = "kmem_cache_alloc c0 s0; kmem_cache_alloc c0 s1; kmem_cache_alloc c0 s2; kmem_cache_free s0; kmem_cache_free s1"
		listed  = "kmem_cache_alloc c0 s0; flush_cpu_slab c0"
		taken   = listed + "; kmem_cache_alloc c0 s1" // off the list: LIST_POISON2
	)
	for _, test := range []struct {
		name, config, program, want string
		hwPoison                    string // on v6.6+hwpoison-slab
	}{
		{"a count of one", "objects=1", counted + "; kpageflags p0", bugKpageflags, bugKpageflags},
		{"a count of two", "objects=1", counted + "; kpageflags p1", "", ""},
		{"a list pointer", "", listed + "; kpageflags p0", "", ""},
		{"a page of zsmalloc", "", "zs_malloc z0; kpageflags p0", "", ""},
		{"a user's page", "", "alloc_pages o0 q0; kpageflags p0", "", ""},

		{"scan of LIST_POISON2", "", taken + "; scan_movable_pages p0 p3", bugScanned, bugScanned},
		{"scan of a list pointer", "", listed + "; scan_movable_pages p0 p3", "", ""},
		{"scan of the balloon", "", "fill_balloon; scan_movable_pages p0 p3", "", ""},
		{"scan of free pages", "", "scan_movable_pages p0 p15", "", ""},

		{"split of a slab", "order=1", taken + "; soft_offline_page p8", bugSplitMapping, ""},
		{"no split of one page", "", taken + "; soft_offline_page p0", "", ""},
		{"no split of a tail", "order=1", taken + "; soft_offline_page p9", "", ""},
	} {
		for kernel, want := range map[string]string{"v6.0": "", "v6.2": test.want, "v6.6+hwpoison-slab": test.hwPoison} {
			t.Run(test.name+"/"+kernel, func(t *testing.T) {
				mm := bootConfig(t, findKernel(t, kernel), test.config, sim.Dull{})
				bug := mm.run(t, test.program)
				require.Equal(t, want, title(bug))
				if bug == nil {
					require.Nil(t, mm.Finish().Bug)
				}
			})
		}
	}
}

// Goal: soft offline and memory offlining do what they are for: a page of an
// owner moves to another, which has its tag and reference, and is free then.
func TestOffliningMigrates(t *testing.T) {
	for _, call := range []string{"soft_offline_page p0", "scan_movable_pages p0 p3"} {
		for _, kernel := range []string{"v6.0", "v6.6", "v6.10"} {
			t.Run(call+"/"+kernel, func(t *testing.T) {
				mm := newKernel(t, kernel)
				require.Nil(t, mm.run(t, "fill_balloon"))
				require.Equal(t, []int{0}, mm.list(vbDevInfo.pages()))
				require.Nil(t, mm.run(t, call))
				moved := mm.list(vbDevInfo.pages())
				require.Len(t, moved, 1)
				require.NotEqual(t, 0, moved[0])
				require.Equal(t, 0, mm.refcount(nthPage(0)))
				require.Equal(t, 1, mm.refcount(nthPage(moved[0])))
				require.Nil(t, mm.Finish().Bug)
			})
		}
	}
}

// Goal: the scan of offlining gives up at a page that somebody holds without
// being able to move it, as the balloon does on its way to make it movable.
func TestScanGivesUpAtAnOfflinePage(t *testing.T) {
	mm := newKernel(t, "v6.2")
	require.Nil(t, mm.run(t, "fill_balloon"))
	scan := func() (pfn, err int) {
		require.Nil(t, mm.on(func(c *sim.CPU) { pfn, err = mm.scanMovablePages(c, 0, NrPages) }))
		return pfn, err
	}
	pfn, err := scan()
	require.Equal(t, []int{0, 0}, []int{pfn, err})

	mm.m.Poke(nthPage(0).at(pageMapping), 0)
	pfn, err = scan()
	require.Equal(t, []int{0, -ebusy}, []int{pfn, err})
}
