package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: oracle 8 fires when a callback is invoked too early, twice or never,
// and only then.
func TestOracleRcu(t *testing.T) {
	head := func(mm *MM, sl slab) sim.Addr { return sl.at(mm.layout.rcuHead) }
	for _, test := range []struct {
		name     string
		freeSlab func(mm *MM, c *sim.CPU, s *kmemCache, slab slab)
		reader   bool // there is one, all along
		want     string
	}{
		{"v6.0", nil, false, ""},
		{"v6.0 with a reader", nil, true, ""},
		{"an RCU without grace periods", func(mm *MM, c *sim.CPU, _ *kmemCache, slab slab) {
			mm.noteQueued(head(mm, slab))
			mm.rcuInvoke(c, head(mm, slab), mm.text[symRcuFreeSlab])
		}, true, bugCallbackEarly},
		{"which is right if there is no reader", func(mm *MM, c *sim.CPU, _ *kmemCache, slab slab) {
			mm.noteQueued(head(mm, slab))
			mm.rcuInvoke(c, head(mm, slab), mm.text[symRcuFreeSlab])
		}, false, ""},
		{"queued twice", func(mm *MM, c *sim.CPU, _ *kmemCache, slab slab) {
			mm.callRcu(c, head(mm, slab), mm.text[symRcuFreeSlab])
			mm.callRcu(c, head(mm, slab), mm.text[symRcuFreeSlab])
		}, false, bugCallRcuTwice},
		{"invoked twice", func(mm *MM, c *sim.CPU, _ *kmemCache, slab slab) {
			mm.callRcu(c, head(mm, slab), mm.text[symRcuFreeSlab])
			mm.rcuInvoke(c, head(mm, slab), mm.text[symRcuFreeSlab])
		}, false, bugCallbackTwice},
		{"lost", func(mm *MM, _ *sim.CPU, _ *kmemCache, slab slab) {
			mm.noteQueued(head(mm, slab))
		}, false, bugCallbackLeaked},
		{"func is not a callback", func(mm *MM, c *sim.CPU, _ *kmemCache, slab slab) {
			mm.callRcu(c, head(mm, slab), mm.text[symRcuFreeSlab]+4)
		}, false, bugCallbackFunc},
	} {
		t.Run(test.name, func(t *testing.T) {
			kernel := &Kernel{Name: "variant", Parent: "v6.0", freeSlab: test.freeSlab}
			// cpu1's section lasts from before cpu0's first step until the end.
			mm := bootConfig(t, kernel, "", switchAt{{0, 1, 1}, {1, 2, 0}})
			calls := program{"kmem_cache_alloc c1 s0; kmem_cache_free s0; flush_cpu_slab c1; rcu_do_batch"}.parse(t)[0]
			bug := mm.m.Run(2, func(c *sim.CPU) {
				if c.ID() == 0 {
					for _, call := range calls {
						mm.Call(c, call)
					}
				} else if test.reader {
					mm.rcuReadLock(c)
					mm.rcuReadUnlock(c)
				}
			}).Bug
			if bug == nil {
				bug = mm.Finish().Bug
			}
			require.Equal(t, test.want, title(bug))
		})
	}
}
