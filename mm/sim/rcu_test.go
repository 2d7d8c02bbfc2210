package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const rcuFunc uint64 = 0xffffffff_81000000

func TestGracePeriodWaitsForReadersThatWereThere(t *testing.T) {
	for _, model := range sim.Models() {
		var order []string
		log := func(s string) { order = append(order, s) }
		// cpu1 enters its section, cpu0 begins to wait, cpu2 enters one later.
		m := newMachine(t, model, &script{answers: []int{1, 0, 1}})
		r := run(m,
			func(c *sim.CPU) { c.SynchronizeRcu(); log("grace period") },
			func(c *sim.CPU) {
				c.RcuReadLock()
				c.ReadOnce(x)
				log("old reader")
				c.RcuReadUnlock()
			},
			func(c *sim.CPU) {
				c.RcuReadLock()
				c.ReadOnce(x)
				c.ReadOnce(x)
				log("new reader")
				c.RcuReadUnlock()
			})
		require.Nil(t, r.Bug, model)
		require.Less(t, index(order, "old reader"), index(order, "grace period"), "%v: %v", model, order)
	}
}

func index(list []string, s string) int {
	for i := range list {
		if list[i] == s {
			return i
		}
	}
	return -1
}

func TestCallRcuStoresAndRunsAfterTheReaders(t *testing.T) {
	for _, model := range sim.Models() {
		m := newMachine(t, model, sim.Dull{})
		var ran []sim.Addr
		r := run(m, func(c *sim.CPU) {
			c.RcuReadLock()
			c.CallRcu(x, rcuFunc)
			require.EqualValues(t, rcuFunc, c.ReadOnce(x+8))
			c.CallRcu(z, rcuFunc)
			require.EqualValues(t, z, c.ReadOnce(x), "next of the callback before is written when one follows")
			invoke := func(_ *sim.CPU, head sim.Addr, fn uint64) {
				require.EqualValues(t, rcuFunc, fn)
				require.Zero(t, c.ReadOnce(head+8), "func is zeroed before the call")
				ran = append(ran, head)
			}
			require.Zero(t, c.RcuDoBatch(invoke), "the reader is still there")
			c.RcuReadUnlock()
			require.Equal(t, 2, c.RcuPending())
			require.Equal(t, 2, c.RcuDoBatch(invoke))
			require.Zero(t, c.RcuPending())
			require.Zero(t, c.RcuDoBatch(invoke), "a callback runs once")
		})
		require.Nil(t, r.Bug)
		require.Equal(t, []sim.Addr{x, z}, ran)
	}
}

func TestRcuMisuseIsABug(t *testing.T) {
	cases := map[string]func(c *sim.CPU){
		"rcu_read_lock: read-side critical section never ended":   func(c *sim.CPU) { c.RcuReadLock() },
		"rcu_read_unlock: not in a read-side critical section":    func(c *sim.CPU) { c.RcuReadUnlock() },
		"synchronize_rcu: called in a read-side critical section": func(c *sim.CPU) { c.RcuReadLock(); c.SynchronizeRcu() },
	}
	for title, body := range cases {
		m := newMachine(t, sim.SC, sim.Dull{})
		require.Equal(t, title, run(m, body).Bug.Title)
	}
	m := newMachine(t, sim.SC, sim.Dull{})
	require.Nil(t, run(m, func(c *sim.CPU) {
		c.RcuReadLock()
		c.RcuReadLock()
		c.RcuReadUnlock()
		c.RcuReadUnlock()
		c.SynchronizeRcu()
	}).Bug, "sections nest")
}
