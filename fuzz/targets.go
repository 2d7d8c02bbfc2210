package fuzz

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm"
)

// What a page can be, and what isolation does to it.
var (
	slabLife    = []string{"kmem_cache_alloc", "kmem_cache_free", "kmem_cache_shrink", "flush_cpu_slab", "rcu_do_batch"}
	zspageLife  = []string{"zs_malloc", "zs_free", "async_free_zspage"}
	balloonLife = []string{"fill_balloon", "leak_balloon"}
	isolatorOps = []string{"isolate_movable_page", "putback_movable_pages", "migrate_pages"}
)

var slabOps = []string{
	"kmem_cache_alloc", "kmem_cache_free", "kmem_cache_shrink", "flush_cpu_slab", "rcu_do_batch", "rcu_read_lock", "synchronize_rcu",
}

// Shapes returns what the inputs of each program target are made of, by the target's name.
func Shapes() []*Shape {
	return []*Shape{
		{Name: "FuzzIsolateMovablePage", CPUs: 2, Calls: 10, Second: opIndices(isolatorOps), Pages: 2,
			Lives: [][]uint8{
				opIndices(slabLife, isolatorOps),
				opIndices(zspageLife, isolatorOps),
				opIndices(balloonLife, isolatorOps),
				opIndices(slabLife, zspageLife, balloonLife, isolatorOps),
			}},
		{Name: "FuzzCompaction", Calls: 64, Ops: allOps(), Pages: mm.NrPages},
		{Name: "FuzzFunctionAddress", CPUs: 2, Calls: 16, Ops: opIndices(slabOps, []string{"isolate_movable_page"}), Pages: 4, Address: true},
		{Name: "FuzzSlab", Calls: 64, Ops: opIndices(slabOps), Pages: mm.NrPages},
	}
}

// FindShape returns the shape of the target with that name.
func FindShape(target string) (*Shape, error) {
	var names []string
	for _, s := range Shapes() {
		if s.Name == target {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return nil, fmt.Errorf("unknown target %q: want one of %s", target, strings.Join(names, ", "))
}

func allOps() []uint8 {
	all := make([]uint8, len(mm.Ops()))
	for i := range all {
		all[i] = uint8(i)
	}
	return all
}

func opIndices(lists ...[]string) []uint8 {
	var indices []uint8
	for _, name := range slices.Concat(lists...) {
		i, ok := mm.FindOp(name)
		if !ok {
			panic("fuzz: no op " + name)
		}
		indices = append(indices, uint8(i))
	}
	return indices
}
