package fuzztest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

func TestTheSameProgramRunsTheSame1000Times(t *testing.T) {
	for _, model := range sim.Models() {
		p := load(t, corpus+"/programs/FuzzCompaction/everything-at-once.txt")
		p.Model = model
		p.Choices = []fuzz.Choice{
			{CPU: 0, Step: 5, Kind: fuzz.Run, Value: 1},
			{CPU: 1, Step: 9, Kind: fuzz.Run, Value: 2},
			{CPU: 2, Step: 3, Kind: fuzz.Run, Value: 0},
		}
		r := fuzz.NewRunner()
		first := r.Run(p)
		require.NotZero(t, first.Hash)
		for i := range 1000 {
			require.Equal(t, first, r.Run(p), "run %d", i)
		}
		r.Close()
		fresh := fuzz.NewRunner()
		require.Equal(t, first, fresh.Run(p), "a new runner")
		require.Equal(t, first, fresh.Trace(p).Outcome, "tracing changes nothing")
		fresh.Close()
	}
}

func TestChoicesThatDoNotFitAreUnused(t *testing.T) {
	p := parse(t, head+`
cpu0    kmem_cache_alloc c0 s0
cpu1    kmem_cache_alloc c1 s1

cpu0@2  run cpu1
cpu0@3  read s5 late 1
cpu1@9999 run cpu0
`)
	r := fuzz.NewRunner()
	defer r.Close()
	tr := r.Trace(p)
	require.Empty(t, tr.Outcome.Title())
	require.Equal(t, p.Choices[1:], tr.Unused)
}

// A hunt finds in the reported kernel what was reported, whatever the strategy, and what it finds depends on neither the
// number of jobs nor on chance.
func TestHuntFindsTheReport(t *testing.T) {
	const title = "isolate_movable_page: mapping is not a movable_operations (rcu_free_slab)"
	for _, strategy := range fuzz.Strategies() {
		h := &fuzz.Hunt{Kernel: "next-20220927", Model: sim.SC, Strategy: strategy, Seed: 5, Runs: 3000, Jobs: 1}
		one := h.Do()
		h.Jobs = 3
		require.Equal(t, one, h.Do(), strategy)
		found := false
		r := fuzz.NewRunner()
		for _, f := range one.Findings {
			found = found || f.Title == title
			require.Equal(t, f.Title, f.Program.Bug)
			o := r.Run(f.Program)
			require.Equal(t, f.Title, o.Title(), "the choices repeat the run")
		}
		require.True(t, found, "%s: %v", strategy, one.Findings)
		r.Close()
	}
}

// Where a bug takes a few switches, schedules that switch at conflicts have it far more often.
func TestHuntAtConflictsFindsTheFewSwitches(t *testing.T) {
	p := load(t, "../../crashers/skip_slab_v0.txt")
	p.Choices = nil
	found := func(strategy string) int {
		h := &fuzz.Hunt{Kernel: p.Kernel, Model: p.Model, Strategy: strategy, Program: p, Seed: 1, Runs: 20_000}
		for _, f := range h.Do().Findings {
			if f.Title == p.Bug {
				return f.Count
			}
		}
		return 0
	}
	byConflict, byChance := found("conflict"), found("random")
	require.Greater(t, byConflict, 5*byChance)
	require.Greater(t, byConflict, 10)
}

// Mutants are run at conflicts too, and the result does not depend on the number of jobs.
func TestHuntAtConflictsMutates(t *testing.T) {
	p := load(t, "../../crashers/skip_slab_v0.txt")
	h := &fuzz.Hunt{Kernel: p.Kernel, Model: p.Model, Strategy: "conflict", Program: p, Mutate: true, Seed: 1, Runs: 5000, Jobs: 1}
	one := h.Do()
	h.Jobs = 3
	require.Equal(t, one, h.Do())
	kept := 0
	h.Found = func(fuzz.Finding) { kept++ }
	require.Equal(t, one, h.Do(), "keeping all finds changes no run")
	require.Greater(t, kept, 10)
	var titles []string
	for _, f := range one.Findings {
		titles = append(titles, f.Title)
	}
	require.Contains(t, titles, p.Bug)
}

func TestHuntStopsWhenToldTo(t *testing.T) {
	h := &fuzz.Hunt{Kernel: "v6.2", Model: sim.SC, Strategy: "random", Jobs: 2}
	h.Progress = func(s fuzz.Stats) bool { return s.Runs < 2000 }
	s := h.Do()
	require.GreaterOrEqual(t, s.Runs, 2000)
	require.Less(t, s.Runs, 10_000)
}

// No false alarm: the long version of this is mmfuzz hunt.
func TestNothingIsFoundInCleanKernels(t *testing.T) {
	runs := 2000
	if testing.Short() {
		runs = 200
	}
	for _, s := range fuzz.CleanSubjects() {
		t.Run(s.Kernel+"-"+s.Model.String(), func(t *testing.T) {
			for _, strategy := range fuzz.Strategies() {
				h := &fuzz.Hunt{Kernel: s.Kernel, Model: s.Model, Strategy: strategy, Seed: 9, Runs: runs}
				if s.Model == sim.LKMM {
					h.Runs /= 8 // each takes that much longer
				}
				for _, f := range h.Do().Findings {
					t.Errorf("%s\n%s", f.Title, f.Program)
				}
			}
		})
	}
}

// FuzzFunctionAddress in the small: the value decides, and the oops says what kind of address it is.
func TestAddressOnMapping(t *testing.T) {
	for _, test := range []struct {
		address uint64
		oops    string // "" for none
	}{
		{0xffffffff811303aa, "kernel text"},
		{0xffffffff811303ab, ""},
		{0xffffffff811303ac, ""},
		{0xffffffff811303ad, ""},
		{0xdead000000000122, "non-canonical"},
		{0xdead000000000002, "non-canonical"},
		{6, "near NULL"},
		{2, ""},
		{3, ""},
		{0x7ffffffffffe, "user space"},
		{0xffffc8fffffffffe, "unmapped"},
		{0xffffea0000040002, "mapped"},
		{0xffffffffffffffff, ""},
	} {
		e := fuzz.NewExec(fuzz.Shapes()[2], fuzz.AllSubjects())
		require.NoError(t, e.CheckAddress(fuzz.AddressInput(test.address)))

		p := parse(t, "kernel next-20220927\nmodel sc\n\n"+
			"cpu0 kmem_cache_alloc c1 s0\ncpu0 kmem_cache_free s0\ncpu0 kmem_cache_shrink c1\ncpu0 isolate_movable_page p0\n")
		p.Config.SetAddress("rcu_free_slab", test.address)
		r := fuzz.NewRunner()
		o := r.Run(p)
		r.Close()
		if test.oops == "" {
			require.Empty(t, o.Title(), "%#x", test.address)
			continue
		}
		require.NotNil(t, o.Bug, "%#x", test.address)
		require.Contains(t, o.Bug.Detail, test.oops, "%#x", test.address)
	}
}

// Clean-up that runs out of steps leaves what it would have checked unsaid: the run has no verdict.
func TestCleanUpOutOfStepsIsNoVerdict(t *testing.T) {
	text := "kernel v6.14\nmodel sc\n" + strings.Repeat("cpu0 kmem_cache_alloc c0 s1\n", 9075) +
		"cpu0 kmem_cache_alloc c1 s0\ncpu0 zs_malloc z0\n"
	p, err := fuzz.Parse(text)
	require.NoError(t, err)
	r := fuzz.NewRunner()
	defer r.Close()
	require.True(t, r.Run(p).OutOfSteps)
	v := fuzz.NewVerifier()
	defer v.Close()
	require.Equal(t, fuzz.Unknown, v.Verify(p, 10).Verdict)
}
