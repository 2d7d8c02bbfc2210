package fuzz

import (
	"testing"

	"github.com/mmfuzz/mmfuzz/mm"
)

// When calls are given to a CPU that has some already, their choices move with them.
func TestMergeCPUsKeepsTheChoices(t *testing.T) {
	p, err := Parse(`kernel  next-20220927
model   sc
bug     page lock lost to a non-atomic update of flags

cpu0    kmem_cache_alloc c0 s0
cpu0    flush_cpu_slab c0
cpu0    kmem_cache_free s0
cpu1    zs_malloc z0
cpu2    isolate_movable_page p0

cpu0@78 run cpu2
cpu2@5  run cpu0
`)
	if err != nil {
		t.Fatal(err)
	}
	r := NewRunner()
	defer r.Close()
	if o := r.record(p, r.choicesOf(p)); o.Title() != p.Bug {
		t.Fatal("no bug to begin with:", o.Title())
	}
	var s shrinker
	s.r, s.best, s.left, s.kept = r, p, 100, new(int)
	s.rel.runner, s.failed = r, map[string]int{}
	s.offsets = s.taken()
	s.mergeCPUs()
	if len(s.best.Calls) != 2 || len(s.best.Calls[1]) != 2 {
		t.Fatal("cpu2's call did not move to cpu1:", s.best)
	}
}

// What is kept has no CPUs at its end that have no calls: its text has none.
func TestShrinkKeepsNoIdleCPU(t *testing.T) {
	p, err := Parse(`kernel  next-20220927
model   sc
bug     isolate_movable_page: mapping is not a movable_operations (rcu_free_slab)

cpu0    zs_malloc z0
cpu0    zs_free z0
cpu1    kmem_cache_alloc c1 s0
cpu1    kmem_cache_free s0
cpu1    kmem_cache_shrink c1
cpu1    isolate_movable_page p4
`)
	if err != nil {
		t.Fatal(err)
	}
	r := NewRunner()
	defer r.Close()
	if o := r.record(p, r.choicesOf(p)); o.Title() != p.Bug {
		t.Fatal("no bug to begin with:", o.Title())
	}
	var s shrinker
	s.r, s.best, s.left, s.kept = r, p, 100, new(int)
	s.rel.runner, s.failed = r, map[string]int{}
	q := p.Clone()
	q.Calls = [][]mm.Call{p.Calls[1], nil, nil}
	q.Calls[0][3].Args[0] = 0 // cpu0's first page
	if !s.tryKept(q, nil) || len(s.best.Calls) != 1 {
		t.Fatal("want the calls of one CPU:", s.best.Calls)
	}
}
