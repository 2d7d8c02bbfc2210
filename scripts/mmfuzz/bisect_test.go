package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm"
)

const poisonCrash = "../../crashers/list_poison2.txt"

func TestBisect(t *testing.T) {
	code, stdout, stderr := mmfuzz("", "bisect", poisonCrash)
	require.Empty(t, stderr)
	require.Equal(t, exitOK, code)
	require.Regexp(t, `\nv6\.0 +safe, \d+ executions\n`, stdout)
	require.Regexp(t, `\nnext-20220927\+aligned +has it\n`, stdout)
	require.Contains(t, stdout, "\nintroduced by next-20220927 (65505d1f2338e7 (linux-next)): struct slab rearranged")
	require.Contains(t, stdout, "\nfixed by v6.2 (8b8817630ae8 ")
	require.NotContains(t, stdout, "fixed by next-20220927+aligned")

	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, shown, ok := strings.Cut(string(readme), "$ go run ./scripts/mmfuzz bisect crashers/list_poison2.txt\n")
	require.True(t, ok)
	shown, _, _ = strings.Cut(shown, "\n\n")
	for line := range strings.Lines(shown) {
		require.Contains(t, stdout, strings.TrimSpace(line)+"\n", "README shows what is printed")
	}
}

func TestBisectJSON(t *testing.T) {
	code, stdout, _ := mmfuzz("", "bisect", "-json", poisonCrash)
	require.Equal(t, exitOK, code)
	require.Equal(t, len(mm.Kernels()), strings.Count(stdout, "\n"))
	for line := range strings.Lines(stdout) {
		var row struct {
			Kernel, Model, Program, Verdict, Source string
			Has, Introduces                         bool
		}
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		introduces := row.Kernel == "next-20220927" || row.Kernel == "v6.14-revert-frozen"
		require.Equal(t, introduces, row.Introduces, row.Kernel)
		require.Equal(t, []string{"sc", poisonCrash}, []string{row.Model, row.Program})
		require.NotEmpty(t, row.Source)
	}
}

// Goal: the exit status says what the file is worth.
func TestBisectStatus(t *testing.T) {
	const scenario = "\ncpu0 kmem_cache_alloc c0 s0\ncpu1 isolate_movable_page p0\n"
	for name, test := range map[string]struct {
		text   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		"its kernel does not have it": {"kernel v6.2\nmodel sc\nbug a bug\n" + scenario, nil, exitBug,
			"executions; the file says that it has it\n", ""},
		"budget":    {"kernel v6.2\nmodel sc\nbug a bug\n" + scenario, []string{"-limit", "1"}, exitUnknown, "unknown, 1 executions: it takes more than 1 runs\n", ""},
		"no bug":    {"kernel v6.2\nmodel sc\n" + scenario, nil, exitUsage, "", "-: no bug line: want a crash file"},
		"damaged":   {"\x00\xff", nil, exitUsage, "", "-: line 1: "},
		"empty":     {"", nil, exitUsage, "", "-: line 1: "},
		"two files": {"", []string{poisonCrash}, exitUsage, "", "2 files: want one crash file"},
		"limit":     {"", []string{"-limit", "0"}, exitUsage, "", "limit 0: want how many runs at most"},
		"unknown":   {"kernel v9\nmodel sc\n", nil, exitUsage, "", `-: line 1: unknown kernel "v9"`},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := mmfuzz(test.text, append([]string{"bisect", "-"}, test.args...)...)
			require.Equal(t, test.code, code, stdout+stderr)
			require.Contains(t, stdout, test.stdout)
			require.Contains(t, stderr, test.stderr)
			if code == exitUsage {
				require.Empty(t, stdout)
				require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			}
		})
	}
}
