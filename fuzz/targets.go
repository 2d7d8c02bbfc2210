package fuzz

import (
	"errors"
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
	userLife    = []string{"alloc_pages", "put_page"}
	isolatorOps = []string{"isolate_movable_page", "putback_movable_pages", "migrate_pages"}
)

// readerOps are what else looks at mapping, whoever has the page.
var readerOps = []string{
	"kpageflags", "soft_offline_page", "scan_movable_pages", "start_isolate_page_range", "__iov_iter_get_pages_alloc",
}

// lifeFrames are the frames that the first pages come from: single ones of either CPU, and the first compound ones.
var lifeFrames = []uint8{0, 1, 8, 9}

var slabOps = []string{
	"kmem_cache_alloc", "kmem_cache_free", "kmem_cache_shrink", "flush_cpu_slab", "rcu_do_batch", "rcu_read_lock", "synchronize_rcu",
}

// sequentialOps come to the same on every kernel when nothing races.
var sequentialOps = slices.Concat(slabOps, zspageLife, balloonLife, isolatorOps, []string{
	"isolate_migratepages_block", "isolate_migratepages_range", "zs_map_object",
	"alloc_pages", "__get_free_pages", "put_page", "get_page", "lock_page",
})

// Target is a fuzz target without its engine: Go's fuzzer, libFuzzer and OSS-Fuzz all hand it one input at a time.
type Target struct {
	Name  string
	Shape *Shape // what programs the inputs stand for; nil: inputs are text
	// Any says that what the target asserts holds on every kernel: it takes them all, where others take those that are
	// expected to be clean.
	Any     bool
	Kernels []string // if not nil: it takes these, expected to be clean or not
	// Also are titles that are known of kernels whose soft offline takes a slab for a movable page, and so locks it.
	Also  []string
	check func(e *Exec, data []byte) error
}

// Targets returns the fuzz targets. Each has a function of its name in targets_test.go, which is where go test and OSS-Fuzz look.
func Targets() []*Target {
	targets := []*Target{
		{Name: "FuzzIsolateMovablePage", check: (*Exec).checkPrograms,
			Shape: &Shape{CPUs: 2, Calls: 10, Second: opIndices(isolatorOps), Pages: 2, Frames: lifeFrames, Lives: [][]uint8{
				opIndices(slabLife, isolatorOps),
				opIndices(zspageLife, isolatorOps),
				opIndices(balloonLife, isolatorOps),
				opIndices(slabLife, balloonLife, userLife, isolatorOps),
				opIndices(slabLife, zspageLife, balloonLife, userLife, isolatorOps),
			}}},
		{Name: "FuzzCompaction", check: (*Exec).checkPrograms,
			Shape: &Shape{Calls: 64, Ops: randomOps(), Pages: mm.NrPages}},
		{Name: "FuzzFunctionAddress", check: (*Exec).CheckAddress, Any: true,
			Shape: &Shape{CPUs: 2, Calls: 16, Ops: opIndices(slabOps, []string{"isolate_movable_page"}), Pages: 4, Address: "rcu_free_slab"}},
		{Name: "FuzzSlab", check: (*Exec).checkAllocator,
			Shape: &Shape{Calls: 64, Ops: opIndices(slabOps), Pages: mm.NrPages}},
		{Name: "FuzzKernels", check: (*Exec).CheckKernels, Any: true,
			Shape: &Shape{Calls: 32, Ops: opIndices(sequentialOps), Pages: mm.NrPages}},
		{Name: "FuzzReaders", check: (*Exec).checkPrograms, Also: mm.StrayLock(),
			Shape: &Shape{CPUs: 2, Calls: 10, Pages: 2, Frames: lifeFrames, Lives: [][]uint8{
				opIndices(slabLife, readerOps),
				opIndices(slabLife, []string{"soft_offline_page"}), // the one that writes: the others' bugs stand before its own
				opIndices(zspageLife, balloonLife, readerOps),
				opIndices(slabLife, zspageLife, balloonLife, userLife, readerOps, isolatorOps),
			}}},
		{Name: "FuzzSwFence", check: (*Exec).CheckSwFence, Kernels: swFenceKernels,
			Shape: &Shape{Calls: 24, Ops: opIndices(swFenceOps), Pages: 2, Address: swFenceCallback}},
		{Name: "FuzzProgramText", check: func(_ *Exec, data []byte) error { return CheckText(string(data)) }},
		{Name: "FuzzLitmus", check: (*Exec).checkLitmus},
	}
	for _, t := range targets {
		if t.Shape != nil {
			t.Shape.Name = t.Name
		}
	}
	return targets
}

// FindTarget returns the target with that name.
func FindTarget(name string) (*Target, error) {
	var names []string
	for _, t := range Targets() {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return nil, fmt.Errorf("unknown target %q: want one of %s", name, strings.Join(names, ", "))
}

// NewExec returns an Exec for inputs of the target. An empty kernel or model leaves the choice to the target.
func (t *Target) NewExec(kernel, model string) (*Exec, error) {
	subjects, err := Subjects(kernel, model)
	if err != nil {
		return nil, err
	}
	if t.Any && kernel == "" && model == "" {
		subjects = AllSubjects()
	}
	if t.Kernels != nil && kernel == "" {
		subjects = nil
		for _, name := range t.Kernels {
			of, err := Subjects(name, model)
			if err != nil {
				return nil, err
			}
			subjects = append(subjects, of...)
		}
	}
	for i := range subjects {
		if s := &subjects[i]; slices.Contains(s.Also, softOfflineMisled) {
			s.Also = slices.Concat(s.Also, t.Also)
		}
	}
	return NewExec(t.Shape, subjects), nil
}

// softOfflineMisled is the bug of kernels whose soft offline takes a slab for a movable page.
const softOfflineMisled = "split_huge_page_to_list: mapping is not an address_space"

// Check runs one input: it answers with what is wrong, or nil.
func (t *Target) Check(e *Exec, data []byte) error { return t.check(e, data) }

// checkPrograms runs the input as a program: a bug is a failure.
func (e *Exec) checkPrograms(data []byte) error {
	if found := e.Bytes(data); found != nil {
		return errors.New(e.Report(found))
	}
	return nil
}

// checkAllocator holds the slab allocator to what an allocator must do besides.
func (e *Exec) checkAllocator(data []byte) error {
	if err := e.checkPrograms(data); err != nil {
		return err
	}
	return e.CheckSlab(data)
}

// Shapes returns what the inputs of each target are made of that takes programs.
func Shapes() []*Shape {
	var shapes []*Shape
	for _, t := range Targets() {
		if t.Shape != nil {
			shapes = append(shapes, t.Shape)
		}
	}
	return shapes
}

// FindShape returns the shape of the target with that name.
func FindShape(target string) (*Shape, error) {
	t, err := FindTarget(target)
	if err != nil {
		return nil, err
	}
	if t.Shape == nil {
		return nil, fmt.Errorf("the inputs of %s are text, and no programs", target)
	}
	return t.Shape, nil
}

// randomOps is all ops but those that stand apart.
func randomOps() []uint8 {
	var all []uint8
	for i, op := range mm.Ops() {
		if !op.Apart() {
			all = append(all, uint8(i))
		}
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
