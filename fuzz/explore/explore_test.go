package explore_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz/explore"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const (
	x = sim.Addr(0x1000)
	y = sim.Addr(0x1008)
	z = sim.Addr(0x1010)
	l = sim.Addr(0x1018)
	h = sim.Addr(0x1020) // rcu_heads
)

// op is one thing a CPU does. It may add to what the CPU has seen.
type op struct {
	name string
	do   func(c *sim.CPU, seen *[]uint64)
}

func read(a sim.Addr) op {
	return op{fmt.Sprintf("r(%s)", name(a)), func(c *sim.CPU, seen *[]uint64) { *seen = append(*seen, c.ReadOnce(a)) }}
}

func write(a sim.Addr, v uint64) op {
	return op{fmt.Sprintf("w(%s,%d)", name(a), v), func(c *sim.CPU, _ *[]uint64) { c.WriteOnce(a, v) }}
}

func name(a sim.Addr) string { return string("xyzl"[(a-x)/8]) }

// program is a list of ops for each CPU.
type program [][]op

func (p program) String() string {
	var lines []string
	for i, ops := range p {
		var names []string
		for _, o := range ops {
			names = append(names, o.name)
		}
		lines = append(lines, fmt.Sprintf("cpu%d: %s", i, strings.Join(names, "; ")))
	}
	return strings.Join(lines, "\n")
}

// once runs p and returns what came of it.
func (p program) once(m *sim.Machine, model sim.Model, ch sim.Chooser) (sim.Result, string) {
	m.Reset(model, ch)
	seen := make([][]uint64, len(p))
	r := m.Run(len(p), func(c *sim.CPU) {
		for _, o := range p[c.ID()] {
			o.do(c, &seen[c.ID()])
		}
	})
	outcome := fmt.Sprint(seen, m.Peek(x), m.Peek(y), m.Peek(z))
	if r.Bug != nil {
		outcome = r.Bug.Title
	}
	return r, outcome
}

func newMachine(t *testing.T, exhaustive bool) *sim.Machine {
	m := sim.New(nil)
	t.Cleanup(m.Close)
	m.Map(x, 32)
	m.SetExhaustive(exhaustive)
	return m
}

// explored returns all outcomes of p by the explorer, and how many executions
// it took.
func explored(t *testing.T, p program, model sim.Model) (outcomes []string, stats explore.Stats) {
	m := newMachine(t, true)
	set := map[string]bool{}
	var outcome string
	stats = explore.All(m, 0, func(ch sim.Chooser) (r sim.Result) {
		r, outcome = p.once(m, model, ch)
		return r
	}, func(sim.Result) bool {
		set[outcome] = true
		return true
	})
	require.True(t, stats.Complete)
	return slices.Sorted(maps.Keys(set)), stats
}

// depthFirst is the naive explorer: every answer to every question.
type depthFirst struct{ answers, of []int }

func (d *depthFirst) chooser() sim.Chooser { return &depthFirstRun{d: d} }

type depthFirstRun struct {
	d *depthFirst
	n int
}

func (r *depthFirstRun) Choose(q *sim.Question) int {
	if r.n == len(r.d.answers) {
		r.d.answers, r.d.of = append(r.d.answers, 0), append(r.d.of, q.N())
	}
	r.n++
	return r.d.answers[r.n-1]
}

func (d *depthFirst) next() bool {
	for n := len(d.answers); n > 0; n-- {
		if d.answers[n-1]++; d.answers[n-1] < d.of[n-1] {
			d.answers, d.of = d.answers[:n], d.of[:n]
			return true
		}
		d.answers, d.of = d.answers[:n-1], d.of[:n-1]
	}
	return false
}

// naive returns all outcomes of p, or false if that takes more than limit runs.
func naive(t *testing.T, p program, model sim.Model, limit int) ([]string, bool) {
	m := newMachine(t, false)
	set := map[string]bool{}
	d := &depthFirst{}
	for n := 0; ; n++ {
		if n == limit {
			return nil, false
		}
		_, outcome := p.once(m, model, d.chooser())
		set[outcome] = true
		if !d.next() {
			return slices.Sorted(maps.Keys(set)), true
		}
	}
}

// The numbers are those of the different executions, which GenMC finds too.
func TestExecutionsAreOptimal(t *testing.T) {
	increment := func(n int) (ops []op) {
		for range n {
			ops = append(ops, op{"inc", func(c *sim.CPU, _ *[]uint64) { c.AtomicInc(x) }})
		}
		return ops
	}
	cases := []struct {
		name       string
		p          program
		executions int
	}{
		{"MP", program{{write(x, 1), write(y, 1)}, {read(y), read(x)}}, 4},
		{"SB", program{{write(x, 1), read(y)}, {write(y, 1), read(x)}}, 4},
		{"LB", program{{read(x), write(y, 1)}, {read(y), write(x, 1)}}, 3},
		{"IRIW", program{{write(x, 1)}, {write(y, 1)}, {read(x), read(y)}, {read(y), read(x)}}, 16},
		{"2+2W", program{{write(x, 1), write(y, 2)}, {write(y, 1), write(x, 2)}}, 4},
		{"three threads of two increments", program{increment(2), increment(2), increment(2)}, 90},
	}
	for _, tc := range cases {
		_, stats := explored(t, tc.p, sim.LKMM)
		require.Equal(t, tc.executions, stats.Executions, tc.name)
		t.Logf("%s: %+v", tc.name, stats)
	}
}

// randomProgram draws a program of up to three CPUs.
func randomProgram(rng *rand.Rand, maxOps int) program {
	p := make(program, 2+rng.IntN(2))
	for i := range p {
		for n := 1 + rng.IntN(maxOps); len(p[i]) < n; {
			a := x + 8*sim.Addr(rng.IntN(2+rng.IntN(2)))
			v := uint64(1 + rng.IntN(3))
			switch rng.IntN(17) {
			case 0, 1, 2:
				p[i] = append(p[i], read(a))
			case 3, 4, 5:
				p[i] = append(p[i], write(a, v))
			case 6:
				p[i] = append(p[i], op{"mb", func(c *sim.CPU, _ *[]uint64) { c.SmpMb() }})
			case 7:
				p[i] = append(p[i], op{"rmb", func(c *sim.CPU, _ *[]uint64) { c.SmpRmb() }})
			case 8:
				p[i] = append(p[i], op{"wmb", func(c *sim.CPU, _ *[]uint64) { c.SmpWmb() }})
			case 9:
				p[i] = append(p[i], op{"acq" + name(a), func(c *sim.CPU, s *[]uint64) { *s = append(*s, c.SmpLoadAcquire(a)) }})
			case 10:
				p[i] = append(p[i], op{fmt.Sprintf("rel%s%d", name(a), v), func(c *sim.CPU, _ *[]uint64) { c.SmpStoreRelease(a, v) }})
			case 11:
				p[i] = append(p[i], op{fmt.Sprintf("xchg%s%d", name(a), v), func(c *sim.CPU, s *[]uint64) { *s = append(*s, c.Xchg(a, v)) }})
			case 12:
				p[i] = append(p[i], op{fmt.Sprintf("cmpxchg%s0,%d", name(a), v), func(c *sim.CPU, s *[]uint64) { *s = append(*s, c.CmpxchgRelaxed(a, 0, v)) }})
			case 13:
				p[i] = append(p[i], op{fmt.Sprintf("w32%s%d", name(a), v), func(c *sim.CPU, s *[]uint64) { c.WriteOnce32(a+4, uint32(v)) }})
			case 14:
				p[i] = append(p[i], op{"locked r" + name(a), func(c *sim.CPU, s *[]uint64) {
					c.SpinLock(l)
					*s = append(*s, c.ReadOnce(a))
					c.WriteOnce(a, v)
					c.SpinUnlock(l)
				}})
			case 15:
				p[i] = append(p[i], op{"reader " + name(a), func(c *sim.CPU, s *[]uint64) {
					c.RcuReadLock()
					*s = append(*s, c.ReadOnce(a), c.ReadOnce(x))
					c.RcuReadUnlock()
				}})
			case 16:
				head := h + 16*sim.Addr(i)
				p[i] = append(p[i], []op{
					{"sync", func(c *sim.CPU, _ *[]uint64) { c.SynchronizeRcu() }},
					{"call_rcu", func(c *sim.CPU, _ *[]uint64) { c.CallRcu(head, v) }},
					{"batch", func(c *sim.CPU, s *[]uint64) {
						*s = append(*s, uint64(c.RcuDoBatch(func(c *sim.CPU, _ sim.Addr, fn uint64) { c.WriteOnce(z, fn) })))
					}},
				}[rng.IntN(3)])
			}
		}
	}
	return p
}

// Completeness: the reduced exploration and the naive one, which asks about
// every interleaving on the machine as it is for fuzzing, have the same
// outcomes.
func TestSameOutcomesAsNaive(t *testing.T) {
	const seed = 1
	rng := rand.New(rand.NewPCG(seed, 0))
	compared := 0
	for n := 0; compared < 200; n++ {
		p := randomProgram(rng, 3)
		for _, model := range sim.Models() {
			want, ok := naive(t, p, model, 5_000)
			if !ok {
				continue
			}
			got, _ := explored(t, p, model)
			require.Equal(t, want, got, "program %d of seed %d under %v:\n%v", n, seed, model, p)
			compared++
		}
	}
}

// Every execution of an exhaustive machine under sc and tso can be repeated on
// one that is not.
func TestOrderRepeatsTheRun(t *testing.T) {
	const seed = 2
	rng := rand.New(rand.NewPCG(seed, 0))
	for n := range 100 {
		p := randomProgram(rng, 3)
		for _, model := range []sim.Model{sim.SC, sim.TSO} {
			m, plain := newMachine(t, true), newMachine(t, false)
			plain.SetEveryStep(true)
			var outcome string
			explore.All(m, 50, func(ch sim.Chooser) (r sim.Result) {
				r, outcome = p.once(m, model, ch)
				return r
			}, func(sim.Result) bool {
				turns, ok := explore.Order(m)
				require.True(t, ok, "program %d of seed %d under %v:\n%v", n, seed, model, p)
				_, again := p.once(plain, model, explore.Follow(turns, 0))
				require.Equal(t, outcome, again, "program %d of seed %d under %v:\n%v", n, seed, model, p)
				return true
			})
		}
	}
}
