package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// swFenceV515 has as methods the functions that 44505168d743 changed, as they
// were before.
type swFenceV515 struct{}

// patchSwFenceV515Rc1 is v6.0 with the fence of i915 of v5.15-rc1, and that of
// sw_fence_dummy_notify, which came then and was not aligned.
func patchSwFenceV515Rc1() *Kernel {
	return &Kernel{
		Name:                "v6.0+sw-fence-v5.15-rc1",
		Parent:              "v6.0",
		Changes:             "i915_sw_fence keeps two flags in the low bits of its callback's address",
		Source:              "62eaf0ae217d (v5.15-rc1)",
		Also:                []string{bugSwFenceInit},
		__i915SwFenceInit:   swFenceV515{}.__i915SwFenceInit,
		__i915SwFenceNotify: swFenceV515{}.__i915SwFenceNotify,
	}
}

// patchSwFenceV515 is v6.0 with the fence of i915 of v5.15.
func patchSwFenceV515() *Kernel {
	return &Kernel{
		Name:    "v6.0+sw-fence-v5.15",
		Parent:  "v6.0+sw-fence-v5.15-rc1",
		Changes: "__aligned(4) on sw_fence_dummy_notify",
		Source:  "cdc1e6e225e3 (Hugh Dickins, September 2021)",
		aligned: [nrCallbacks]uint64{symSwFenceDummyNotify: 4},
	}
}

// __i915SwFenceInit is __i915_sw_fence_init,
// drivers/gpu/drm/i915/i915_sw_fence.c, v5.15.
func (swFenceV515) __i915SwFenceInit(mm *MM, c *sim.CPU, fence swFence, fn uint64) {
	c.BugOn(fn == 0 || fn&^swFenceMask != 0, bugSwFenceInit)
	c.WriteOnce(fence.flags(), fn)
	i915SwFenceReinit(c, fence)
}

// __i915SwFenceNotify is __i915_sw_fence_notify,
// drivers/gpu/drm/i915/i915_sw_fence.c, v5.15.
func (swFenceV515) __i915SwFenceNotify(mm *MM, c *sim.CPU, fence swFence, state swFenceNotify) {
	mm.callSwFenceNotify(c, c.ReadOnce(fence.flags())&swFenceMask, fence, state)
}
