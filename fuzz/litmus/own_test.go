package litmus_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz/litmus"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const ownTests = "../../mm/sim/testdata/litmus"

var lkmmLine = regexp.MustCompile(`(?m)^ \* LKMM: (\w+)$`)

// leftOut are the tests of which LKMM allows an outcome that the machine does
// not have. When one of them has it, strike it out here and in mm/sim/doc.go.
var leftOut = map[string]bool{"LB": true}

// Each of our own files gives, under every model, the verdict and the number of
// executions that it says; and LKMM's verdict, but for what is left out.
func TestOwnFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(ownTests, "*.litmus"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	r := litmus.NewRunner()
	t.Cleanup(r.Close)
	for _, name := range files {
		src, err := os.ReadFile(name)
		require.NoError(t, err)
		test, err := litmus.Parse(name, src)
		require.NoError(t, err)
		require.Equal(t, test.Name+".litmus", filepath.Base(name))
		var lkmm litmus.Result
		for _, model := range sim.Models() {
			want, ok := test.Expected(model)
			require.True(t, ok, "%s does not say what to expect under %v", name, model)
			lkmm = r.Run(test, model, 100_000)
			require.Equal(t, want, litmus.Expectation{Verdict: lkmm.Verdict, Executions: lkmm.Executions},
				"%s under %v: %s", name, model, test.Observation(lkmm))
		}
		line := lkmmLine.FindSubmatch(src)
		require.NotNil(t, line, "%s does not say what LKMM's verdict is", name)
		require.Equal(t, !leftOut[test.Name], string(line[1]) == string(lkmm.Verdict),
			"%s: LKMM says %s, the machine %s", name, line[1], lkmm.Verdict)
	}
}
