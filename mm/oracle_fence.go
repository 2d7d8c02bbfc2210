package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Oracle 11: the fence of i915. Its callback is called where it is, once for
// each state, the first time when nobody is awaited any more.
const (
	bugSwFenceInit    = "__i915_sw_fence_init: BUG_ON: the callback's address has flag bits set, or is NULL"
	bugSwFenceCall    = "__i915_sw_fence_notify: call of what is no callback"
	bugSwFenceDone    = "i915_sw_fence_complete: fence is done"
	bugSwFencePending = "i915_sw_fence: notified while somebody is awaited"
	bugSwFenceTwice   = "i915_sw_fence: notified twice"
	bugSwFenceNever   = "i915_sw_fence: not signalled at quiescence"
)

// fenceShadow has a bit for each state that the callback has been told.
type fenceShadow uint8

func (f swFence) index() int { return int(sim.Addr(f)-fenceBase) / sizeofFence }

func (mm *MM) checkSwFenceNotify(c *sim.CPU, fence swFence, state swFenceNotify) {
	told := &mm.shadow.fences[fence.index()]
	if *told>>state&1 != 0 {
		c.Bug(bugSwFenceTwice, "")
	}
	*told |= 1 << state
	c.BugOn(state == fenceComplete && c.AtomicRead(fence.pending()) != 0, bugSwFencePending)
}

func (mm *MM) checkSwFenceSignalled(c *sim.CPU, fence swFence) {
	if mm.shadow.fences[fence.index()] != 1<<fenceComplete|1<<fenceFree {
		c.Bug(bugSwFenceNever, "")
	}
}
