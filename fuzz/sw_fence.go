package fuzz

import (
	"fmt"
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
)

var swFenceOps = []string{
	"__i915_sw_fence_init", "i915_sw_fence_commit", "i915_sw_fence_await", "i915_sw_fence_complete", "i915_sw_fence_check_if_after",
}

// swFenceKernels are those that differ in the fence of i915.
var swFenceKernels = []string{"v6.0+sw-fence-v5.15-rc1", "v6.0+sw-fence-v5.15", "v6.0"}

const (
	swFenceCallback = "sw_fence_dummy_notify"
	swFenceInit     = "__i915_sw_fence_init"
	swFenceBug      = "__i915_sw_fence_init: BUG_ON: the callback's address has flag bits set, or is NULL"

	// swFenceAddress is where the callback was in the report of v5.15-rc1.
	swFenceAddress = 0xffffffff814d408b
)

// CheckSwFence puts the callback of the fences at the address in data, whatever its alignment, runs the calls under their
// own schedule and a drawn one, and holds the kernel to this: a fence cannot be made if and only if the callback, where the
// kernel's source aligns it, is at NULL or has one of the bits that the kernel wants for flags; and a fence that is made is
// signalled once, with the right callback. It answers with what went otherwise, or nil.
func (e *Exec) CheckSwFence(data []byte) error {
	p := e.Program(data)
	if p.Config.Address(swFenceCallback) == 0 {
		p.Config.SetAddress(swFenceCallback, swFenceAddress)
	}
	seed := hashBytes(data)
	for i := range e.subjects {
		s := &e.subjects[i]
		p.Kernel, p.Model = s.Kernel, s.Model
		e.conflict.forget()
		e.conflict.learns = true
		for schedule := range 2 {
			e.runs++
			o := e.runSchedule(p, seed, schedule)
			e.conflict.learn()
			want := ""
			if makesFence(p) && s.refuses(e.runner.mm.SymbolAddress(swFenceCallback)) {
				want = swFenceBug
			}
			if s.only != "" && o.Title() == s.only {
				return fmt.Errorf("%s on %s under %v, callback at %#x\n%s", s.only, s.Kernel, s.Model, p.Config.Address(swFenceCallback), p)
			}
			if o.Title() != want {
				return fmt.Errorf("%s under %v, callback at %#x: %q, want %q\n%s",
					s.Kernel, s.Model, p.Config.Address(swFenceCallback), o.Title(), want, p)
			}
		}
	}
	return nil
}

func makesFence(p *Program) bool {
	return slices.ContainsFunc(slices.Concat(p.Calls...), func(call mm.Call) bool { return mm.Ops()[call.Op].Name == swFenceInit })
}

// refuses reports whether the kernel cannot have a callback at that address.
func (s *Subject) refuses(address uint64) bool {
	const flags = 3
	return address == 0 || address&flags != 0 && slices.Contains(s.Also, swFenceBug)
}
