package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/fuzz/soak"
)

// asCommand makes the test binary the command line: a soak is killed with its process.
const asCommand = "MMFUZZ_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

var foundLine = regexp.MustCompile(`^found: .*: (\S+)$`)

// A soak is killed ten times, in hunts and while Go's fuzzer runs. What it said to have found is there, whole, and repeats;
// what it counted only grows; and it goes on.
func TestSoakGoesOnAfterKill9(t *testing.T) {
	dir, native := filepath.Join(t.TempDir(), "soak"), filepath.Join(t.TempDir(), "fuzz.test")
	build := exec.Command("go", "test", "-c", "-o", native, "../../fuzz")
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)
	args := []string{"soak", "-d", dir, "-for", "1h", "-turn", "700ms", "-kernel", "next-20220927", "-model", "sc", "-j", "2",
		"-native", native, "-seeds", "../../corpus"}

	found := map[string]bool{}
	var last soak.State
	for i := range 10 {
		command := exec.Command(os.Args[0], args...)
		command.Env = append(os.Environ(), asCommand+"=1")
		stderr, err := command.StderrPipe()
		require.NoError(t, err)
		require.NoError(t, command.Start())
		lines := bufio.NewScanner(stderr)
		// Sooner or later: a line comes once a second and at the end of a turn, of which every other is a hunt.
		for n := i % 5; n > 0 && lines.Scan(); {
			if m := foundLine.FindStringSubmatch(lines.Text()); m != nil {
				found[m[1]] = true
			} else {
				n--
			}
		}
		time.Sleep(time.Duration(10+37*i) * time.Millisecond)
		require.NoError(t, command.Process.Kill())
		for lines.Scan() {
			if m := foundLine.FindStringSubmatch(lines.Text()); m != nil {
				found[m[1]] = true
			}
		}
		require.Error(t, command.Wait())
		st := soakState(t, dir)
		require.GreaterOrEqual(t, st.Turns, last.Turns)
		require.GreaterOrEqual(t, st.Runs, last.Runs)
		require.GreaterOrEqual(t, st.Inputs, last.Inputs)
		require.GreaterOrEqual(t, len(st.Bugs), len(last.Bugs))
		last = st
		findingsAreWhole(t, dir)
	}
	require.NotEmpty(t, found)

	// It takes up what the last kill left, and ends with the time it has had: the rest of an hour is cut off here.
	code, stdout, stderr := mmfuzz("", append(args, "-for", "1ms")...)
	require.Contains(t, stdout, "turns in ")
	r := fuzz.NewRunner()
	defer r.Close()
	st := soakState(t, dir)
	news := slices.ContainsFunc(st.Bugs, func(b soak.Bug) bool { return !b.Known }) // such as an input that does not repeat
	require.Equal(t, map[bool]int{false: exitOK, true: exitBug}[news], code, stderr)
	listed := map[string]bool{}
	for _, b := range st.Bugs {
		listed[filepath.Join(dir, "findings", b.File)] = true
		if strings.HasSuffix(b.File, ".txt") {
			p := loadProgram(t, filepath.Join(dir, "findings", b.File))
			o := r.Run(p)
			require.Equal(t, b.Title, o.Title())
		}
	}
	for name := range found {
		require.True(t, listed[name], "%s was found, and is not in the summary", name)
	}
	for _, pattern := range []string{".mmfuzz-*", "findings/.mmfuzz-*"} {
		left, err := filepath.Glob(filepath.Join(dir, pattern))
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

// soakState reads the state, which is whole or not there at all.
func soakState(t *testing.T, dir string) soak.State {
	var st soak.State
	data, err := os.ReadFile(filepath.Join(dir, "state.json"))
	if !os.IsNotExist(err) {
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &st))
	}
	return st
}

func findingsAreWhole(t *testing.T, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "findings", "*.txt"))
	require.NoError(t, err)
	for _, file := range files {
		require.NotEmpty(t, loadProgram(t, file).Bug, file)
	}
}

func loadProgram(t *testing.T, file string) *fuzz.Program {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	p, err := fuzz.Parse(string(text))
	require.NoError(t, err, file)
	return p
}

// The bug that the table of kernels expects is no news.
func TestSoakOfAKernelWithABug(t *testing.T) {
	dir := t.TempDir()
	code, stdout, stderr := mmfuzz("", "soak", "-d", dir, "-for", "2s", "-turn", "1s", "-kernel", "next-20220927", "-model", "sc", "-j", "1")
	require.Equal(t, exitOK, code, stdout+stderr)
	require.Contains(t, stdout, "mapping is not a movable_operations (rcu_free_slab), known\n")
}

func TestSoakOfACleanKernel(t *testing.T) {
	dir := t.TempDir()
	code, stdout, stderr := mmfuzz("", "soak", "-d", dir, "-for", "300ms", "-turn", "100ms", "-kernel", "v6.2", "-model", "sc")
	require.Equal(t, exitOK, code, stderr)
	require.Regexp(t, `^[1-9]\d* turns in .*: [1-9]\d* runs, about \d+ different schedules, .*, 0 bugs\n$`, stdout)
	for want, args := range map[string][]string{
		"holds a soak of kernel \"v6.2\"": {"-d", dir, "-for", "1s"},
		"want a folder and times":         {"-for", "1s"},
		"unknown kernel":                  {"-d", dir, "-for", "1s", "-kernel", "v9"},
		"unexpected argument":             {"-d", dir, "-for", "1s", "x"},
	} {
		code, _, stderr := mmfuzz("", append([]string{"soak"}, args...)...)
		require.Equal(t, exitUsage, code)
		require.Contains(t, stderr, want)
		require.Equal(t, 1, strings.Count(stderr, "\n"))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "state.json"), []byte("{"), 0o666))
	code, _, stderr = mmfuzz("", "soak", "-d", dir, "-for", "1s", "-kernel", "v6.2", "-model", "sc")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "not the state of a soak")
}
