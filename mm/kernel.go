package mm

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Kernel is one version of the kernel, or one with a patch. What is nil or
// zero is the parent's.
type Kernel struct {
	Name    string
	Parent  string // name; "" for the root
	Changes string // against the parent
	Source  string // commit or mail
	Expect  Expect
	// Also are titles of bugs that the kernel has besides, of code that is no
	// part of isolation. They are not the parent's.
	Also []string
	// Faces are titles under which the bug that Expect names shows as well. They
	// are not the parent's.
	Faces []string

	// layouts lay struct slab over struct page.
	layouts *layouts
	// flags are the bit numbers of page->flags.
	flags *pageFlagBits
	// types are the page types.
	types *pageTypes
	// aligned has for each callback n of __attribute__((aligned(n))), or 0.
	aligned [nrCallbacks]uint64

	folioTestSlab    func(mm *MM, c *sim.CPU, folio Page) bool
	__folioSetSlab   func(mm *MM, c *sim.CPU, folio Page)
	__folioClearSlab func(mm *MM, c *sim.CPU, folio Page)

	__pageMovable      func(mm *MM, c *sim.CPU, page Page) bool
	isolateMovablePage func(mm *MM, c *sim.CPU, page Page) bool
	allocSlabPage      func(mm *MM, c *sim.CPU, order uint) slab
	__freeSlab         func(mm *MM, c *sim.CPU, s *kmemCache, slab slab)
	freeSlab           func(mm *MM, c *sim.CPU, s *kmemCache, slab slab)
	kmemGetpages       func(mm *MM, c *sim.CPU, s *kmemCache) slab
	kmemFreepages      func(mm *MM, c *sim.CPU, s *kmemCache, slab slab)
	__freePages        func(mm *MM, c *sim.CPU, page Page, order uint)
	__allocPages       func(mm *MM, c *sim.CPU, order uint, flags gfp) Page
	getPage, putPage   func(mm *MM, c *sim.CPU, page Page)

	__iovIterGetPagesAlloc func(mm *MM, c *sim.CPU, page Page)

	skipIsolationOnOrder func(order uint) bool

	__setPageZsmalloc   func(mm *MM, c *sim.CPU, page Page)
	__clearPageZsmalloc func(mm *MM, c *sim.CPU, page Page)
	setFirstObjOffset   func(c *sim.CPU, page Page, offset uint32)
	getFirstObjOffset   func(c *sim.CPU, page Page) uint32
	resetFirstObjOffset func(c *sim.CPU, page Page)
	resetPageType       func(c *sim.CPU, page Page)

	__setPageMovable    func(mm *MM, c *sim.CPU, page Page, mops movableOperations)
	__clearPageMovable  func(mm *MM, c *sim.CPU, page Page)
	putbackMovablePage  func(mm *MM, c *sim.CPU, page Page)
	moveToNewPage       func(mm *MM, c *sim.CPU, newpage, page Page) int
	zsPageIsolate       func(mm *MM, c *sim.CPU, page Page) bool
	zsPageMigrate       func(mm *MM, c *sim.CPU, newpage, page Page) int
	zsPagePutback       func(mm *MM, c *sim.CPU, page Page)
	balloonPageIsolate  func(mm *MM, c *sim.CPU, page Page) bool
	balloonPageDelete   func(mm *MM, c *sim.CPU, page Page)
	hwPoisonHandlable   func(mm *MM, c *sim.CPU, page Page) bool
	slabUnlock          func(mm *MM, c *sim.CPU, sl slab)
	__i915SwFenceInit   func(mm *MM, c *sim.CPU, fence swFence, fn uint64)
	__i915SwFenceNotify func(mm *MM, c *sim.CPU, fence swFence, state swFenceNotify)
}

// Expect says what is expected of a kernel with each slab allocator.
type Expect struct{ SLUB, SLAB, SLOB Verdicts }

// Verdicts says what is expected under each memory model: "" that the kernel is
// clean, else the title of a bug that can be found.
type Verdicts struct{ SC, TSO, LKMM string }

// underAll is a bug under every model.
func underAll(title string) Verdicts { return Verdicts{title, title, title} }

// Of returns what is expected with the allocator of that name under the model m.
func (e *Expect) Of(allocator string, m sim.Model) string {
	v := [nrAllocs]*Verdicts{&e.SLUB, &e.SLAB, &e.SLOB}[slices.Index(allocNames[:], allocator)]
	switch m {
	case sim.SC:
		return v.SC
	case sim.TSO:
		return v.TSO
	default:
		return v.LKMM
	}
}

// Clean reports whether no bug is expected with any allocator under the model m.
func (e *Expect) Clean(m sim.Model) bool {
	return !slices.ContainsFunc(allocNames[:], func(allocator string) bool { return e.Of(allocator, m) != "" })
}

// Allocators returns the names of the slab allocators that the kernel has, the
// default first.
func (k *Kernel) Allocators() []string {
	r := k.resolve()
	return slices.Clone(allocNames[:r.layouts.allocs()])
}

// CheckConfig says what the kernel lacks of the config, nil if nothing.
func (k *Kernel) CheckConfig(c Config) error {
	if has := k.Allocators(); !slices.Contains(has, c.Alloc()) {
		return fmt.Errorf("config alloc=%s: %s has none: want one of %s", c.Alloc(), k.Name, strings.Join(has, ", "))
	}
	return nil
}

// Kernels returns the table of kernels, parents before children.
func Kernels() []*Kernel {
	return []*Kernel{
		kernelV60(),
		patchRacyFreePages(),
		patchSwFenceV515Rc1(),
		patchSwFenceV515(),
		kernelNext20220927(),
		patchAligned(),
		patchPageMovableNotSlab(),
		patchSkipSlabV0(),
		patchSkipSlabV1(),
		patchSkipSlabV1NoRecheck(),
		patchSkipSlabV1NoFolioRecheck(),
		patchSkipSlabV1Rmb(),
		patchSkipSlabV2(),
		patchFrozen(),
		kernelV62(),
		kernelV66(),
		patchHwPoisonSlab(),
		kernelV610(),
		patchV610Rmb(),
		kernelV614(),
		patchV614Rc4(),
		patchV614RevertFrozen(),
		kernelV617(),
	}
}

// FindKernel returns the kernel with that name.
func FindKernel(name string) (*Kernel, error) {
	kernels := Kernels()
	names := make([]string, len(kernels))
	for i, k := range kernels {
		if k.Name == name {
			return k, nil
		}
		names[i] = k.Name
	}
	return nil, fmt.Errorf("unknown kernel %q: want one of %s", name, strings.Join(names, ", "))
}

// FitConfig returns the config with an allocator that the kernel has: a number
// that is too large wraps, as bytes of a fuzzer do.
func (k *Kernel) FitConfig(c Config) Config {
	r := k.resolve()
	c.chosen[cfgAlloc] %= r.layouts.allocs()
	return c
}

// resolve returns k with what it leaves out taken from its parents.
func (k *Kernel) resolve() Kernel {
	r := *k
	if k.Parent == "" {
		return r
	}
	parent, err := FindKernel(k.Parent)
	if err != nil {
		panic("mm: parent of " + k.Name + ": " + err.Error())
	}
	p := parent.resolve()
	inherit(&r.layouts, p.layouts)
	inherit(&r.flags, p.flags)
	inherit(&r.types, p.types)
	for i, n := range p.aligned {
		r.aligned[i] = max(r.aligned[i], n)
	}
	inherit(&r.folioTestSlab, p.folioTestSlab)
	inherit(&r.__folioSetSlab, p.__folioSetSlab)
	inherit(&r.__folioClearSlab, p.__folioClearSlab)
	inherit(&r.__pageMovable, p.__pageMovable)
	inherit(&r.isolateMovablePage, p.isolateMovablePage)
	inherit(&r.allocSlabPage, p.allocSlabPage)
	inherit(&r.__freeSlab, p.__freeSlab)
	inherit(&r.freeSlab, p.freeSlab)
	inherit(&r.kmemGetpages, p.kmemGetpages)
	inherit(&r.kmemFreepages, p.kmemFreepages)
	inherit(&r.__freePages, p.__freePages)
	inherit(&r.__allocPages, p.__allocPages)
	inherit(&r.getPage, p.getPage)
	inherit(&r.putPage, p.putPage)
	inherit(&r.__iovIterGetPagesAlloc, p.__iovIterGetPagesAlloc)
	inherit(&r.skipIsolationOnOrder, p.skipIsolationOnOrder)
	inherit(&r.__setPageZsmalloc, p.__setPageZsmalloc)
	inherit(&r.__clearPageZsmalloc, p.__clearPageZsmalloc)
	inherit(&r.setFirstObjOffset, p.setFirstObjOffset)
	inherit(&r.getFirstObjOffset, p.getFirstObjOffset)
	inherit(&r.resetFirstObjOffset, p.resetFirstObjOffset)
	inherit(&r.resetPageType, p.resetPageType)
	inherit(&r.__setPageMovable, p.__setPageMovable)
	inherit(&r.__clearPageMovable, p.__clearPageMovable)
	inherit(&r.putbackMovablePage, p.putbackMovablePage)
	inherit(&r.moveToNewPage, p.moveToNewPage)
	inherit(&r.zsPageIsolate, p.zsPageIsolate)
	inherit(&r.zsPageMigrate, p.zsPageMigrate)
	inherit(&r.zsPagePutback, p.zsPagePutback)
	inherit(&r.balloonPageIsolate, p.balloonPageIsolate)
	inherit(&r.balloonPageDelete, p.balloonPageDelete)
	inherit(&r.hwPoisonHandlable, p.hwPoisonHandlable)
	inherit(&r.slabUnlock, p.slabUnlock)
	inherit(&r.__i915SwFenceInit, p.__i915SwFenceInit)
	inherit(&r.__i915SwFenceNotify, p.__i915SwFenceNotify)
	return r
}

// inherit sets what a kernel leaves out to its parent's.
func inherit[T any](own *T, parents T) {
	if reflect.ValueOf(own).Elem().IsZero() {
		*own = parents
	}
}
