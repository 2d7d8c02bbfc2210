package litmus_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz/litmus"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// BenchmarkOwnFiles runs our own set once under every model.
func BenchmarkOwnFiles(b *testing.B) {
	files, err := filepath.Glob(filepath.Join(ownTests, "*.litmus"))
	require.NoError(b, err)
	var tests []*litmus.Test
	for _, name := range files {
		src, err := os.ReadFile(name)
		require.NoError(b, err)
		test, err := litmus.Parse(name, src)
		require.NoError(b, err)
		tests = append(tests, test)
	}
	r := litmus.NewRunner()
	b.Cleanup(r.Close)
	executions := 0
	for b.Loop() {
		for _, test := range tests {
			for _, model := range sim.Models() {
				executions += r.Run(test, model, 0).Executions
			}
		}
	}
	b.ReportMetric(float64(executions)/b.Elapsed().Seconds(), "executions/s")
	b.ReportMetric(float64(executions)/float64(b.N), "executions/op")
}
