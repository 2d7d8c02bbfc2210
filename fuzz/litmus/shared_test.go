package litmus_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz/litmus"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// sharedTests holds litmus tests of others with herd's verdicts, if it is
// there. Columns: file, LKMM's verdict, the one without load buffering,
// positive, negative, flags.
const sharedTests = "../../../shared/litmus"

// rows reads a table of tab-separated columns, without its first line.
func rows(t *testing.T, name string) [][]string {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	var rows [][]string
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if i > 0 {
			rows = append(rows, strings.Split(line, "\t"))
		}
	}
	return rows
}

// The machine agrees with herd: never does it show what LKMM forbids, and where
// it does not show what LKMM without load buffering allows, or a test cannot be
// run, the reason stands in testdata/disagreements.tsv.
func TestSharedFiles(t *testing.T) {
	if _, err := os.Stat(sharedTests); err != nil {
		t.Skip("no litmus tests of others here: ", err)
	}
	reasons := map[string]string{}
	for _, row := range rows(t, "testdata/disagreements.tsv") {
		require.Len(t, row, 2)
		reasons[row[0]] = row[1]
	}
	r := litmus.NewRunner()
	t.Cleanup(r.Close)
	total, agree, unsupported, executions := 0, 0, 0, 0
	for _, row := range rows(t, filepath.Join(sharedTests, "verdicts.tsv")) {
		name, lkmm, want, flags := row[0], row[1], row[2], row[5]
		src, err := os.ReadFile(filepath.Join(sharedTests, name))
		require.NoError(t, err)
		test, err := litmus.Parse(name, src)
		require.NoError(t, err)
		res := r.Run(test, sim.LKMM, 0)
		executions += res.Executions
		if res.Verdict == litmus.NotSupported {
			require.Contains(t, reasons, name, "not supported: %s", res.Reason)
		} else if string(res.Verdict) == want {
			require.NotContains(t, reasons, name, "the machine agrees now")
		} else {
			require.Contains(t, reasons, name, "%s: herd says %s without load buffering", test.Observation(res), want)
		}
		if flags == "data-race" {
			continue
		}
		if lkmm == "Never" && res.Verdict != litmus.NotSupported {
			require.Equal(t, litmus.Never, res.Verdict, "%s: LKMM forbids what the machine shows", name)
		}
		total++
		switch {
		case res.Verdict == litmus.NotSupported:
			unsupported++
		case string(res.Verdict) == want:
			agree++
		}
	}
	require.LessOrEqual(t, unsupported*100, total*5)
	require.GreaterOrEqual(t, agree*100, (total-unsupported)*98)
	t.Logf("%d tests without data races: %d agree, %d not supported; %d executions", total, agree, unsupported, executions)
}
