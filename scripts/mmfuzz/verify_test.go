package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

const scenarios = "../../corpus/scenarios/"

// Goal: the verdict is the exit status, and a witness is a crash file that repro replays.
func TestVerify(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		code int
		want string
	}{
		"safe":     {[]string{"verify", scenarios + "rcu-slab-life.txt"}, exitOK, "v6.2 under lkmm (that of Linux 6.12 and later): safe, "},
		"bug":      {[]string{"verify", "-kernel", "next-20220927", "-model", "tso", scenarios + "rcu-slab-life.txt"}, exitBug, "under tso: bug, "},
		"unknown":  {[]string{"verify", "-limit", "3", scenarios + "rcu-slab-life.txt"}, exitUnknown, "executions: it takes more than 3 runs\n"},
		"several":  {[]string{"verify", "-kernel", "next-20220927", "-model", "sc", scenarios + "direct-slab-life.txt", scenarios + "node-partial-life.txt"}, exitBug, "direct-slab-life.txt: next-20220927 under sc: safe"},
		"too long": {[]string{"verify", "testdata/long.txt"}, exitUnknown, ": a run has more accesses than are looked back on"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := mmfuzz("", test.args...)
			require.Empty(t, stderr)
			require.Equal(t, test.code, code)
			require.Contains(t, stdout, test.want)
			if _, witness, ok := strings.Cut(stdout, "\n\n"); ok && len(test.args) < 7 {
				code, stdout, _ = mmfuzz(witness, "repro", "-")
				require.Equal(t, exitOK, code, stdout)
				require.Contains(t, stdout, "bug, as recorded")
			}
		})
	}
}

func TestVerifyJSON(t *testing.T) {
	code, stdout, _ := mmfuzz("", "verify", "-json", scenarios+"direct-slab-life.txt")
	require.Equal(t, exitOK, code)
	var v struct {
		Kernel, Model, Program, Verdict, Bug string
		Executions                           int
		Seconds                              float64
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &v))
	require.Equal(t, []string{"v6.2", "lkmm", scenarios + "direct-slab-life.txt", "safe", ""}, []string{v.Kernel, v.Model, v.Program, v.Verdict, v.Bug})
	require.Positive(t, v.Executions)
}

func TestVerifyAndMatrixRefuse(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no file":         {[]string{"verify"}, "no file"},
		"missing file":    {[]string{"verify", "no/such/file"}, "no such file"},
		"limit":           {[]string{"verify", "-limit", "0", scenarios + "rcu-slab-life.txt"}, "limit 0: want how many runs at most"},
		"kernel":          {[]string{"verify", "-kernel", "v9", scenarios + "rcu-slab-life.txt"}, `unknown kernel "v9"`},
		"model":           {[]string{"verify", "-model", "arm", scenarios + "rcu-slab-life.txt"}, `unknown model "arm"`},
		"two formats":     {[]string{"matrix", "-md", "-json"}, "want one of them"},
		"not the project": {[]string{"matrix"}, "no corpus/scenarios/*.txt here"},
		"matrix limit":    {[]string{"matrix", "-limit", "-1"}, "limit -1"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := mmfuzz("", test.args...)
			require.Equal(t, exitUsage, code)
			require.Empty(t, stdout)
			require.Contains(t, stderr, test.want)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
}

// Goal: the command says of each cell what it is: a bug with the crash file that shows it, or safe, with how many
// executions. The table of README is compared by the tests of package fuzz.
func TestMatrix(t *testing.T) {
	t.Chdir("../..")
	args := []string{"matrix", "corpus/scenarios/node-partial-life.txt", "corpus/scenarios/rcu-slab-life.txt"}
	code, markdown, stderr := mmfuzz("", append(args, "-md")...)
	require.Empty(t, stderr)
	require.Equal(t, exitOK, code, "a kernel need not have its bug in these two")
	require.Contains(t, markdown, "| v6.0-racy-free-pages | slub | safe, ")
	require.NotContains(t, markdown, "not expected")
	require.Contains(t, markdown, "| next-20220927+aligned | slub | [BUG](crashers/list_poison2.txt) | ")
	require.Regexp(t, `(?m)^\| v6\.2 \| slub \| safe, \d+ \| safe, \d+ \| safe, \d+ \|$`, markdown)

	code, text, _ := mmfuzz("", append(args, "-json")...)
	require.Equal(t, exitOK, code)
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		var cell struct {
			Kernel, Allocator, Model, Verdict, Bug, Program string
			Executions                                      int
			Expected                                        bool
		}
		require.NoError(t, json.Unmarshal([]byte(line), &cell))
		require.Equal(t, cell.Verdict == "bug", cell.Bug != "" && cell.Program != "")
		require.Positive(t, cell.Executions)
		seen[cell.Kernel+cell.Allocator+cell.Model] = true
	}
	require.True(t, seen["v6.2slublkmm"])
	require.Equal(t, strings.Count(text, "\n"), len(seen))
}

// Goal: a cell that is not what its row expects is said to be so, unless other programs may show the bug.
func TestMatrixCellOfAKernelWithoutItsBug(t *testing.T) {
	p, err := fuzz.Parse("kernel v6.2\nmodel sc\n\ncpu0 isolate_movable_page p0\n")
	require.NoError(t, err)
	for _, standard := range []bool{false, true} {
		cells := fuzz.Matrix([]*fuzz.Program{p}, 10, standard)
		require.Equal(t, "v6.0", cells[0].Kernel)
		require.True(t, cells[0].Expected)
		unexpected := 0
		for _, c := range cells {
			require.Equal(t, fuzz.Safe, c.Verdict)
			if !c.Expected {
				unexpected++
			}
		}
		require.Equal(t, standard, unexpected > 0, "the reported kernel is expected to have a bug, and this program has none")
	}
}
