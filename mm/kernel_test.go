package mm

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: the table is complete: parents come first, names are unique, and a
// resolved kernel lacks nothing.
func TestKernels(t *testing.T) {
	seen := map[string]bool{"": true}
	for _, k := range Kernels() {
		require.NotContains(t, seen, k.Name)
		require.Contains(t, seen, k.Parent, "parent of %s", k.Name)
		seen[k.Name] = true
		require.NotEmpty(t, k.Changes, k.Name)
		require.NotEmpty(t, k.Source, k.Name)

		r := k.resolve()
		for v, i := reflect.ValueOf(r), 0; i < v.NumField(); i++ {
			switch name := v.Type().Field(i).Name; name {
			case "Parent", "Expect", "Also", "Faces", "aligned": // which may say nothing
			default:
				require.False(t, v.Field(i).IsZero(), "%s of %s: is it missing in resolve?", name, k.Name)
			}
		}
	}
}

func TestFindKernel(t *testing.T) {
	for _, k := range Kernels() {
		found, err := FindKernel(k.Name)
		require.NoError(t, err)
		require.Equal(t, k.Name, found.Name)
	}
	_, err := FindKernel("v5.0")
	require.ErrorContains(t, err, `unknown kernel "v5.0": want one of v6.0, v6.0-racy-free-pages, `)
	for _, k := range Kernels() {
		require.ErrorContains(t, err, k.Name)
	}
}

// Goal: a kernel that lacks an allocator says so of a config, and takes another
// at boot.
func TestAllocatorsOfKernels(t *testing.T) {
	v62 := *findKernel(t, "v6.2")
	v62.layouts = &layouts{&slubNew}
	require.Equal(t, []string{"slub"}, v62.Allocators())
	cfg, err := ParseConfig("alloc=slob order=1")
	require.NoError(t, err)
	require.EqualError(t, v62.CheckConfig(cfg), "config alloc=slob: v6.2 has none: want one of slub")

	mm := New(&v62)
	t.Cleanup(mm.Machine().Close)
	mm.Boot(cfg, sim.SC, sim.Dull{})
	booted := mm.Config()
	require.NoError(t, v62.CheckConfig(booted))
	require.Equal(t, "order=1", booted.String())
}

// Goal: random schedules of short programs find no bug in a kernel whose row
// expects none. That they have the bugs that rows expect is shown by
// exhaustion, in the tests of the harness.
func TestCleanKernelsStayClean(t *testing.T) {
	programs := []struct {
		config string
		program
	}{
		{"", program{"kmem_cache_alloc c1 s0; kmem_cache_free s0; flush_cpu_slab c1; rcu_do_batch", "isolate_movable_page p0"}},
		{"", program{"kmem_cache_alloc c0 s0; flush_cpu_slab c0; kmem_cache_alloc c0 s1; kmem_cache_free s0", "isolate_movable_page p0"}},
		{"order=1", program{"kmem_cache_alloc c0 s1; flush_cpu_slab c0; kmem_cache_free s1", "isolate_movable_page p8"}},
	}
	const schedules = 2000
	for _, k := range Kernels() {
		for _, model := range sim.Models() {
			if k.Expect.Of("slub", model) != "" {
				continue
			}
			t.Run(k.Name+"/"+model.String(), func(t *testing.T) {
				mm := New(k)
				t.Cleanup(mm.m.Close)
				found := map[string]bool{}
				for _, p := range programs {
					cpus := p.parse(t)
					config, err := ParseConfig(p.config)
					require.NoError(t, err)
					for seed := range schedules {
						r := splitmix(seed)
						mm.Boot(config, model, &randomChooser{r: &r, rate: 8})
						bug := runCalls(mm, cpus)
						if bug == nil {
							bug = mm.Finish().Bug
						}
						found[title(bug)] = true
					}
				}
				require.Equal(t, map[string]bool{"": true}, found)
			})
		}
	}
}

// Goal: of the values that are misread as MOVABLE, __aligned(4) removes the
// function address and no other; v6.0 and v6.2 have none.
func TestWhatAlignedFixes(t *testing.T) {
	const (
		byAddress = "kmem_cache_alloc c1 s0; kmem_cache_free s0; flush_cpu_slab c1; isolate_movable_page p0"
		byPoison  = "kmem_cache_alloc c0 s0; flush_cpu_slab c0; kmem_cache_alloc c0 s1; isolate_movable_page p0"
		// p0 is the second slab of the CPU's list, and was on the node's.
		bySlabs = "kmem_cache_alloc c0 s0; flush_cpu_slab c0; kmem_cache_alloc c0 s1; kmem_cache_alloc c0 s2; " +
			"kmem_cache_alloc c0 s3; kmem_cache_alloc c0 s4; kmem_cache_free s2; kmem_cache_free s0; " +
			"isolate_movable_page p0"
		// p9 is the sixth slab of the CPU's list, and was on no other.
		bySix = "kmem_cache_alloc c0 s0; kmem_cache_alloc c0 s1; kmem_cache_alloc c0 s2; kmem_cache_alloc c0 s3; " +
			"kmem_cache_alloc c0 s4; kmem_cache_alloc c0 s5; kmem_cache_alloc c0 s6; kmem_cache_free s0; " +
			"kmem_cache_free s1; kmem_cache_free s2; kmem_cache_free s3; kmem_cache_free s4; kmem_cache_free s5; " +
			"isolate_movable_page p9"
		bugMappingSlabs = "isolate_movable_page: mapping is not a movable_operations (slabs)"
	)
	for _, test := range []struct {
		name, config, program string
		reported, aligned     string
	}{
		{"function address", "", byAddress, bugMappingRcuFreeSlab, ""},
		{"function address under -O2", "cc=gcc-12,-O2", byAddress, "", ""},
		{"LIST_POISON2", "", byPoison, bugMappingPoison, bugMappingPoison},
		{"slabs of 2 over the poison", "", bySlabs, bugMappingSlabs, bugMappingSlabs},
		{"slabs of 6", "objects=1", bySix, bugMappingSlabs, bugMappingSlabs},
		{"without CPU partial lists", "objects=1 cpu_partial=0", bySix, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			for kernel, want := range map[string]string{
				"v6.0": "", "next-20220927": test.reported, "next-20220927+aligned": test.aligned, "v6.2": "",
			} {
				mm := bootConfig(t, findKernel(t, kernel), test.config, sim.Dull{})
				require.Equal(t, want, title(mm.run(t, test.program)), kernel)
			}
		})
	}
}
