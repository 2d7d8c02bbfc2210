package fuzztest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// The table of every access has all steps of the run.
func TestTableOfEveryAccess(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	tr := r.Trace(load(t, "../../crashers/skip_slab_v0.txt"))
	short, long := tr.Table(false), tr.Table(true)
	require.Contains(t, short, "steps that play no part are left out.\n")
	require.NotContains(t, long, "left out")
	lines := map[string]int{}
	for line := range strings.Lines(long) {
		lines[line]++
	}
	for line := range strings.Lines(short) {
		if strings.Contains(line, "p0.") {
			require.NotZero(t, lines[line], "%q is not among all", line)
		}
	}
}

// However many CPUs there are, a table is plain ASCII and no wider than mail.
func TestTableFitsIntoMail(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	for cpus := 1; cpus <= sim.MaxCPUs; cpus++ {
		text := "kernel next-20220927\nmodel sc\n\n"
		for cpu := range cpus {
			text += fmt.Sprintf("cpu%d kmem_cache_alloc c1 s%d\ncpu%d isolate_migratepages_block p0 p15\n", cpu, cpu, cpu)
		}
		for _, all := range []bool{false, true} {
			for line := range strings.Lines(r.Trace(parse(t, text)).Table(all)) {
				require.Regexp(t, `^[ -~]{0,100}\n$`, line)
			}
		}
	}
}

// A load that is late says what it read and what was there, and the store that it missed is shown.
func TestTableOfALateLoad(t *testing.T) {
	p := parse(t, "kernel v6.2\nmodel lkmm\n\ncpu0 fill_balloon\ncpu1 isolate_migratepages_block p0 p0\n\ncpu1@6 read p0.mapping late 1\n")
	r := fuzz.NewRunner()
	defer r.Close()
	tr := r.Trace(p)
	require.Empty(t, tr.Unused)
	table := strings.Join(strings.Fields(tr.Table(false)), " ")
	require.Contains(t, table, " p0.mapping = balloon_mops|MOVABLE ")
	require.Contains(t, table, " p0.mapping -> NULL late 1, newest balloon_mops|MOVABLE ")
}

// In a program of one CPU the call that ends with the bug is shown against those before it.
func TestTableOfOneCPU(t *testing.T) {
	p := parse(t, "kernel next-20220927\nmodel sc\n\n"+
		"cpu0 kmem_cache_alloc c1 s0\ncpu0 flush_cpu_slab c1\ncpu0 kmem_cache_free s0\ncpu0 isolate_movable_page p0\n")
	r := fuzz.NewRunner()
	defer r.Close()
	table := r.Trace(p).Table(false)
	require.True(t, strings.HasPrefix(table, "cpu0: slab alloc, slab flush, slab free, compaction\n"), table)
	require.Contains(t, table, "  p0.mapping = rcu_free_slab\n")
	require.Contains(t, table, "  p0.mapping -> rcu_free_slab\n")
	require.Contains(t, table, "  BUG: load of mops->isolate_page at ffffffff811303a8: kernel text\n")
	require.NotContains(t, table, "pcp.count", "no other call uses it")
}

// What a run reads is what it stored, in coherence order: so each load has the value of its variable after its source.
func TestVariables(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	for _, model := range sim.Models() {
		p := load(t, corpus+"/programs/FuzzCompaction/everything-at-once.txt")
		p.Model = model
		for cpu := range p.Calls {
			for step := range 60 { // what of it is not possible is not done
				p.Choices = append(p.Choices, fuzz.Choice{CPU: cpu, Step: step, Kind: fuzz.Run, Value: (cpu + step) % len(p.Calls)},
					fuzz.Choice{CPU: cpu, Step: step, Kind: fuzz.Read, Value: 1}, fuzz.Choice{CPU: cpu, Step: step, Kind: fuzz.Write, Value: 1})
			}
		}
		tr := r.Trace(p)
		loads, late := 0, 0
		for i, e := range tr.Events() {
			v := tr.Variable(i)
			if v == nil || e.Kind != sim.EvRead {
				continue
			}
			loads++
			if e.Late > 0 {
				late++
			}
			value := v.After(e.Src) >> (8 * (e.Addr - v.Addr))
			if e.Size == 4 {
				value &= 0xffffffff
			}
			require.Equal(t, e.Val, value, fmt.Sprint(i))
		}
		require.NotZero(t, loads)
		require.Equal(t, model == sim.LKMM, late > 0, "%v: %d", model, late)
	}
}

// What warns at boot is the task that boots, though no call has begun.
func TestTableOfAWarningAtBoot(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	r.Trace(load(t, "../../crashers/rcu_free_slab.txt")) // leaves nothing behind
	table := r.Trace(parse(t, "kernel v6.2\nmodel sc\nconfig init_warn=1\n\ncpu0 zs_malloc z0\n")).Table(false)
	require.Contains(t, table, "BUG: kmem_cache_init: ")
	require.Contains(t, table, "CPU: 0 Comm: swapper\n")
}
