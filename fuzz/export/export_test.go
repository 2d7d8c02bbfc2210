package export

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/fuzz/litmus"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// crashes calls check with the run of each crash file.
func crashes(t *testing.T, check func(t *testing.T, name string, tr *fuzz.Trace)) {
	files, err := filepath.Glob("../../crashers/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	r := fuzz.NewRunner()
	defer r.Close()
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			check(t, name, crash(t, r, name))
		})
	}
}

// crash returns the run of a crash file.
func crash(t *testing.T, r *fuzz.Runner, name string) *fuzz.Trace {
	text, err := os.ReadFile("../../crashers/" + name + ".txt")
	require.NoError(t, err)
	return r.Trace(parse(t, string(text)))
}

func parse(t *testing.T, text string) *fuzz.Program {
	p, err := fuzz.Parse(text)
	require.NoError(t, err)
	return p
}

// verdict runs a litmus test under a model.
func verdict(t *testing.T, text string, model sim.Model) litmus.Result {
	test, err := litmus.Parse("export", []byte(text))
	require.NoError(t, err, text)
	r := litmus.NewRunner()
	defer r.Close()
	return r.Run(test, model, 0)
}

// The outcome that the run of a crash had is possible, and others are but where it takes one call alone: under the crash's
// own model and those that allow more.
func TestLitmusOfCrashes(t *testing.T) {
	crashes(t, func(t *testing.T, name string, tr *fuzz.Trace) {
		text, err := Litmus(name, tr)
		require.NoError(t, err)
		want := litmus.Sometimes
		if tr.Program.NumCalls() == 1 {
			want = litmus.Always
		}
		for model := tr.Program.Model; model <= sim.LKMM; model++ {
			res := verdict(t, text, model)
			require.Equal(t, want, res.Verdict, "under %v: %s\n%s", model, res.Reason, text)
			require.Less(t, res.Executions, 10_000, "small enough for herd7")
		}
		again, err := Litmus(name, tr)
		require.NoError(t, err)
		require.Equal(t, text, again)
	})
}

// What is late in the run stays late: the outcome needs the weaker model.
func TestLitmusOfALateLoad(t *testing.T) {
	const program = `kernel  v6.2
model   lkmm

cpu0    fill_balloon
cpu1    isolate_migratepages_block p0 p0

cpu1@6  read p0.mapping late 1
`
	r := fuzz.NewRunner()
	defer r.Close()
	tr := r.Trace(parse(t, program))
	require.Empty(t, tr.Unused)
	text, err := Litmus("late", tr)
	require.NoError(t, err)
	require.Equal(t, litmus.Sometimes, verdict(t, text, sim.LKMM).Verdict, text)
	require.Equal(t, litmus.Never, verdict(t, text, sim.SC).Verdict, text)
}

// What README says of the counterexample that is real in v6.10: its outcome needs a model weaker than tso, and one smp_rmb
// under the page lock forbids it.
func TestLitmusOfAMissingBarrier(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	text, err := Litmus("page_type", crash(t, r, "page_type"))
	require.NoError(t, err)
	require.Equal(t, litmus.Never, verdict(t, text, sim.SC).Verdict)
	require.Equal(t, litmus.Never, verdict(t, text, sim.TSO).Verdict)
	require.Equal(t, litmus.Sometimes, verdict(t, text, sim.LKMM).Verdict)
	require.Equal(t, 2, strings.Count(text, "\tsmp_rmb();\n"), "those of v6.10")
	require.Equal(t, 2, strings.Count(text, "\tsmp_wmb();\n"))

	const lock = "atomic_cmpxchg_acquire(p0_flags"
	before, after, ok := strings.Cut(text, lock)
	require.True(t, ok, text)
	locked, rest, ok := strings.Cut(after, " = READ_ONCE(*p0_mapping)")
	require.True(t, ok, text)
	line := strings.LastIndexByte(locked, '\n') + 1
	fixed := before + lock + locked[:line] + "smp_rmb();\n" + locked[line:] + " = READ_ONCE(*p0_mapping)" + rest
	require.Equal(t, litmus.Never, verdict(t, fixed, sim.LKMM).Verdict, fixed)
}

// A run of one CPU is split where the call begins that ended with the bug.
func TestLitmusOfOneCPU(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	text, err := Litmus("one", r.Trace(parse(t, "kernel next-20220927\nmodel sc\n\n"+
		"cpu0 kmem_cache_alloc c1 s0\ncpu0 flush_cpu_slab c1\ncpu0 kmem_cache_free s0\ncpu0 isolate_movable_page p0\n")))
	require.NoError(t, err)
	require.Equal(t, litmus.Sometimes, verdict(t, text, sim.SC).Verdict, text)

	_, err = Litmus("none", r.Trace(parse(t, "kernel v6.2\nmodel sc\n\ncpu0 fill_balloon\n")))
	require.ErrorIs(t, err, ErrNothing)
}

// A callback that runs on another CPU than queued it comes after that in the test as well.
func TestLitmusOfACallback(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	text, err := Litmus("callback", r.Trace(parse(t, "kernel next-20220927\nmodel lkmm\n\n"+
		"cpu0 kmem_cache_alloc c1 s0\ncpu0 kmem_cache_free s0\ncpu0 flush_cpu_slab c1\ncpu1 rcu_do_batch\n")))
	require.NoError(t, err)
	require.Contains(t, text, "\tsmp_store_release(p0_lru_prev_queued, 1); // call_rcu\n")
	require.Contains(t, text, "\tr0 = smp_load_acquire(p0_lru_prev_queued); // the callback is queued\n")
	require.Equal(t, litmus.Sometimes, verdict(t, text, sim.LKMM).Verdict, text)
}

// What other CPUs do between the load of a callback's function and its call does not come to wait for it.
func TestLitmusOfACallbackWithASwitch(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	tr := r.Trace(parse(t, `kernel  v6.2
model   sc

cpu0    kmem_cache_alloc c1 s0
cpu0    flush_cpu_slab c1
cpu0    rcu_do_batch
cpu1    kmem_cache_free s0
cpu2    isolate_movable_page p0

cpu0@59 run cpu1
cpu0@61 run cpu2
`))
	require.Empty(t, tr.Unused)
	text, err := Litmus("callback", tr)
	require.NoError(t, err)
	processes := regexp.MustCompile(`(?m)^P\d`).Split(text, -1)
	require.Contains(t, processes[1], "smp_load_acquire(", text)
	require.Equal(t, 1, strings.Count(text, "smp_load_acquire("), text)
	require.Equal(t, litmus.Sometimes, verdict(t, text, sim.SC).Verdict, text)
}

// A page that is freed by RCU twice is handed over twice, and the second wait is not for the first call_rcu.
func TestLitmusOfTwoCallbacksOfAPage(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	tr := r.Trace(parse(t, `kernel  v6.2
model   sc

cpu0    kmem_cache_alloc c1 s0
cpu0    flush_cpu_slab c1
cpu0    rcu_do_batch
cpu0    kmem_cache_alloc c1 s0
cpu0    flush_cpu_slab c1
cpu0    rcu_do_batch
cpu1    kmem_cache_free s0
cpu1    kmem_cache_free s0

cpu0@59 run cpu1
cpu1@22 run cpu0
cpu0@146 run cpu1
`))
	require.Empty(t, tr.Unused)
	text, err := Litmus("callbacks", tr)
	require.NoError(t, err)
	for _, name := range []string{"p0_lru_prev_queued_1", "p0_lru_prev_queued_2"} {
		require.Equal(t, 1, strings.Count(text, "smp_store_release("+name+", 1);"), text)
		require.Equal(t, 1, strings.Count(text, "smp_load_acquire("+name+");"), text)
	}
	require.Equal(t, litmus.Sometimes, verdict(t, text, sim.SC).Verdict, text)
}

// A Chrome trace has a slice for each event of the run, on the track of its CPU, in slices that begin and end; and an arrow
// for each load of what another CPU stored.
func TestPerfettoOfCrashes(t *testing.T) {
	crashes(t, func(t *testing.T, name string, tr *fuzz.Trace) {
		text, err := Perfetto(name, tr)
		require.NoError(t, err)
		var trace struct{ TraceEvents []traceEvent }
		require.NoError(t, json.Unmarshal([]byte(text), &trace))

		slices, arrows := 0, map[int]traceEvent{}
		open := [sim.MaxCPUs][]traceEvent{}
		for _, e := range trace.TraceEvents {
			stack := &open[e.TID]
			switch e.Phase {
			case "B":
				*stack = append(*stack, e)
			case "E":
				last := (*stack)[len(*stack)-1]
				require.Equal(t, last.Name, e.Name)
				require.GreaterOrEqual(t, e.Time, last.Time)
				*stack = (*stack)[:len(*stack)-1]
			case "X":
				require.Equal(t, tr.Text(e.Time), e.Name)
				require.Equal(t, tr.Events()[e.Time].CPU, e.TID)
				in := tr.Functions(e.Time)
				require.Len(t, *stack, 1+len(in), "its call and its functions")
				for i, f := range in {
					require.Equal(t, f, (*stack)[len(in)-i].Name)
				}
				slices++
			case "s":
				arrows[e.ID] = e
			case "f":
				from := arrows[e.ID]
				require.NotEqual(t, from.TID, e.TID)
				require.Equal(t, tr.Events()[e.Time].Src, from.Time)
			}
		}
		steps := 0
		for _, e := range tr.Events() {
			if e.Kind != sim.EvNote && e.Kind != sim.EvBug {
				steps++
			}
		}
		require.Equal(t, steps, slices)
		require.Equal(t, len(tr.Program.Calls) > 1, len(arrows) > 0, "with two CPUs one reads what the other stored")
		require.Equal(t, [sim.MaxCPUs][]traceEvent{}, empty(open), "all slices end")
		require.Contains(t, text, `"name":"BUG: `)
	})
}

func empty(open [sim.MaxCPUs][]traceEvent) [sim.MaxCPUs][]traceEvent {
	for i := range open {
		if len(open[i]) == 0 {
			open[i] = nil
		}
	}
	return open
}
