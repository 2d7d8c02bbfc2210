package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// The fence of i915, from drivers/gpu/drm/i915/i915_sw_fence.c: the same class
// of bug as that of mapping, at its smallest. Up to v5.16 one word holds the
// address of a callback and two flags, which are the low bits. Wait queues are
// left out: who waits for a fence here counts in its pending.

// swFence is the address of a struct i915_sw_fence. fn is only in later kernels.
type swFence sim.Addr

func (f swFence) flags() sim.Addr   { return sim.Addr(f) }
func (f swFence) fn() sim.Addr      { return sim.Addr(f) + 8 }
func (f swFence) pending() sim.Addr { return sim.Addr(f) + 16 } // atomic_t

const (
	swFenceChecked        = 0          // I915_SW_FENCE_CHECKED_BIT
	swFenceMask    uint64 = ^uint64(3) // I915_SW_FENCE_MASK
)

// swFenceNotify says what a callback is told: enum i915_sw_fence_notify.
type swFenceNotify uint8

const (
	fenceComplete swFenceNotify = iota
	fenceFree
)

// __i915SwFenceInit is __i915_sw_fence_init, v5.17 (44505168d743): callback and
// flags have a field each.
func (v60) __i915SwFenceInit(mm *MM, c *sim.CPU, fence swFence, fn uint64) {
	c.BugOn(fn == 0, bugSwFenceInit)
	c.WriteOnce(fence.fn(), fn)
	c.WriteOnce(fence.flags(), 0)
	i915SwFenceReinit(c, fence)
}

// i915SwFenceReinit is i915_sw_fence_reinit, v5.15.
func i915SwFenceReinit(c *sim.CPU, fence swFence) { c.AtomicSet(fence.pending(), 1) }

// __i915SwFenceNotify is __i915_sw_fence_notify, v5.17 (44505168d743).
func (v60) __i915SwFenceNotify(mm *MM, c *sim.CPU, fence swFence, state swFenceNotify) {
	mm.callSwFenceNotify(c, c.ReadOnce(fence.fn()), fence, state)
}

// callSwFenceNotify is the call fn(fence, state).
func (mm *MM) callSwFenceNotify(c *sim.CPU, fn uint64, fence swFence, state swFenceNotify) {
	if fn != mm.text[symSwFenceDummyNotify] {
		c.Oops(bugSwFenceCall, sim.Addr(fn))
	}
	mm.swFenceDummyNotify(c, fence, state)
}

// swFenceDummyNotify is sw_fence_dummy_notify,
// drivers/gpu/drm/i915/gt/intel_context.c, v5.15: it does nothing.
func (mm *MM) swFenceDummyNotify(c *sim.CPU, fence swFence, state swFenceNotify) {
	mm.checkSwFenceNotify(c, fence, state)
}

// i915SwFenceDone is i915_sw_fence_done, i915_sw_fence.h, v5.15.
func i915SwFenceDone(c *sim.CPU, fence swFence) bool { return c.AtomicRead(fence.pending()) < 0 }

// __i915SwFenceComplete is __i915_sw_fence_complete, v5.15.
func (mm *MM) __i915SwFenceComplete(c *sim.CPU, fence swFence) {
	if c.AtomicAddReturn(fence.pending(), -1) != 0 {
		return
	}
	mm.k.__i915SwFenceNotify(mm, c, fence, fenceComplete)
	// __i915_sw_fence_wake_up_all: from 0 to -1, done.
	c.SmpStoreRelease32(fence.pending(), ^uint32(0)) // atomic_set_release
	mm.k.__i915SwFenceNotify(mm, c, fence, fenceFree)
}

// i915SwFenceComplete is i915_sw_fence_complete, v5.15.
func (mm *MM) i915SwFenceComplete(c *sim.CPU, fence swFence) {
	if c.WarnOn(i915SwFenceDone(c, fence), bugSwFenceDone) {
		return
	}
	mm.__i915SwFenceComplete(c, fence)
}

// i915SwFenceCommit is i915_sw_fence_commit, v5.15: the fence's maker is ready.
func (mm *MM) i915SwFenceCommit(c *sim.CPU, fence swFence) { mm.i915SwFenceComplete(c, fence) }

// i915SwFenceAwait is i915_sw_fence_await, v5.15: one more that must complete,
// unless the fence has been signalled.
func i915SwFenceAwait(c *sim.CPU, fence swFence) bool {
	for {
		pending := c.AtomicRead(fence.pending())
		if pending < 1 {
			return false
		}
		if c.AtomicCmpxchg(fence.pending(), pending, pending+1) == pending {
			return true
		}
	}
}

// i915SwFenceCheckIfAfter is i915_sw_fence_check_if_after, v5.15, of a fence
// that nobody waits for: it marks the fence as seen and clears the mark, with
// accesses to flags that are not atomic, under a lock that notify does not take.
func i915SwFenceCheckIfAfter(c *sim.CPU, fence swFence) {
	c.SpinLock(swFenceLock)
	c.SetBitNonAtomic(swFenceChecked, fence.flags())
	c.ClearBitNonAtomic(swFenceChecked, fence.flags())
	c.SpinUnlock(swFenceLock)
}
