package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const (
	x = sim.Addr(0x1000)
	y = sim.Addr(0x1008)
	z = sim.Addr(0x1010)
)

// script answers questions in order and then is dull.
type script struct {
	answers []int
	asked   []sim.Question
}

func (s *script) Choose(q *sim.Question) int {
	if q.N() == 1 {
		return 0
	}
	s.asked = append(s.asked, *q)
	if len(s.answers) == 0 {
		return 0
	}
	a := s.answers[0]
	s.answers = s.answers[1:]
	return a
}

// newMachine returns a machine with 16 words at x, reset.
func newMachine(t *testing.T, model sim.Model, ch sim.Chooser) *sim.Machine {
	m := sim.New(nil)
	t.Cleanup(m.Close)
	m.Map(x, 16)
	m.Reset(model, ch)
	return m
}

// run runs one body per CPU.
func run(m *sim.Machine, bodies ...func(c *sim.CPU)) sim.Result {
	return m.Run(len(bodies), func(c *sim.CPU) { bodies[c.ID()](c) })
}

func TestDullPathRunsEachCPUToItsEndInTurn(t *testing.T) {
	for _, model := range sim.Models() {
		m := newMachine(t, model, sim.Dull{})
		var order []int
		step := func(c *sim.CPU) {
			for range 3 {
				c.WriteOnce(x, 1)
				order = append(order, c.ID())
			}
		}
		require.Nil(t, run(m, step, step, step).Bug)
		require.Equal(t, []int{0, 0, 0, 1, 1, 1, 2, 2, 2}, order)
	}
}

func TestRunAnswerSwitchesBeforeTheStep(t *testing.T) {
	ch := &script{answers: []int{0, 2}}
	m := newMachine(t, sim.SC, ch)
	var order []int
	step := func(c *sim.CPU) {
		for range 2 {
			c.ReadOnce(x)
			order = append(order, c.ID())
		}
	}
	run(m, step, step, step)
	require.Equal(t, []int{0, 2, 2, 0, 1, 1}, order)
	q := ch.asked[1]
	require.Equal(t, 3, q.N())
	require.Equal(t, []any{sim.Run, 0, 2, uint8(0b110), false, sim.EvRead}, []any{q.Kind, q.CPU, q.Step, q.Others, q.Forced, q.Next})
	require.Equal(t, 2, q.Target(2))
}

func TestForcedQuestionWhenACPUEnds(t *testing.T) {
	ch := &script{answers: []int{0, 1}}
	m := newMachine(t, sim.SC, ch)
	var order []int
	step := func(c *sim.CPU) {
		c.ReadOnce(x)
		order = append(order, c.ID())
	}
	run(m, step, step, step)
	require.Equal(t, []int{0, 2, 1}, order)
	q := ch.asked[1]
	require.Equal(t, 2, q.N())
	require.Equal(t, []any{sim.Run, 0, 2, uint8(0b110), true}, []any{q.Kind, q.CPU, q.Step, q.Others, q.Forced})
}

func TestOneCPUHasNothingToChoose(t *testing.T) {
	for _, model := range sim.Models() {
		ch := &script{}
		m := newMachine(t, model, ch)
		run(m, func(c *sim.CPU) {
			c.WriteOnce(x, 1)
			c.ReadOnce(x)
			c.SmpMb()
			c.Xchg(x, 2)
		})
		require.Empty(t, ch.asked, model)
	}
}

func TestStepBoundIsNoVerdict(t *testing.T) {
	m := newMachine(t, sim.SC, sim.Dull{})
	m.SetMaxSteps(100)
	m.Reset(sim.SC, sim.Dull{})
	forever := func(c *sim.CPU) {
		for {
			c.ReadOnce(x)
		}
	}
	r := run(m, forever, forever)
	require.Nil(t, r.Bug)
	require.True(t, r.OutOfSteps)
	require.Equal(t, 100, r.Steps)

	m.Reset(sim.SC, sim.Dull{})
	require.False(t, run(m, func(c *sim.CPU) { c.ReadOnce(x) }).OutOfSteps, "the machine can be used again")
}

func lockBoth(first, second sim.Addr) func(c *sim.CPU) {
	return func(c *sim.CPU) {
		c.SpinLock(first)
		c.SpinLock(second)
		c.SpinUnlock(second)
		c.SpinUnlock(first)
	}
}

func TestDeadlockIsABug(t *testing.T) {
	for _, model := range sim.Models() {
		// cpu1 runs before cpu0's second step, so each holds one lock.
		m := newMachine(t, model, &script{answers: []int{0, 1}})
		r := run(m, lockBoth(x, y), lockBoth(y, x))
		require.NotNil(t, r.Bug, model)
		require.Equal(t, "deadlock: spin_lock in unknown", r.Bug.Title)
		require.Contains(t, r.Bug.Detail, "cpu0 waits in spin_lock for 0x1008, cpu1 waits in spin_lock for 0x1000")

		m.Reset(model, &script{answers: []int{0, 1}})
		require.Nil(t, run(m, lockBoth(x, y), lockBoth(x, y)).Bug, "one order of locks cannot deadlock")
	}
}

func TestWaitOnBitSleepsUntilTheBitIsClear(t *testing.T) {
	for _, model := range sim.Models() {
		m := newMachine(t, model, sim.Dull{})
		m.Poke(x, 1<<3)
		var seen uint64
		r := run(m,
			func(c *sim.CPU) { c.WaitOnBit(3, x); seen = c.ReadOnce(y) },
			func(c *sim.CPU) { c.WriteOnce(y, 7); c.ClearBitUnlock(3, x) })
		require.Nil(t, r.Bug)
		require.EqualValues(t, 7, seen)

		m.Reset(model, sim.Dull{})
		m.Poke(x, 1<<3)
		r = run(m, func(c *sim.CPU) { c.WaitOnBit(3, x) })
		require.Equal(t, "deadlock: wait_on_bit in unknown", r.Bug.Title)
	}
}

func TestBugUnwindsTheOthers(t *testing.T) {
	m := newMachine(t, sim.SC, &script{answers: []int{0, 1}})
	unwound := false
	r := run(m,
		func(c *sim.CPU) {
			defer func() { unwound = true }()
			c.ReadOnce(x)
			c.ReadOnce(x)
			t.Error("cpu0 went on after the bug")
		},
		func(c *sim.CPU) { c.ReadOnce(x); c.Bug("it broke", "badly") })
	require.Equal(t, "it broke", r.Bug.Title)
	require.Equal(t, "badly", r.Bug.Detail)
	require.Equal(t, 1, r.Bug.CPU)
	require.True(t, unwound)
}

func TestGoPanicInABodyReachesTheCaller(t *testing.T) {
	m := newMachine(t, sim.SC, sim.Dull{})
	require.Panics(t, func() { run(m, func(*sim.CPU) { panic("ours") }) })
	m.Reset(sim.SC, sim.Dull{})
	require.Nil(t, run(m, func(c *sim.CPU) { c.ReadOnce(x) }).Bug, "the machine can be used again")
}

// outside answers what is none of the answers, from a question on.
type outside struct{ from int }

func (o *outside) Choose(q *sim.Question) int {
	if o.from--; o.from < 0 {
		return q.N()
	}
	return 0
}

func TestAnswerOutsideReachesTheCaller(t *testing.T) {
	body := func(c *sim.CPU) { c.ReadOnce(x) }
	for from := range 3 { // a step of CPU 0, its end, a step of CPU 1
		m := newMachine(t, sim.SC, &outside{from: from})
		require.Panics(t, func() { run(m, body, body, body) }, "question %d", from)
		m.Reset(sim.SC, sim.Dull{})
		require.Nil(t, run(m, body, body, body).Bug, "the machine can be used again")
	}
}

func TestLaterPhaseSeesAllOfTheEarlierOne(t *testing.T) {
	for _, model := range sim.Models() {
		ch := &script{}
		m := newMachine(t, model, ch)
		run(m, func(c *sim.CPU) { c.WriteOnce(x, 1) }, func(c *sim.CPU) { c.WriteOnce(y, 2) })
		ch.asked = nil
		var vx, vy uint64
		run(m, func(c *sim.CPU) { vx, vy = c.ReadOnce(x), c.ReadOnce(y) })
		require.Equal(t, []uint64{1, 2}, []uint64{vx, vy}, model)
		require.Empty(t, ch.asked, model)
	}
}

func TestResetForgets(t *testing.T) {
	for _, model := range sim.Models() {
		m := newMachine(t, model, sim.Dull{})
		m.Poke(y, 5)
		run(m, func(c *sim.CPU) { c.WriteOnce(x, 1) })
		m.Reset(model, sim.Dull{})
		require.Zero(t, m.Peek(x))
		require.Zero(t, m.Peek(y))
	}
}

func TestEqualRunsHaveEqualHashes(t *testing.T) {
	bodies := []func(c *sim.CPU){
		func(c *sim.CPU) { c.WriteOnce(x, 1); c.SmpMb(); c.ReadOnce(y) },
		func(c *sim.CPU) { c.WriteOnce(y, 1); c.SmpMb(); c.ReadOnce(x) },
	}
	for _, model := range sim.Models() {
		m := newMachine(t, model, sim.Dull{})
		hash := func(answers ...int) uint64 {
			m.Reset(model, &script{answers: answers})
			return run(m, bodies...).Hash
		}
		require.Equal(t, hash(), hash())
		require.Equal(t, hash(0, 1), hash(0, 1))
		require.NotEqual(t, hash(), hash(0, 1), "another interleaving")
	}
}

func TestRunsDoNotAllocate(t *testing.T) {
	for _, model := range sim.Models() {
		m := newMachine(t, model, sim.Dull{})
		ch := &every{n: 3}
		body := func(c *sim.CPU) {
			for range 20 {
				c.SpinLock(x)
				c.WriteOnce(y, c.ReadOnce(y)+1)
				c.SpinUnlock(x)
				c.RcuReadLock()
				c.TestAndSetBitLock(1, z)
				c.RcuReadUnlock()
				c.ClearBitUnlock(1, z)
				c.SynchronizeRcu()
			}
		}
		require.Zero(t, testing.AllocsPerRun(20, func() {
			m.Reset(model, ch)
			m.Run(3, body)
		}), model)
	}
}
