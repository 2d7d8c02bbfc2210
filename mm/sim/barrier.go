package sim

// Fence is a barrier.
type Fence uint8

const (
	FenceMb Fence = iota
	FenceRmb
	FenceWmb
	FenceBeforeAtomic
	FenceAfterAtomic
	FenceAfterSpinlock
)

var fenceNames = [...]string{"smp_mb", "smp_rmb", "smp_wmb", "smp_mb__before_atomic", "smp_mb__after_atomic", "smp_mb__after_spinlock"}

// String returns the barrier's kernel name.
func (f Fence) String() string { return fenceNames[f] }

// SmpMb is smp_mb.
func (c *CPU) SmpMb() { c.fence(FenceMb) }

// SmpRmb is smp_rmb: it orders loads with loads.
func (c *CPU) SmpRmb() { c.fence(FenceRmb) }

// SmpWmb is smp_wmb: it orders stores with stores.
func (c *CPU) SmpWmb() { c.fence(FenceWmb) }

// SmpMbBeforeAtomic is smp_mb__before_atomic.
func (c *CPU) SmpMbBeforeAtomic() { c.fence(FenceBeforeAtomic) }

// SmpMbAfterAtomic is smp_mb__after_atomic.
func (c *CPU) SmpMbAfterAtomic() { c.fence(FenceAfterAtomic) }

// SmpMbAfterSpinlock is smp_mb__after_spinlock.
func (c *CPU) SmpMbAfterSpinlock() { c.fence(FenceAfterSpinlock) }

func (c *CPU) fence(f Fence) {
	c.step(EvFence, -1)
	switch m := c.m; m.engine {
	case loadTimes:
		m.tso.fence(c, f)
	case onGraph:
		m.graph.fence(c, f)
	}
	c.m.mix(c, EvFence, 0, uint64(f))
	if c.m.tracing {
		c.record(Event{Kind: EvFence, Fence: f})
	}
}
