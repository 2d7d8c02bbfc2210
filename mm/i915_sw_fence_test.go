package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: a fence is signalled once, when its maker and all that it awaits have
// completed it, on each kernel and wherever the callback may be.
func TestSwFence(t *testing.T) {
	const (
		made = "__i915_sw_fence_init f0; i915_sw_fence_commit f0"
		all  = "__i915_sw_fence_init f0; i915_sw_fence_await f0; i915_sw_fence_commit f0; i915_sw_fence_complete f0"
	)
	const rc1, aligned, separate = "v6.0+sw-fence-v5.15-rc1", "v6.0+sw-fence-v5.15", "v6.0"
	for _, test := range []struct {
		kernel, config, program, want string
		told                          fenceShadow // of f0
	}{
		{rc1, "", made, bugSwFenceInit, 0},
		{rc1, "sw_fence_dummy_notify=ffffffff814d408a", made, bugSwFenceInit, 0},
		{rc1, "sw_fence_dummy_notify=ffffffff814d408c", made, "", 3},
		{rc1, "cc=gcc-12,-O2", all, "", 3},
		{aligned, "", all, "", 3},
		{aligned, "sw_fence_dummy_notify=ffffffffffffffff", made, bugSwFenceInit, 0},
		{separate, "", all, "", 3},
		{separate, "sw_fence_dummy_notify=ffffffff814d4089", all, "", 3},

		{separate, "", "i915_sw_fence_commit f0; i915_sw_fence_await f0; i915_sw_fence_complete f0", "", 0},
		{separate, "", "__i915_sw_fence_init f0; i915_sw_fence_await f0; i915_sw_fence_commit f0", "", 0},
		{separate, "", made + "; " + made, "", 3},
	} {
		mm := bootConfig(t, findKernel(t, test.kernel), test.config, sim.Dull{})
		bug := mm.run(t, test.program)
		require.Equal(t, test.want, title(bug), "%+v", test)
		require.Equal(t, test.told, mm.shadow.fences[0], "%+v", test)
		if bug == nil {
			require.Nil(t, mm.Finish().Bug, "%+v", test)
		}
	}
}

// Goal: the fence's oracle fires for each way in which it can go wrong.
func TestOracleFence(t *testing.T) {
	fence := fenceSlot(0)
	for _, test := range []struct {
		name string
		body func(mm *MM, c *sim.CPU)
		want string
	}{
		{"completed twice", func(mm *MM, c *sim.CPU) { mm.i915SwFenceCommit(c, fence); mm.i915SwFenceCommit(c, fence) }, bugSwFenceDone},
		{"told twice", func(mm *MM, c *sim.CPU) {
			mm.i915SwFenceCommit(c, fence)
			mm.swFenceDummyNotify(c, fence, fenceFree)
		}, bugSwFenceTwice},
		{"told early", func(mm *MM, c *sim.CPU) { mm.swFenceDummyNotify(c, fence, fenceComplete) }, bugSwFencePending},
		{"callback overwritten", func(mm *MM, c *sim.CPU) {
			c.WriteOnce(fence.fn(), mm.text[symSwFenceDummyNotify]&^3)
			mm.i915SwFenceCommit(c, fence)
		}, bugSwFenceCall},
		{"never signalled", func(mm *MM, c *sim.CPU) { mm.checkSwFenceSignalled(c, fence) }, bugSwFenceNever},
	} {
		mm := newKernel(t, "v6.0")
		require.Nil(t, mm.run(t, "__i915_sw_fence_init f0"))
		require.Equal(t, test.want, title(mm.on(func(c *sim.CPU) { test.body(mm, c) })), test.name)
	}
}
