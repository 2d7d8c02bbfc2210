package mm

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// program is what each CPU calls: one string a CPU, calls separated by "; ".
type program []string

// parseCall reads "kmem_cache_alloc c1 s0".
func parseCall(t testing.TB, text string) Call {
	words := strings.Fields(text)
	op, ok := FindOp(words[0])
	require.True(t, ok, "no op %s", words[0])
	args := Ops()[op].Args
	require.Len(t, words, 1+len(args), text)
	call := Call{Op: uint8(op)}
	for i, a := range args {
		n, err := strconv.Atoi(strings.TrimPrefix(words[1+i], a.Kind.Prefix()))
		require.NoError(t, err, text)
		require.Less(t, n, a.Kind.Count(), text)
		call.Args[i] = uint8(n)
	}
	return call
}

func (p program) parse(t testing.TB) [][]Call {
	cpus := make([][]Call, len(p))
	for i, text := range p {
		for _, call := range strings.Split(text, "; ") {
			cpus[i] = append(cpus[i], parseCall(t, call))
		}
	}
	return cpus
}

// run runs calls on mm after Boot, as one phase.
func runCalls(mm *MM, cpus [][]Call) *sim.Bug {
	return mm.Machine().Run(len(cpus), func(c *sim.CPU) {
		for _, call := range cpus[c.ID()] {
			mm.Call(c, call)
		}
	}).Bug
}

// newKernel returns an MM of the kernel with that name, booted.
func newKernel(t testing.TB, kernel string) *MM {
	k, err := FindKernel(kernel)
	require.NoError(t, err)
	mm := New(k)
	t.Cleanup(mm.Machine().Close)
	mm.Boot(Config{}, sim.SC, sim.Dull{})
	return mm
}

// run runs a program as one phase on a booted MM.
func (mm *MM) run(t testing.TB, p ...string) *sim.Bug { return runCalls(mm, program(p).parse(t)) }

// title returns the title of a bug, "" for none.
func title(b *sim.Bug) string {
	if b == nil {
		return ""
	}
	return b.Title
}

// splitmix is a small pseudo-random generator.
type splitmix uint64

func (r *splitmix) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (r *splitmix) intn(n int) int { return int(r.next() >> 33 % uint64(n)) }

// randomChooser departs from the dull path once in `rate` questions.
type randomChooser struct {
	r    *splitmix
	rate int
}

func (ch *randomChooser) Choose(q *sim.Question) int {
	if !q.Forced && ch.r.intn(ch.rate) != 0 {
		return 0
	}
	return ch.r.intn(q.N())
}

// switchAt switches to another CPU before a CPU's step: the whole schedule.
type switchAt []struct{ cpu, step, to int }

func (s switchAt) Choose(q *sim.Question) int {
	if q.Kind != sim.Run {
		return 0
	}
	for _, at := range s {
		if at.cpu != q.CPU || at.step != q.Step {
			continue
		}
		for answer := range q.N() {
			if q.Target(answer) == at.to {
				return answer
			}
		}
	}
	return 0
}
