package fuzztest

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
)

// The README shows a crash file as it is, and its example program parses.
func TestReadmeIsTrue(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	readme := string(text)

	crash, err := os.ReadFile("../../crashers/rcu_free_slab.txt")
	require.NoError(t, err)
	require.Contains(t, readme, indented(string(crash)), "put crashers/rcu_free_slab.txt under \"A crash\"")

	_, example, ok := strings.Cut(readme, "### How to write a program\n\n")
	require.True(t, ok)
	example, _, ok = strings.Cut(example, "\n\nLines that begin")
	require.True(t, ok)
	_, err = fuzz.Parse(strings.ReplaceAll("\n"+example, "\n    ", "\n"))
	require.NoError(t, err)

	for _, shape := range fuzz.Shapes() {
		require.Contains(t, readme, "| "+shape.Name+" |")
	}
	for _, k := range mm.Kernels() {
		require.Contains(t, readme, k.Name)
	}
}

func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight("    "+line, " \n") + "\n")
	}
	return b.String()
}
