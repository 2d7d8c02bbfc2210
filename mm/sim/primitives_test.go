package sim_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

func TestReadModifyWrites(t *testing.T) {
	minus := int32(-1)
	cases := []struct {
		name     string
		old      uint64
		do       func(c *sim.CPU) any
		returned any
		new      uint64
	}{
		{"xchg", 5, func(c *sim.CPU) any { return c.Xchg(x, 9) }, uint64(5), 9},
		{"cmpxchg", 5, func(c *sim.CPU) any { return c.Cmpxchg(x, 5, 9) }, uint64(5), 9},
		{"cmpxchg that fails", 5, func(c *sim.CPU) any { return c.Cmpxchg(x, 6, 9) }, uint64(5), 5},
		{"atomic_add_return", 5, func(c *sim.CPU) any { return c.AtomicAddReturn(x, 2) }, int32(7), 7},
		{"atomic_fetch_add", 5, func(c *sim.CPU) any { return c.AtomicFetchAdd(x, -7) }, int32(5), uint64(uint32(minus)) - 1},
		{"atomic_inc in the low half", 0xffffffff_ffffffff, func(c *sim.CPU) any { c.AtomicInc(x); return nil }, nil, 0xffffffff_00000000},
		{"atomic_inc in the high half", 0x1_00000007, func(c *sim.CPU) any { c.AtomicInc(x + 4); return nil }, nil, 0x2_00000007},
		{"atomic_dec_and_test to zero", 1, func(c *sim.CPU) any { return c.AtomicDecAndTest(x) }, true, 0},
		{"atomic_dec_and_test to one", 2, func(c *sim.CPU) any { return c.AtomicDecAndTest(x) }, false, 1},
		{"atomic_add_unless", 2, func(c *sim.CPU) any { return c.AtomicAddUnless(x, 1, 0) }, true, 3},
		{"atomic_add_unless at the value", 0, func(c *sim.CPU) any { return c.AtomicAddUnless(x, 1, 0) }, false, 0},
		{"atomic_cmpxchg", 4, func(c *sim.CPU) any { return c.AtomicCmpxchg(x, 4, -1) }, int32(4), uint64(uint32(minus))},
		{"set_bit", 1, func(c *sim.CPU) any { c.SetBit(63, x); return nil }, nil, 1<<63 | 1},
		{"clear_bit", 3, func(c *sim.CPU) any { c.ClearBit(1, x); return nil }, nil, 1},
		{"change_bit", 3, func(c *sim.CPU) any { c.ChangeBit(2, x); return nil }, nil, 7},
		{"test_and_set_bit", 2, func(c *sim.CPU) any { return c.TestAndSetBit(1, x) }, true, 2},
		{"test_and_clear_bit", 2, func(c *sim.CPU) any { return c.TestAndClearBit(1, x) }, true, 0},
		{"test_and_set_bit_lock takes it", 2, func(c *sim.CPU) any { return c.TestAndSetBitLock(0, x) }, false, 3},
		{"test_and_set_bit_lock does not", 3, func(c *sim.CPU) any { return c.TestAndSetBitLock(0, x) }, true, 3},
		{"clear_bit_unlock", 3, func(c *sim.CPU) any { c.ClearBitUnlock(0, x); return nil }, nil, 2},
		{"__set_bit", 2, func(c *sim.CPU) any { c.SetBitNonAtomic(0, x); return nil }, nil, 3},
		{"__clear_bit", 3, func(c *sim.CPU) any { c.ClearBitNonAtomic(0, x); return nil }, nil, 2},
		{"__clear_bit_unlock", 3, func(c *sim.CPU) any { c.ClearBitUnlockNonAtomic(1, x); return nil }, nil, 1},
		{"spin_trylock of a free lock", 0, func(c *sim.CPU) any { return c.SpinTrylock(x) }, true, 1},
		{"spin_trylock of a held lock", 2, func(c *sim.CPU) any { return c.SpinTrylock(x) }, false, 2},
		{"a 32-bit store keeps the other half", 0x1_00000002, func(c *sim.CPU) any { c.WriteOnce32(x, 6); return nil }, nil, 0x1_00000006},
		{"a 32-bit load of the high half", 0x1_00000002, func(c *sim.CPU) any { return c.ReadOnce32(x + 4) }, uint32(1), 0x1_00000002},
	}
	for _, model := range sim.Models() {
		for _, tc := range cases {
			t.Run(model.String()+"/"+tc.name, func(t *testing.T) {
				m := newMachine(t, model, sim.Dull{})
				m.Poke(x, tc.old)
				var returned any
				require.Nil(t, run(m, func(c *sim.CPU) { returned = tc.do(c) }).Bug)
				require.Equal(t, tc.returned, returned)
				require.Equal(t, tc.new, m.Peek(x))
			})
		}
	}
}

// A non-atomic bit operation that another CPU's atomic one lands in wipes it.
func TestNonAtomicBitOpLosesAnUpdate(t *testing.T) {
	for _, model := range sim.Models() {
		m := newMachine(t, model, &script{answers: []int{0, 1}})
		var taken bool
		run(m,
			func(c *sim.CPU) { c.SetBitNonAtomic(9, x) },
			func(c *sim.CPU) { taken = !c.TestAndSetBitLock(0, x) })
		require.True(t, taken)
		require.EqualValues(t, 1<<9, m.Peek(x), "the lock bit is lost under %v", model)
	}
}

func TestSplitWordIsTwoVariables(t *testing.T) {
	for _, model := range sim.Models() {
		m := sim.New(nil)
		t.Cleanup(m.Close)
		m.Map(x, 2)
		m.Split(x)
		m.Reset(model, sim.Dull{})
		m.Poke32(x, 1)
		m.Poke32(x+4, 2)
		require.Nil(t, run(m, func(c *sim.CPU) { c.WriteOnce32(x+4, 3); c.AtomicInc(x) }).Bug)
		require.Equal(t, []uint32{2, 3}, []uint32{m.Peek32(x), m.Peek32(x + 4)})
		require.Panics(t, func() { run(m, func(c *sim.CPU) { c.ReadOnce(x) }) }, "a 64-bit access to it is a mistake of ours")
	}
}

func TestBadAccessIsAnOops(t *testing.T) {
	cases := []struct {
		addr  sim.Addr
		kind  string
		fault string
	}{
		{0, "near NULL", "BUG: kernel NULL pointer dereference, address: 0000000000000000"},
		{4, "near NULL", "BUG: kernel NULL pointer dereference, address: 0000000000000004"},
		{0x7fff_ffff_f000, "user space", "BUG: unable to handle page fault for address: 00007ffffffff000"},
		{0xdead_0000_0000_0120, "non-canonical", "general protection fault, probably for non-canonical address 0xdead000000000120"},
		{0xffff_ffff_8113_03a8, "kernel text", ""},
		{0xffff_8880_0000_0000, "unmapped", "BUG: unable to handle page fault for address: ffff888000000000"},
		{0xffff_8880_0000_0001, "misaligned", "BUG: unable to handle page fault for address: ffff888000000001"},
	}
	for _, tc := range cases {
		m := newMachine(t, sim.SC, sim.Dull{})
		r := run(m, func(c *sim.CPU) { c.ReadOnce(tc.addr) })
		require.NotNil(t, r.Bug, "%#x", tc.addr)
		access, fault, _ := strings.Cut(r.Bug.Detail, "\n")
		require.Contains(t, access, "("+tc.kind+")")
		require.Equal(t, tc.fault, fault)
	}
	m := newMachine(t, sim.SC, sim.Dull{})
	require.Nil(t, run(m, func(c *sim.CPU) { c.ReadOnce(x) }).Bug, "a mapped address is none")
}

func TestWarnAndBugOn(t *testing.T) {
	m := newMachine(t, sim.SC, sim.Dull{})
	require.Nil(t, run(m, func(c *sim.CPU) { c.BugOn(false, "no"); c.WarnOn(false, "no") }).Bug)
	require.Equal(t, "yes", run(m, func(c *sim.CPU) { c.BugOn(true, "yes") }).Bug.Title)
	require.Equal(t, "yes", run(m, func(c *sim.CPU) { c.WarnOn(true, "yes") }).Bug.Title)
}

func TestSpinUnlockOfALockNotHeldIsABug(t *testing.T) {
	m := newMachine(t, sim.SC, sim.Dull{})
	r := run(m, func(c *sim.CPU) { c.SpinUnlock(x) })
	require.Equal(t, "spin_unlock: lock is not held by this CPU", r.Bug.Title)
}
