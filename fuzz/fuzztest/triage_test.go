package fuzztest

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Raw finds that the fuzzer makes from the crash files, by mutating their programs, are told apart as exactly the bugs of
// these files: each file's own is there, and nothing that no file shows.
func TestTriageOfManyFindsEndsWithTheKnownBugs(t *testing.T) {
	const runs, each = 1000, 10
	files, err := filepath.Glob("../../crashers/*.txt")
	require.NoError(t, err)
	r := fuzz.NewRunner()
	defer r.Close()
	triage := fuzz.NewTriage(r)
	finds := 0
	type crash struct {
		program *fuzz.Program
		race    fuzz.Race
	}
	var known []crash
	for _, file := range files {
		p := load(t, file)
		known = append(known, crash{p, r.Trace(p).Race()})
		left := each
		h := &fuzz.Hunt{Kernel: p.Kernel, Model: p.Model, Strategy: "random", Program: p, Mutate: true, Seed: 3, Runs: runs, Jobs: 1}
		h.Found = func(f fuzz.Finding) {
			if left > 0 {
				require.NoError(t, triage.Add(f.Program))
				left--
				finds++
			}
		}
		h.Do()
	}
	require.Equal(t, each*len(files), finds)
	for _, c := range known {
		own := 0
		for _, bug := range triage.Bugs() {
			if bug.Kernel == c.program.Kernel && bug.SameAs(c.program, c.race) {
				own++
			}
		}
		require.Equal(t, 1, own, "%s; %v", c.program.Bug, c.race)
	}
	counted := 0
	for _, bug := range triage.Bugs() {
		counted += bug.Count
		shown := false
		for _, c := range known {
			shown = shown || bug.SameAs(c.program, c.race)
		}
		require.True(t, shown, "%s: %s; %v", bug.Kernel, bug.Title, bug.Race)
	}
	require.Equal(t, finds, counted)
}

// A bug that the table of kernels does not expect is never taken for one that another kernel has.
func TestTriageTakesNoUnexpectedBugForKnown(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	crash := load(t, "../../crashers/skip_slab_v0.txt")
	race := r.Trace(crash).Race()
	require.Equal(t, fuzz.Race{Word: "mapping", Storer: "__free_slab", User: "page_movable_ops"}, race)

	expected := &fuzz.TriagedBug{Kernel: "next-20220927+pagemovable-not-slab", Title: crash.Bug, Race: race}
	expected.Add(at(crash, "next-20220927+pagemovable-not-slab"))
	require.True(t, expected.SameAs(crash, race))
	news := &fuzz.TriagedBug{Kernel: "v6.2", Title: crash.Bug, Race: race}
	news.Add(at(crash, "v6.2"))
	require.False(t, news.SameAs(crash, race))
}

// A find that the table does not expect is news, however many smaller ones it does expect there are.
func TestTriageForgetsNoUnexpectedFind(t *testing.T) {
	p := load(t, "../../crashers/rcu_free_slab.txt")
	bug := &fuzz.TriagedBug{Kernel: p.Kernel, Title: p.Bug}
	for range 5 {
		bug.Add(p)
	}
	require.True(t, bug.Expected())
	bug.Add(parse(t, "kernel "+p.Kernel+"\nmodel lkmm\nconfig alloc=slob\nbug "+p.Bug+"\n\ncpu0 kmem_cache_alloc c1 s0\n"))
	require.False(t, bug.Expected())
}

func at(p *fuzz.Program, kernel string) *fuzz.Program {
	p = p.Clone()
	p.Kernel = kernel
	return p
}

func TestTriageCountsNoFindThatDoesNotRepeat(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	triage := fuzz.NewTriage(r)
	p := load(t, "../../crashers/rcu_free_slab.txt")
	require.NoError(t, triage.Add(p))
	require.ErrorContains(t, triage.Add(at(p, "v6.2")), "no bug on v6.2 under sc")
	other := p.Clone()
	other.Bug = "another"
	require.ErrorContains(t, triage.Add(other), "another bug: isolate_movable_page")
	require.Len(t, triage.Bugs(), 1)
	bug := triage.Bugs()[0]
	require.Equal(t, 1, bug.Count)
	require.Equal(t, []sim.Model{sim.SC}, bug.Models)
	require.Equal(t, "next-20220927-rcu_free_slab-call_rcu-page_movable_ops", bug.Name())
	require.True(t, p.SameRun(triage.Smallest(bug)))
}
