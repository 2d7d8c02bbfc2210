package fuzztest

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
)

// Goal: bisect names the rows that brought the bug of each crash file and those that took it away, has a verdict for
// every kernel, and the kernel of the file has the bug.
func TestBisectOfTheCrashers(t *testing.T) {
	const (
		next = "next-20220927"
		v0   = next + "+skip-slab-v0"
		v1   = next + "+skip-slab-v1"
		v2   = next + "+skip-slab-v2"
	)
	tests := map[string]struct{ introduced, fixed, notFixed []string }{
		"rcu_free_slab":          {[]string{next}, []string{next + "+aligned", v0, v1, v2, "v6.2"}, nil},
		"list_poison2":           {[]string{next}, []string{v0, v1, v2, "v6.2"}, []string{next + "+aligned"}},
		"slabs":                  {[]string{next}, []string{v0, v1, v2, "v6.2"}, []string{next + "+aligned"}},
		"lost_page_lock":         {[]string{next}, []string{v1, v2, "v6.2"}, []string{next + "+aligned"}},
		"changed_under_the_lock": {[]string{next}, []string{next + "+aligned", v1, v2, "v6.2"}, nil},
		"skip_slab_v0":           {[]string{next}, []string{v1, v2, "v6.2"}, []string{v0, next + "+aligned"}},
		"v1_counterexample":      {[]string{next, v1 + "-no-recheck"}, []string{v1, v2, "v6.2"}, nil},
		"racy_free_pages":        {[]string{"v6.0-racy-free-pages"}, nil, nil},
	}
	files, err := filepath.Glob("../../crashers/*.txt")
	require.NoError(t, err)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			crash := load(t, file)
			var introduced, fixed []string
			has, unknown := map[string]bool{}, false
			for _, row := range fuzz.Bisect(crash, 100_000) {
				if row.Verdict == fuzz.Unknown { // of a new file with too many schedules
					require.Empty(t, tests[name].introduced, row.Kernel)
					unknown = true
				}
				require.Equal(t, row.Has, row.Bug == crash.Bug, row.Kernel)
				has[row.Kernel] = row.Has
				if row.Introduces {
					introduced = append(introduced, row.Kernel)
				}
				if row.Fixes {
					fixed = append(fixed, row.Kernel)
				}
			}
			require.True(t, has[crash.Kernel])
			require.True(t, unknown || introduced != nil || has[mm.Kernels()[0].Name], "nothing brought it")
			require.Subset(t, introduced, tests[name].introduced)
			require.Subset(t, fixed, tests[name].fixed)
			for _, kernel := range tests[name].notFixed {
				require.True(t, has[kernel], kernel)
			}
		})
	}
}

// Goal: without the runs it takes there is no verdict, and nothing is said to introduce or fix.
func TestBisectWithoutBudget(t *testing.T) {
	crash := load(t, "../../crashers/list_poison2.txt")
	for _, row := range fuzz.Bisect(crash, 1) {
		require.Equal(t, row.Has, row.Verdict != fuzz.Unknown, row.Kernel)
		require.False(t, row.Introduces || row.Fixes, row.Kernel)
	}
}
