package sim_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
	"github.com/mmfuzz/mmfuzz/mm/sim/axiom"
)

// noting answers by chance and writes down what it was asked, and its answers.
type noting struct {
	rng   *rand.Rand
	odds  int // out of 256 that the answer is not dull
	spare int // out of 256 that it does not ask what there is to read, or where to store
	said  []string
}

func (n *noting) spares(q *sim.Question) bool {
	return q.Kind != sim.Run && rand.New(rand.NewPCG(uint64(q.CPU), uint64(q.Step))).IntN(256) < n.spare
}

func (n *noting) Choose(q *sim.Question) int {
	if n.spares(q) || q.N() == 1 {
		return 0
	}
	said := fmt.Sprint(q.Kind, q.N(), q.CPU, q.Step, q.Addr, q.Others)
	if q.Kind != sim.Run {
		for k := range q.N() {
			said += fmt.Sprint(q.StoredBy(k))
		}
	}
	answer := 0
	if n.rng.IntN(256) < n.odds {
		answer = n.rng.IntN(q.N())
	}
	n.said = append(n.said, said+fmt.Sprint(" ", answer))
	return answer
}

// Goal: entering what the CPUs did into the graph only when there is a question,
// and asking none where the clocks know the answer, changes nothing that a run
// shows: the same questions with the same answers to choose from, and the same
// hash. The longest programs are five times the window.
func TestNotesChangeNothing(t *testing.T) {
	settled := 0
	for _, shape := range []axiom.Shape{
		{CPUs: 2, Steps: 6, Vars: 2, Kinds: axiom.All()},
		{CPUs: 4, Steps: 100, Vars: 3, Kinds: axiom.All()},
		{CPUs: 4, Steps: 300, Vars: 4, Kinds: axiom.Barriers()},
		{CPUs: 3, Steps: 300, Vars: 2, Kinds: axiom.Locks()},
		{CPUs: 3, Steps: 400, Vars: 8, Kinds: axiom.All()},
		{CPUs: 3, Steps: 100, Vars: 3, Kinds: axiom.RCU()},
	} {
		r := axiom.NewRunner(sim.LKMM, axiom.AsMachine)
		for seed := range uint64(60) {
			p := axiom.Random(rand.New(rand.NewPCG(seed, 1)), shape)
			run := func(eager bool) (*noting, sim.Result) {
				r.Machine().SetEager(eager)
				n := &noting{rng: rand.New(rand.NewPCG(seed, 2)), odds: []int{1, 4, 30, 200}[seed%4], spare: []int{0, 250, 128}[seed%3]}
				_, result := r.Run(p, n)
				return n, result
			}
			want, wanted := run(true)
			got, result := run(false)
			require.Equal(t, want.said, got.said, "%v of seed %d:\n%v", shape, seed, p)
			require.Equal(t, wanted, result, "%v of seed %d:\n%v", shape, seed, p)
			if result.Settled {
				settled++
			}
		}
		r.Machine().Close()
	}
	require.Greater(t, settled, 50, "runs longer than the window")
}

// lateLoad runs CPU 0, the first 131 steps of CPU 1, CPUs 2 and 3, and the rest of
// CPU 1. The load of w is late. It keeps the addresses of what could be read late.
type lateLoad struct {
	w     sim.Addr
	asked []sim.Addr
}

func (l *lateLoad) Choose(q *sim.Question) int {
	switch {
	case q.Kind == sim.Read:
		if q.N() > 1 {
			l.asked = append(l.asked, q.Addr)
		}
		if q.Addr == l.w {
			return 1
		}
	case q.Forced && q.CPU == 2 || !q.Forced && q.CPU == 1 && q.Step == 132:
		return 1
	}
	return 0
}

// Goal: what a late load is before stays so for what is noted when the events in
// between are settled.
//
//	cpu0      cpu1               cpu2      cpu3
//	w = 1
//	smp_mb
//	s = 1
//	          s -> 1
//	          (130 loads)
//	                             x = 1
//	                             smp_mb
//	                             r = 1
//	                                       r -> 1
//	                                       smp_rmb
//	                                       w -> 0, late
//	          s -> 1, acquire
//	          (130 loads)
//	          x -> 1, for r = 1 is before w -> 0, which is before s = 1
func TestLateBeforeSettled(t *testing.T) {
	const w, s, x, r, own = 0x1000, 0x1008, 0x1010, 0x1018, 0x1020
	m := sim.New(nil)
	defer m.Close()
	m.Map(0x1000, 8)
	loads := func(c *sim.CPU) {
		for range 130 {
			c.ReadOnce(own)
		}
	}
	for _, eager := range []bool{false, true} {
		chooser := &lateLoad{w: w}
		m.SetEager(eager)
		m.Reset(sim.LKMM, chooser)
		result := m.Run(4, func(c *sim.CPU) {
			switch c.ID() {
			case 0:
				c.WriteOnce(w, 1)
				c.SmpMb()
				c.WriteOnce(s, 1)
			case 1:
				c.BugOn(c.ReadOnce(s) != 1, "s")
				loads(c)
				c.BugOn(c.SmpLoadAcquire(s) != 1, "s")
				loads(c)
				c.BugOn(c.ReadOnce(x) != 1, "x")
			case 2:
				c.WriteOnce(x, 1)
				c.SmpMb()
				c.WriteOnce(r, 1)
			case 3:
				c.BugOn(c.ReadOnce(r) != 1, "r")
				c.SmpRmb()
				c.BugOn(c.ReadOnce(w) != 0, "w")
			}
		})
		require.Nil(t, result.Bug)
		require.True(t, result.Settled)
		require.Equal(t, []sim.Addr{s, r, w}, chooser.asked, "eager: %v", eager)
	}
}
