package mm

import (
	"fmt"
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

	// layout lays struct slab over struct page.
	layout *layout
	// flags are the bit numbers of page->flags.
	flags *pageFlagBits
	// aligned has for each callback n of __attribute__((aligned(n))), or 0.
	aligned [nrCallbacks]uint64

	isolateMovablePage func(mm *MM, c *sim.CPU, page Page) bool
	allocSlabPage      func(mm *MM, c *sim.CPU, order uint) slab
	__freeSlab         func(mm *MM, c *sim.CPU, s *kmemCache, slab slab)
	freeSlab           func(mm *MM, c *sim.CPU, s *kmemCache, slab slab)
	__freePages        func(mm *MM, c *sim.CPU, page Page, order uint)
}

// Expect says what is expected of a kernel under each memory model: "" that it
// is clean, else the title of a bug that can be found.
type Expect struct{ SC, TSO, LKMM string }

// Of returns what is expected under the model m.
func (e *Expect) Of(m sim.Model) string {
	switch m {
	case sim.SC:
		return e.SC
	case sim.TSO:
		return e.TSO
	default:
		return e.LKMM
	}
}

// Kernels returns the table of kernels, parents before children.
func Kernels() []*Kernel {
	return []*Kernel{
		kernelV60(),
		patchRacyFreePages(),
		kernelNext20220927(),
		patchAligned(),
		patchSkipSlabV0(),
		patchSkipSlabV1(),
		patchSkipSlabV1NoRecheck(),
		patchSkipSlabV1Rmb(),
		patchSkipSlabV2(),
		kernelV62(),
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
	if r.layout == nil {
		r.layout = p.layout
	}
	if r.flags == nil {
		r.flags = p.flags
	}
	for i, n := range p.aligned {
		r.aligned[i] = max(r.aligned[i], n)
	}
	if r.isolateMovablePage == nil {
		r.isolateMovablePage = p.isolateMovablePage
	}
	if r.allocSlabPage == nil {
		r.allocSlabPage = p.allocSlabPage
	}
	if r.__freeSlab == nil {
		r.__freeSlab = p.__freeSlab
	}
	if r.freeSlab == nil {
		r.freeSlab = p.freeSlab
	}
	if r.__freePages == nil {
		r.__freePages = p.__freePages
	}
	return r
}
