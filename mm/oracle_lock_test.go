package mm

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: oracle 4 fires when a page lock or a slab mark is lost, and only then.
func TestOracleLock(t *testing.T) {
	page := nthPage(0)
	trylock := func(mm *MM, c *sim.CPU) {
		if mm.folioTrylock(c, page) {
			mm.folioUnlock(c, page)
		}
	}
	setSlab := func(mm *MM, c *sim.CPU) { mm.k.__folioSetSlab(mm, c, page) }
	for _, test := range []struct {
		name       string
		schedule   sim.Chooser
		cpu0, cpu1 func(mm *MM, c *sim.CPU)
		want       string
	}{
		{"lock and unlock on both CPUs", switchAt{{0, 2, 1}}, trylock, trylock, ""},
		{"trylock after __set_bit", sim.Dull{}, setSlab, trylock, ""},
		{"trylock between load and store of __set_bit", switchAt{{0, 2, 1}, {1, 2, 0}}, setSlab, trylock, bugLockLost},
		{"lock and unlock in between: nothing is lost", switchAt{{0, 2, 1}}, setSlab, trylock, ""},
		{"two __set_bits", switchAt{{0, 2, 1}, {1, 2, 0}}, setSlab,
			func(mm *MM, c *sim.CPU) { mm.__setBit(c, mm.k.flags.active, page) }, bugSlabLost},
		{"unlock of an unlocked page", sim.Dull{},
			func(mm *MM, c *sim.CPU) { mm.folioUnlock(c, page) }, trylock, bugUnlockUnlocked},
		{"lock bit put back to 0 behind the holder's back", switchAt{{0, 3, 1}},
			func(mm *MM, c *sim.CPU) {
				mm.folioTrylock(c, page)
				c.WriteOnce(page.at(pageFlags), 0)
				c.SmpMb()
			}, trylock, bugLockedTwice},
		{"lock of what is no page", sim.Dull{},
			func(mm *MM, c *sim.CPU) { mm.folioTrylock(c, Page(objectSlots)) }, trylock, bugLockNoPage},
	} {
		t.Run(test.name, func(t *testing.T) {
			mm := bootConfig(t, findKernel(t, "v6.0"), "", test.schedule)
			bug := mm.m.Run(2, func(c *sim.CPU) {
				if c.ID() == 0 {
					test.cpu0(mm, c)
				} else {
					test.cpu1(mm, c)
				}
			}).Bug
			require.Equal(t, test.want, title(bug))
		})
	}
}

// Goal: the reported kernel can lose a page lock: the free of a slab changes
// flags non-atomically while isolation, misled by mapping, takes the lock.
// Kernels that are not misled cannot.
func TestPageLockLost(t *testing.T) {
	for _, test := range []struct{ kernel, want string }{
		{"next-20220927", bugLockLost}, {"v6.0", ""}, {"v6.2", ""}, {"v6.6", ""}, {"v6.10", ""},
	} {
		t.Run(test.kernel, func(t *testing.T) {
			mm := newKernel(t, test.kernel)
			run := func(ch sim.Chooser) *sim.Bug {
				mm.Boot(Config{}, sim.SC, ch)
				return mm.run(t, "kmem_cache_alloc c1 s0; kmem_cache_free s0; flush_cpu_slab c1; rcu_do_batch",
					"isolate_movable_page p0")
			}
			// On the dull path cpu0 is alone until it ends: its steps there are
			// those of any schedule.
			mm.m.SetTrace(true)
			require.Empty(t, title(run(sim.Dull{})))
			firstStep := func(kind sim.EventKind, in string) int {
				for _, e := range mm.m.Events() {
					if e.CPU == 0 && e.Kind == kind && slices.Contains(e.Stack, in) {
						return e.Step
					}
				}
				require.Fail(t, "no step", in)
				return 0
			}
			schedule := switchAt{
				// cpu1 gets its reference and finds the page movable,
				{0, firstStep(sim.EvRead, "rcu_do_batch"), 1}, {1, 3, 0},
				// and takes the lock between __clear_bit's load and its store.
				{0, firstStep(sim.EvWrite, "__slab_clear_pfmemalloc"), 1}, {1, 5, 0},
			}
			require.Equal(t, test.want, title(run(schedule)))
		})
	}
}
