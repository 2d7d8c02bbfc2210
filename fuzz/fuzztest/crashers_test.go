package fuzztest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
)

// Every crash file ends with its bug on its kernel, as its table shows, is as small as shrinking makes it, and does not
// crash the kernels that do not have the bug, neither as it is nor under other schedules.
func TestCrashers(t *testing.T) {
	others := map[string]map[string]bool{ // kernel by kernel: does it have the bug?
		"rcu_free_slab":  {"v6.0": false, "next-20220927": true, "next-20220927+aligned": false, "v6.2": false},
		"list_poison2":   {"v6.0": false, "next-20220927": true, "next-20220927+aligned": true, "v6.2": false},
		"slabs":          {"v6.0": false, "next-20220927": true, "next-20220927+aligned": true, "v6.2": false},
		"lost_page_lock": {"v6.0": false, "next-20220927": true, "next-20220927+aligned": true, "v6.2": false},

		"skip_slab_v0":         {"v6.0": false, "next-20220927+skip-slab-v1": false, "next-20220927+skip-slab-v2": false, "v6.2": false},
		"v1_counterexample":    {"v6.0": false, "next-20220927+skip-slab-v1": false, "v6.2": false},
		"pagemovable_not_slab": {"v6.0": false, "next-20220927+skip-slab-v1": false, "next-20220927+skip-slab-v2": false, "v6.2": false},
		"racy_free_pages":      {"v6.0": false, "next-20220927": false, "v6.2": false},
		"no_folio_recheck":     {"v6.0": false, "next-20220927+skip-slab-v1": false, "next-20220927+skip-slab-v2": false, "v6.2": false},
		"page_type":            {"v6.2": false, "v6.6": false, "v6.10+rmb": false},
		"revert_frozen":        {"v6.0": false, "next-20220927": true, "v6.2": false, "v6.10": false, "v6.14": false},

		"sw_fence":                   {"v6.0": false, "v6.0+sw-fence-v5.15": false, "next-20220927": false, "v6.2": false},
		"kpageflags":                 {"v6.0": false, "next-20220927": true, "v6.2": true, "v6.6": true},
		"scan_movable_pages":         {"v6.0": false, "v6.2": true, "v6.6": true},
		"soft_offline_split":         {"v6.0": false, "v6.2": true, "v6.6+hwpoison-slab": false, "v6.10": false},
		"soft_offline_lock":          {"v6.0": false, "v6.6+hwpoison-slab": false, "v6.10": false},
		"no_folio_recheck_zsmalloc":  {"v6.0": false, "next-20220927+skip-slab-v1": false, "v6.2": false},
		"changed_by_list_add":        {"v6.0": false, "next-20220927": true, "v6.2": false},
		"changed_by_list_splice":     {"v6.0": false, "next-20220927": true, "v6.2": false},
		"changed_by_call_rcu":        {"v6.0": false, "next-20220927": true, "v6.2": false},
		"changed_by_put_cpu_partial": {"v6.0": false, "next-20220927": true, "v6.2": false},
		"changed_by_rcu_do_batch":    {"v6.0": false, "next-20220927": true, "v6.2": false},

		"slabs_on_big_endian": {"v6.0": false, "next-20220927+aligned": true, "next-20220927+skip-slab-v1": false, "v6.2": false},

		"v1_no_recheck_released": {"v6.0": false, "next-20220927+skip-slab-v1": false, "v6.2": false},
		"isolated_as_free":       {"v6.0": false, "v6.10": false, "v6.14-revert-frozen": false, "v6.17": true, "next-20220927+frozen": true},
		"isolated_as_movable":    {"v6.0": false, "v6.2": true, "v6.10": true, "v6.14": false, "v6.17": false},
		"get_page_of_slab":       {"v6.0": false, "v6.10": false, "v6.14": false, "v6.17": false, "next-20220927+frozen": true},

		"kmem_rcu_free":             {"v6.0": false, "next-20220927": true, "next-20220927+aligned": false, "v6.2": false},
		"slab_list_poison2":         {"v6.0": false, "next-20220927": true, "next-20220927+aligned": true, "v6.2": false},
		"slab_skip_slab_v0":         {"v6.0": false, "next-20220927+skip-slab-v1": false, "next-20220927+skip-slab-v2": false, "v6.2": false},
		"slab_v1_counterexample":    {"v6.0": false, "next-20220927+skip-slab-v1": false, "v6.2": false},
		"slab_pagemovable_not_slab": {"v6.0": false, "next-20220927+skip-slab-v1": false, "next-20220927+skip-slab-v2": false, "v6.2": false},
		"slab_racy_free_pages":      {"v6.0": false, "next-20220927": false, "v6.2": false},
		"slab_no_folio_recheck":     {"v6.0": false, "next-20220927+skip-slab-v1": false, "v6.2": false},

		"changed_under_the_lock": {"v6.0": false, "next-20220927": true, "next-20220927+aligned": false, "v6.2": false},
	}
	files, err := filepath.Glob("../../crashers/*.txt")
	require.NoError(t, err)
	for name := range others {
		require.Contains(t, files, "../../crashers/"+name+".txt")
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			p := load(t, file)
			r := fuzz.NewRunner()
			defer r.Close()
			tr := r.Trace(p)
			require.Equal(t, p.Bug, tr.Outcome.Title())
			require.Empty(t, tr.Unused)
			golden(t, file, p, tr.Table(false))

			small, how := r.Shrink(p, fuzz.ShrinkTries)
			require.Less(t, how.Tries, fuzz.ShrinkTries)
			require.True(t, p.SameRun(small), "shrinks to\n%s", small)

			for kernel, has := range others[name] {
				q := p.Clone()
				q.Kernel = kernel
				o := r.Run(q)
				require.Equal(t, has, o.Title() == p.Bug, "%s: %s", kernel, o.Title())
				if !has {
					h := &fuzz.Hunt{Kernel: kernel, Model: q.Model, Strategy: "random", Program: q, Seed: 1, Runs: 5000}
					for _, f := range h.Do().Findings {
						require.NotEqual(t, p.Bug, f.Title, "%s\n%s", kernel, f.Program)
						require.False(t, clean(kernel) && !fuzz.Expected(f.Program), "%s\n%s", f.Title, f.Program)
					}
				}
			}
		})
	}
}

// Every row of the table of kernels that expects a bug names one that a crash file shows on that kernel under that model.
func TestEachExpectedBugHasACrash(t *testing.T) {
	files, err := filepath.Glob("../../crashers/*.txt")
	require.NoError(t, err)
	r := fuzz.NewRunner()
	defer r.Close()
	for _, s := range fuzz.AllSubjects() {
		k, err := mm.FindKernel(s.Kernel)
		require.NoError(t, err)
		for _, alloc := range k.Allocators() {
			if s.Expect(alloc) == "" {
				continue
			}
			var titles []string
			for _, file := range files {
				p := load(t, file)
				p.Kernel, p.Model = s.Kernel, s.Model
				p.Config.SetAlloc(alloc)
				o := r.Run(p)
				titles = append(titles, o.Title())
			}
			require.Contains(t, titles, s.Expect(alloc), "%s with %s under %v", s.Kernel, alloc, s.Model)
		}
	}
}

// clean says whether the kernel is expected to have no bug at all.
func clean(kernel string) bool {
	return slices.ContainsFunc(fuzz.CleanSubjects(), func(s fuzz.Subject) bool { return s.Kernel == kernel })
}

// golden compares the trace of a crash file with the table, and with -update rewrites it.
func golden(t *testing.T, file string, p *fuzz.Program, table string) {
	if *update {
		p.Trace = table
		require.NoError(t, os.WriteFile(file, []byte(p.String()), 0o666))
	}
	require.Equal(t, p.Trace, table, "%s: go test ./fuzz/fuzztest -update", file)
	if !*update {
		require.Equal(t, readFile(t, file), p.String(), "not as it prints")
	}
	for line := range strings.Lines(table) {
		require.LessOrEqual(t, len(strings.TrimSuffix(line, "\n")), 100, "%q", line)
		require.NotRegexp(t, `[^ -~\n]`, line, "not plain ASCII")
	}
}
