package fuzztest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const verifyGolden = "testdata/verify.golden"

// Every scenario on every kernel under every model, exhausted: the verdict, the bug, and the number of executions. A
// number that changes means that the machine, the kernel or the exploration has. What the table of kernels expects is held
// both ways: a kernel with a bug has one in some scenario, a clean one in none.
func TestVerdictsOfTheScenarios(t *testing.T) {
	files, err := filepath.Glob(corpus + "/scenarios/*.txt")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 7)
	v := fuzz.NewVerifier()
	defer v.Close()
	r := fuzz.NewRunner()
	defer r.Close()
	var table strings.Builder
	buggy := map[string]bool{}
	for _, file := range files {
		p := load(t, file)
		for _, k := range mm.Kernels() {
			for _, model := range sim.Models() {
				if strings.Contains(file, "two-isolators") && (k.Name != "v6.2" || model == sim.LKMM) {
					continue // 124,111 executions under lkmm: make verify
				}
				p.Kernel, p.Model = k.Name, model
				result := v.Verify(p, 1_000_000)
				require.NotEqual(t, fuzz.Unknown, result.Verdict, "%s on %s under %v", file, k.Name, model)
				bug := ""
				if w := result.Witness; w != nil {
					o := r.Run(w)
					require.Equal(t, w.Bug, o.Title(), "the witness repeats the bug")
					require.NotEmpty(t, k.Expect.Of("slub", model), "%s is expected to be clean", k.Name)
					bug = ": " + w.Bug
					buggy[k.Name+model.String()] = true
				}
				fmt.Fprintf(&table, "%s %s %v: %v, %d executions%s\n",
					strings.TrimSuffix(filepath.Base(file), ".txt"), k.Name, model, result.Verdict, result.Executions, bug)
			}
		}
	}
	for _, k := range mm.Kernels() {
		for _, model := range sim.Models() {
			require.Equal(t, k.Expect.Of("slub", model) != "", buggy[k.Name+model.String()], "%s under %v", k.Name, model)
		}
	}
	if *update {
		require.NoError(t, os.WriteFile(verifyGolden, []byte(table.String()), 0o666))
	}
	golden, err := os.ReadFile(verifyGolden)
	require.NoError(t, err)
	require.Equal(t, string(golden), table.String(), "go test ./fuzz/fuzztest -update rewrites it")
}
