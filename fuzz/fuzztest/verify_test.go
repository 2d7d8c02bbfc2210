package fuzztest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const verifyGolden = "testdata/verify.golden"

// Every scenario on every kernel with every allocator under every model, exhausted: the verdict, the bug, and the number of
// executions. A number that changes means that the machine, the kernel or the exploration has. What the table of kernels
// expects is held both ways: a kernel with a bug has one in some scenario, a clean one in none. README has it as a table.
func TestVerdictsOfTheScenarios(t *testing.T) {
	files, err := filepath.Glob(corpus + "/scenarios/*.txt")
	require.NoError(t, err)
	slow := func(file string) bool { // minutes on all kernels
		return strings.Contains(file, "two-isolators") || strings.Contains(file, "slab-compaction-batch")
	}
	quick := slices.DeleteFunc(slices.Clone(files), slow)
	require.GreaterOrEqual(t, len(quick), 7)
	programs := make([]*fuzz.Program, len(quick))
	for i, file := range quick {
		programs[i] = load(t, file)
	}
	cells := fuzz.Matrix(programs, 1_000_000, true)
	r := fuzz.NewRunner()
	defer r.Close()
	var lines []string
	for i := range cells {
		cell := &cells[i]
		on := fmt.Sprintf("%s %s %v", cell.Kernel, cell.Allocator, cell.Model)
		require.True(t, cell.Expected, "%s: %v %s", on, cell.Verdict, cell.Bug)
		for j, result := range cell.Results {
			require.NotEqual(t, fuzz.Unknown, result.Verdict, "%s on %s", quick[j], on)
			if w := result.Witness; w != nil {
				o := r.Run(w)
				require.Equal(t, w.Bug, o.Title(), "the witness repeats the bug")
			}
			lines = append(lines, verdictLine(quick[j], on, result))
		}
	}
	v := fuzz.NewVerifier()
	defer v.Close()
	for _, file := range files {
		if !slow(file) {
			continue
		}
		for _, model := range []sim.Model{sim.SC, sim.TSO} { // lkmm takes seconds: make verify
			p := load(t, file)
			require.NoError(t, p.SetKernel("v6.2"))
			p.Model = model
			result := v.Verify(p, 1_000_000)
			lines = append(lines, verdictLine(file, fmt.Sprintf("v6.2 slub %v", model), &result))
		}
	}
	slices.Sort(lines)
	table := strings.Join(lines, "")
	if *update {
		require.NoError(t, os.WriteFile(verifyGolden, []byte(table), 0o666))
	}
	require.Equal(t, readFile(t, verifyGolden), table, "go test ./fuzz/fuzztest -update rewrites it")
	readmeShows(t, "<!-- mmfuzz matrix -md -->\n", fuzz.MatrixTable(cells, crashFiles(t), true))
}

func verdictLine(file, on string, v *fuzz.Verification) string {
	bug := ""
	if v.Witness != nil {
		bug = ": " + v.Witness.Bug
	}
	return fmt.Sprintf("%s %s: %v, %d executions%s\n", strings.TrimSuffix(filepath.Base(file), ".txt"), on, v.Verdict, v.Executions, bug)
}

// crashFiles loads the crash files, by the names that they have in the project.
func crashFiles(t *testing.T) []fuzz.CrashFile {
	files, err := filepath.Glob("../../crashers/*.txt")
	require.NoError(t, err)
	var crashes []fuzz.CrashFile
	for _, file := range files {
		crashes = append(crashes, fuzz.CrashFile{Name: "crashers/" + filepath.Base(file), Program: load(t, file)})
	}
	return crashes
}

// Two isolators of a slab are verified with every allocator when they are asked for, and else with the first alone, of
// which the others then claim nothing.
func TestMatrixClaimsNothingOfWhatItLeavesOut(t *testing.T) {
	scenario := load(t, corpus+"/scenarios/direct-slab-two-isolators.txt")
	for _, standard := range []bool{false, true} {
		for _, cell := range fuzz.Matrix([]*fuzz.Program{scenario}, 3, standard) {
			on := fmt.Sprintf("%s %s %v, standard %v", cell.Kernel, cell.Allocator, cell.Model, standard)
			if result := cell.Results[0]; result != nil {
				require.Positive(t, result.Executions, on)
				continue
			}
			require.True(t, standard && cell.Allocator != "slub", on)
			require.Equal(t, fuzz.Unknown, cell.Verdict, on)
		}
	}
}
