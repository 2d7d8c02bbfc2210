package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

func mmfuzz(stdin string, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	a := &app{in: strings.NewReader(stdin), out: &out, err: &err}
	code = a.run(args)
	return code, out.String(), err.String()
}

func crashers(t *testing.T) []string {
	files, err := filepath.Glob("../../crashers/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func TestBadUsageIsOneLineAndStatus2(t *testing.T) {
	crash := crashers(t)[0]
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"unknown command":   {[]string{"find"}, `unknown command "find": want one of kernels, hunt, `},
		"unknown flag":      {[]string{"hunt", "-colour"}, "flag provided but not defined: -colour"},
		"unknown kernel":    {[]string{"hunt", "-kernel", "v9", "-model", "sc"}, `unknown kernel "v9": want one of v6.0`},
		"unknown model":     {[]string{"hunt", "-kernel", "v6.0", "-model", "arm"}, `unknown model "arm"`},
		"unknown strategy":  {[]string{"hunt", "-kernel", "v6.0", "-model", "sc", "-strategy", "luck"}, `unknown strategy "luck": want one of random, pct, pos, conflict`},
		"no kernel":         {[]string{"hunt"}, "no kernel or no model"},
		"negative runs":     {[]string{"hunt", "-kernel", "v6.0", "-model", "sc", "-runs", "-1"}, "count upwards"},
		"no file":           {[]string{"repro"}, "no file"},
		"missing file":      {[]string{"repro", "no/such/file"}, "no such file"},
		"directory":         {[]string{"repro", "."}, ". is a folder: want a file"},
		"flag":              {[]string{"repro", "-nope", "x"}, "not defined: -nope: want repro FILE... [-kernel K]"},
		"value of a flag":   {[]string{"verify", "-limit", "x"}, `invalid value "x" for flag -limit: parse error: want verify [-kernel K]`},
		"unknown format":    {[]string{"repro", crash, "-format", "html"}, `format "html": want table, trace or json`},
		"repro all":         {[]string{"repro", crash, "-format", "trace", "-all"}, "-all: want it with -format table"},
		"repro kernel":      {[]string{"repro", crash, "-kernel", "v9"}, `unknown kernel "v9"`},
		"two to shrink":     {[]string{"shrink", crash, crash}, "2 files: want one program"},
		"kernels -kernel":   {[]string{"kernels", "-kernel", "v6.0"}, `-kernel v6.0: want it with -addresses`},
		"addresses of what": {[]string{"kernels", "-addresses", "-kernel", "v7.9"}, `unknown kernel "v7.9"`},
		"kernels argument":  {[]string{"kernels", "v6.0"}, `unexpected argument "v6.0"`},
		"import, no target": {[]string{"import", "../../README.md"}, "the folder does not name the fuzz target"},
		"no place to write": {[]string{"shrink", crash, "-o", "no/such/folder/file"}, "cannot write no/such/folder/file: "},
		"output no file":    {[]string{"shrink", crash, "-f", "-o", os.DevNull}, os.DevNull + " is no regular file: want a file to write to"},
		"hunt, no place":    {[]string{"hunt", "-kernel", "v6.0", "-model", "sc", "-o", "."}, ". is a folder: want a file to write to"},
		"no litmus test":    {[]string{"litmus", crash}, "want a litmus test, which begins with C and its name"},
		"import, unknown":   {[]string{"import", crash, "-target", "FuzzX"}, `unknown target "FuzzX"`},
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

func TestBrokenFileNamesTheLine(t *testing.T) {
	for _, text := range []string{
		"kernel  v9\nmodel   sc\n",
		"kernel  v6.2\nmodel   sc\ncpu0 no_such_op\n",
		"kernel  v6.2\nmodel   sc\ncpu0 isolate_movable_page p99\n",
		"kernel  v6.2\nmodel   sc\ncpu9 rcu_do_batch\n",
		"\x00\xff\n",
		"",
	} {
		for _, command := range []string{"repro", "shrink", "hunt"} {
			code, stdout, stderr := mmfuzz(text, command, "-")
			require.Equal(t, exitUsage, code)
			require.Empty(t, stdout)
			require.Regexp(t, `^mmfuzz `+command+`: -: line [1-3]: [^\n]+\n$`, stderr)
		}
	}
}

func TestReproOfAllCrashers(t *testing.T) {
	code, stdout, stderr := mmfuzz("", append([]string{"repro"}, crashers(t)...)...)
	require.Equal(t, exitOK, code, stdout)
	require.Empty(t, stderr)
	require.Equal(t, len(crashers(t)), strings.Count(stdout, ": bug, as recorded: "))
}

func TestReproOfAnEditedCrasherSaysWhatHappenedInstead(t *testing.T) {
	for _, file := range crashers(t) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		edited := regexp.MustCompile(`(?m)^(cpu.) +(?:isolate_m|kpageflags|soft_offline|scan_movable|start_isolate|__iov_iter|__i915).*$`).ReplaceAllString(string(text), "$1 synchronize_rcu")
		require.NotEqual(t, string(text), edited)
		code, stdout, _ := mmfuzz(edited, "repro", "-")
		require.Equal(t, exitBug, code, file)
		require.Contains(t, stdout, "no bug, but recorded is: ")
	}
}

func TestReproFormats(t *testing.T) {
	file := crashers(t)[0]
	_, table, _ := mmfuzz("", "repro", file)
	require.Contains(t, table, "cpu0: ")
	_, all, _ := mmfuzz("", "repro", "-all", file)
	require.Greater(t, len(all), len(table))
	require.Contains(t, table, "BUG: ")
	_, trace, _ := mmfuzz("", "repro", "-format", "trace", file)
	require.Contains(t, trace, "cpu0@1 ")
	_, text, _ := mmfuzz("", "repro", file, "-format=json")
	var result struct {
		Recorded, Bug string
		AsRecorded    bool `json:"as_recorded"`
		Events        []fuzz.JSONEvent
	}
	require.NoError(t, json.Unmarshal([]byte(text), &result))
	require.True(t, result.AsRecorded)
	require.Equal(t, result.Recorded, result.Bug)
	require.NotEmpty(t, result.Events)
}

func TestReproThatRunsOutOfStepsHasNoVerdict(t *testing.T) {
	program := "kernel v6.2\nmodel sc\nbug a bug\n\n" + strings.Repeat("cpu0 synchronize_rcu\n", 60000)
	code, stdout, _ := mmfuzz(program, "repro", "-format", "json", "-")
	require.Equal(t, exitUnknown, code)
	require.Contains(t, stdout, `"bug":""`)
}

func TestReproOnAnotherKernel(t *testing.T) {
	code, stdout, _ := mmfuzz("", "repro", "-kernel", "v6.0", "../../crashers/rcu_free_slab.txt")
	require.Equal(t, exitBug, code)
	require.Contains(t, stdout, "v6.0 under sc: no bug, but recorded is: ")
}

func TestHuntFindsShrinksAndSavesABug(t *testing.T) {
	file := filepath.Join(t.TempDir(), "crash.txt")
	code, stdout, _ := mmfuzz("", "hunt", "-kernel", "next-20220927", "-model", "sc", "-runs", "2000", "-j", "2", "-seed", "4", "-o", file)
	require.Equal(t, exitBug, code)
	require.Contains(t, stdout, "again: go run ./scripts/mmfuzz hunt -kernel next-20220927 -model sc -strategy random -seed 4 -runs 2000\n")
	code, stdout, _ = mmfuzz("", "repro", file)
	require.Equal(t, exitOK, code, stdout)

	saved, err := os.ReadFile(file)
	require.NoError(t, err)
	code, stdout, stderr := mmfuzz("", "shrink", file)
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, string(saved), stdout, "what hunt saves is shrunk")
}

func TestHuntFindsNothing(t *testing.T) {
	code, stdout, _ := mmfuzz("", "hunt", "-kernel", "v6.2", "-model", "tso", "-runs", "500", "-json")
	require.Equal(t, exitOK, code)
	var result struct {
		Runs int
		Bugs []any
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &result))
	require.Equal(t, 500, result.Runs)
	require.Empty(t, result.Bugs)
}

func TestHuntOfTheSchedulesOfAFile(t *testing.T) {
	const program = "kernel next-20220927\nmodel sc\n\ncpu0 kmem_cache_alloc c1 s0\ncpu0 kmem_cache_free s0\ncpu0 kmem_cache_shrink c1\ncpu1 isolate_movable_page p0\n"
	code, stdout, _ := mmfuzz(program, "hunt", "-runs", "500", "-")
	require.Equal(t, exitBug, code)
	require.Contains(t, stdout, "(rcu_free_slab)")
	code, _, _ = mmfuzz(program, "hunt", "-runs", "500", "-kernel", "v6.2", "-")
	require.Equal(t, exitOK, code)
}

func TestShrinkOfACleanProgram(t *testing.T) {
	code, stdout, stderr := mmfuzz("kernel v6.2\nmodel sc\n\ncpu0 zs_malloc z0\n", "shrink", "-")
	require.Equal(t, exitBug, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "no bug on v6.2 under sc: nothing to shrink")
}

func TestImport(t *testing.T) {
	const seeds = "../../corpus/FuzzIsolateMovablePage/"
	code, stdout, stderr := mmfuzz("", "import", seeds+"rcu_free_slab-ffffffff811303aa-Os", "-kernel", "next-20220927", "-model", "sc")
	require.Equal(t, exitOK, code, stderr)
	p, err := fuzz.Parse(stdout)
	require.NoError(t, err)
	require.Equal(t, "isolate_movable_page: mapping is not a movable_operations (rcu_free_slab)", p.Bug)

	file, err := os.ReadFile(seeds + "rcu_free_slab-ffffffff811303aa-Os")
	require.NoError(t, err)
	raw, err := fuzz.DecodeCorpus(file)
	require.NoError(t, err)
	code, fromRaw, _ := mmfuzz(string(raw), "import", "-", "-target", "FuzzIsolateMovablePage", "-kernel", "next-20220927", "-model", "sc")
	require.Equal(t, exitOK, code)
	require.Equal(t, stdout, fromRaw, "libFuzzer's raw bytes are the same crasher")

	code, stdout, stderr = mmfuzz("", "import", seeds+"slab-life-and-back")
	require.Equal(t, exitBug, code)
	require.Contains(t, stderr, "no bug in ")
	_, err = fuzz.Parse(stdout)
	require.NoError(t, err)
}

func TestKernels(t *testing.T) {
	code, stdout, _ := mmfuzz("", "kernels")
	require.Equal(t, exitOK, code)
	require.Contains(t, stdout, "next-20220927+aligned")
	code, stdout, _ = mmfuzz("", "kernels", "-json")
	require.Equal(t, exitOK, code)
	for line := range strings.Lines(stdout) {
		var row struct {
			Name   string
			Expect map[string]map[string]string
		}
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		require.NotEmpty(t, row.Name)
		require.Len(t, row.Expect["slub"], 3)
	}
}

// Which builds can put the mark of a movable page on a callback's address, and what aligned(4) does about it.
func TestKernelAddresses(t *testing.T) {
	code, stdout, _ := mmfuzz("", "kernels", "-addresses")
	require.Equal(t, exitOK, code)
	require.Regexp(t, `(?m)^gcc-12,x86-64,-Os +little +00 01 10 11 MOVABLE +00 01 10 11 MOVABLE +00 01 10 11 MOVABLE$`, stdout)
	require.Regexp(t, `(?m)^gcc-12,x86-64,-O2 +little +00 +00 +00$`, stdout)
	require.Regexp(t, `(?m)^gcc-12,arm-thumb,-Os +little +01 11 +01 11 +01 11$`, stdout)
	require.Regexp(t, `(?m)^clang-14,s390x,-Os +big +00 10 MOVABLE +00 10 MOVABLE +00 10 MOVABLE$`, stdout)

	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, shown, ok := strings.Cut(string(readme), "    $ go run ./scripts/mmfuzz kernels -addresses\n")
	require.True(t, ok)
	shown, rest, ok := strings.Cut(shown, "\n\nand ")
	require.True(t, ok)
	for line := range strings.SplitSeq(shown, "\n") {
		require.Contains(t, stdout, strings.TrimPrefix(line, "    ")+"\n", "README shows what is printed")
	}
	require.True(t, strings.HasPrefix(rest, fmt.Sprint(strings.Count(stdout, "\n")-strings.Count(shown, "\n")-1)+" more"))

	code, stdout, _ = mmfuzz("", "kernels", "-addresses", "-kernel", "next-20220927+aligned", "-json")
	require.Equal(t, exitOK, code)
	leak := map[string]bool{}
	for line := range strings.Lines(stdout) {
		var row struct {
			Build   string
			Movable map[string]bool
		}
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		require.False(t, row.Movable["rcu_free_slab"] || row.Movable["kmem_rcu_free"], row.Build)
		leak[row.Build] = row.Movable["rcu_leak_callback"]
	}
	require.True(t, leak["gcc-12,x86-64,-Os"], "which aligned(4) is not on")
	require.False(t, leak["gcc-12,x86-64,-O2"])
}

func TestHelp(t *testing.T) {
	code, stdout, _ := mmfuzz("", "help")
	require.Equal(t, exitOK, code)
	require.Contains(t, stdout, "repro FILE...")
	code, stdout, _ = mmfuzz("", "hunt", "-h")
	require.Equal(t, exitOK, code)
	require.Contains(t, stdout, "usage: mmfuzz hunt")
	code, _, stderr := mmfuzz("")
	require.Equal(t, exitUsage, code)
	require.Regexp(t, `^mmfuzz: no command: want one of kernels, hunt, [^\n]*\n$`, stderr)
}

func TestHuntOfMutantsFindsWhatIsNear(t *testing.T) {
	const program = "kernel next-20220927\nmodel sc\n\ncpu0 kmem_cache_alloc c1 s0\ncpu0 flush_cpu_slab c1\ncpu1 isolate_movable_page p0\n"
	args := []string{"hunt", "-runs", "5000", "-j", "1", "-"}
	code, stdout, _ := mmfuzz(program, args...)
	require.Equal(t, exitOK, code, "no schedule of the program itself has a bug: %s", stdout)
	code, stdout, _ = mmfuzz(program, append(args, "-mutate")...)
	require.Equal(t, exitBug, code)
	require.Contains(t, stdout, "mapping is not a movable_operations")
	require.Contains(t, stdout, "-seed 1 -runs 5000 -mutate -\n")
	_, again, _ := mmfuzz(program, append(args, "-mutate")...)
	rates := regexp.MustCompile(`\d+ runs/s`)
	require.Equal(t, rates.ReplaceAllString(stdout, ""), rates.ReplaceAllString(again, ""), "a seed says it all")
	code, _, stderr := mmfuzz("", "hunt", "-mutate", "-kernel", "v6.2", "-model", "sc")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "no program to mutate")
}
