package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

func isolateMovablePage(c *sim.CPU) { folioTryGet(c) }
func folioTryGet(c *sim.CPU)        { c.ReadOnce(x) }
func _kmemCacheFree(c *sim.CPU)     { c.Bug("double free", "") }

func TestTraceNamesKernelFunctionsAsInC(t *testing.T) {
	m := newMachine(t, sim.SC, sim.Dull{})
	m.SetTrace(true)
	r := run(m, func(c *sim.CPU) { isolateMovablePage(c); _kmemCacheFree(c) })
	require.Equal(t, []string{"folio_try_get", "isolate_movable_page"}, m.Events()[0].Stack)
	require.Equal(t, "_kmem_cache_free", r.Bug.Func)
}

func TestTraceIsRecordedOnlyWhenAskedFor(t *testing.T) {
	m := newMachine(t, sim.SC, sim.Dull{})
	run(m, isolateMovablePage)
	require.Empty(t, m.Events())
}

// Src and Co let somebody else rebuild rf and co: see the checker of LKMM's
// axioms.
func TestTraceSaysWhatALoadReadAndWhereAStoreWent(t *testing.T) {
	for _, model := range sim.Models() {
		m := newMachine(t, model, sim.Dull{})
		m.SetTrace(true)
		run(m, func(c *sim.CPU) {
			c.ReadOnce(x)     // 0
			c.WriteOnce(x, 1) // 1
			c.ReadOnce(x)     // 2
			c.Xchg(x, 2)      // 3
			c.WriteOnce(y, 1) // 4
			c.ReadOnce(x)     // 5
		})
		var src, co []int
		for _, e := range m.Events() {
			src, co = append(src, e.Src), append(co, e.Co)
		}
		require.Equal(t, []int{-1, -1, 1, 1, -1, 3}, src, model)
		require.Equal(t, []int{-1, -1, -1, 1, -1, -1}, co, model)
	}
}

func TestStaleReadSaysSo(t *testing.T) {
	ch := &staleReader{}
	m := newMachine(t, sim.LKMM, ch)
	m.SetTrace(true)
	var old uint64
	run(m, func(c *sim.CPU) { c.WriteOnce(x, 1) }, func(c *sim.CPU) { old = c.ReadOnce(x) })
	e := m.Events()[1]
	require.Zero(t, old)
	require.Equal(t, 1, e.Late)
	require.EqualValues(t, 1, e.Newest)
	require.Equal(t, -1, e.Src)
}

// staleReader reads the oldest value it may.
type staleReader struct{}

func (*staleReader) Choose(q *sim.Question) int {
	if q.Kind == sim.Read {
		return q.N() - 1
	}
	return 0
}
