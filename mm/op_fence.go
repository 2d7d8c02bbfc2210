package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Users of fences. Besides the fence a slot has a state, which says how far its
// maker is, and how many there are that have yet to complete it.

const (
	// NrFenceSlots is how many fences there are. Each is made once at most.
	NrFenceSlots = 2

	fenceBase    sim.Addr = 0xffff888004000000
	sizeofFence           = 40
	swFenceLock           = fenceBase + NrFenceSlots*sizeofFence // i915_sw_fence_lock
	fencesEnd             = swFenceLock + 8
	fenceState            = 24
	fenceAwaited          = 32
)

// States of a fence.
const (
	fenceUnmade = iota
	fenceMaking
	fenceMade
	fenceCommitted
)

func fenceSlot(i uint8) swFence { return swFence(fenceBase + sizeofFence*sim.Addr(i%NrFenceSlots)) }

func (f swFence) state() sim.Addr   { return sim.Addr(f) + fenceState }
func (f swFence) awaited() sim.Addr { return sim.Addr(f) + fenceAwaited }

// isMade reports whether the fence may be used. Pairs with the release in
// mmfuzzSwFenceInit.
func (f swFence) isMade(c *sim.CPU) bool { return c.SmpLoadAcquire(f.state()) >= fenceMade }

func mmfuzzSwFenceInit(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	fence := fenceSlot(a[0])
	if c.Cmpxchg(fence.state(), fenceUnmade, fenceMaking) == fenceUnmade {
		mm.k.__i915SwFenceInit(mm, c, fence, mm.text[symSwFenceDummyNotify])
		// Pairs with the acquire in isMade.
		c.SmpStoreRelease(fence.state(), fenceMade)
	}
}

func mmfuzzSwFenceCommit(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	fence := fenceSlot(a[0])
	if c.Cmpxchg(fence.state(), fenceMade, fenceCommitted) == fenceMade {
		mm.i915SwFenceCommit(c, fence)
	}
}

func mmfuzzSwFenceAwait(_ *MM, c *sim.CPU, a [MaxArgs]uint8) {
	fence := fenceSlot(a[0])
	if fence.isMade(c) && i915SwFenceAwait(c, fence) {
		c.AtomicAddReturn(fence.awaited(), 1)
	}
}

func mmfuzzSwFenceComplete(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	fence := fenceSlot(a[0])
	for {
		n := c.AtomicRead(fence.awaited())
		if n == 0 {
			return
		}
		if c.AtomicCmpxchg(fence.awaited(), n, n-1) == n {
			break
		}
	}
	mm.i915SwFenceComplete(c, fence)
}

func mmfuzzSwFenceCheckIfAfter(_ *MM, c *sim.CPU, a [MaxArgs]uint8) {
	if fence := fenceSlot(a[0]); fence.isMade(c) {
		i915SwFenceCheckIfAfter(c, fence)
	}
}

// finishFences commits and completes what is left, and looks whether each fence
// was signalled.
func (mm *MM) finishFences(c *sim.CPU) {
	for i := range uint8(NrFenceSlots) {
		fence := fenceSlot(i)
		if mm.m.Peek(fence.state()) == fenceUnmade {
			continue
		}
		mmfuzzSwFenceCommit(mm, c, [MaxArgs]uint8{i})
		for mm.m.Peek32(fence.awaited()) != 0 {
			mmfuzzSwFenceComplete(mm, c, [MaxArgs]uint8{i})
		}
		mm.checkSwFenceSignalled(c, fence)
	}
}

// fenceName names a word of a fence.
func fenceName(a sim.Addr) (string, bool) {
	switch {
	case a < fenceBase || a >= fencesEnd:
		return "", false
	case a == swFenceLock:
		return "i915_sw_fence_lock", true
	}
	off := a - fenceBase
	fields := [...]string{"flags", "fn", "pending", "state", "awaited"}
	return "f" + string('0'+rune(off/sizeofFence)) + "." + fields[off%sizeofFence/8], true
}
