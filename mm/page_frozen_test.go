package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: a slab of v6.14 has no reference to share from its allocation to its
// free, whatever order it has; one of the revert has.
func TestSlabsAreFrozen(t *testing.T) {
	for kernel, count := range map[string]int{
		"v6.0": 1, "v6.10": 1, "v6.14": 0, "v6.14-revert-frozen": 1, "next-20220927+frozen": 0,
	} {
		for _, config := range []string{"", "order=1", "order=2"} {
			mm := bootConfig(t, findKernel(t, kernel), config, sim.Dull{})
			require.Nil(t, mm.run(t, "kmem_cache_alloc c0 s0"))
			slab := Page(0)
			for i := range NrPages {
				if mm.shadow.pages[i].slab {
					slab = nthPage(i)
				}
			}
			require.Equal(t, count, mm.refcount(slab), "%s %s", kernel, config)
			require.Nil(t, mm.run(t, "alloc_pages o0 q0; kmem_cache_free s0; put_page q0"))
			require.Nil(t, mm.Finish().Bug)
		}
	}
}

// Goal: from b9c0e49abfca on get_page warns of a slab page and put_page leaves it
// alone. Before, put_page dropped what get_page took; with a count of 0 there was
// nothing to take.
func TestGetAndPutPageOfSlab(t *testing.T) {
	get := func(mm *MM, c *sim.CPU) { mm.k.getPage(mm, c, nthPage(0)) }
	put := func(mm *MM, c *sim.CPU) { mm.k.putPage(mm, c, nthPage(0)) }
	for _, test := range []struct {
		kernel, get, put string
	}{
		{"v6.10", "", ""},
		{"v6.14", bugGetSlabPage, ""},
		{"v6.14-rc4", bugGetUnreferenced, bugRefcountUnderflow},
		{"v6.14-revert-frozen", "", ""},
		{"next-20220927+frozen", bugGetUnreferenced, bugRefcountUnderflow},
	} {
		mm := newKernel(t, test.kernel)
		require.Nil(t, mm.run(t, "kmem_cache_alloc c0 s0"))
		count := mm.refcount(nthPage(0))
		require.Equal(t, test.get, title(mm.on(func(c *sim.CPU) { get(mm, c) })), test.kernel)

		mm = newKernel(t, test.kernel)
		require.Nil(t, mm.run(t, "kmem_cache_alloc c0 s0"))
		require.Equal(t, test.put, title(mm.on(func(c *sim.CPU) {
			if test.get == "" {
				get(mm, c)
			}
			put(mm, c)
		})), test.kernel)
		if test.put == "" {
			require.Equal(t, count, mm.refcount(nthPage(0)), test.kernel)
			require.Nil(t, mm.Finish().Bug)
		}
	}
}

// Goal: I/O from a slab object changes no reference that matters: it takes one and
// puts it, or knows that there is none. 6.14-rc4 does not know.
func TestIovIterOfSlab(t *testing.T) {
	for _, k := range Kernels() {
		want := ""
		if k.Name == "v6.14-rc4" || k.Name == "next-20220927+frozen" {
			want = bugGetUnreferenced
		}
		mm := newKernel(t, k.Name)
		require.Equal(t, want, title(mm.run(t, "kmem_cache_alloc c0 s0; __iov_iter_get_pages_alloc s0")), k.Name)
		if want == "" {
			require.Nil(t, mm.Finish().Bug, k.Name)
		}
	}
}
