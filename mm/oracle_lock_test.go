package mm

import (
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
	setSlab := func(mm *MM, c *sim.CPU) { mm.__folioSetSlab(c, page) }
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
			func(mm *MM, c *sim.CPU) { mm.__setFlag(c, mm.k.flags.active, page) }, bugSlabLost},
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
