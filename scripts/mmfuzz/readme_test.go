package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Goal: what README says that the thread did not settle is what its commands print: each is run, ends with nothing wrong,
// and prints the lines that are shown, in that order.
func TestWhatTheThreadDidNotSettle(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the source tree twice")
	}
	t.Chdir("../..")
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, page, ok := strings.Cut(string(readme), "### What the thread did not settle\n")
	require.True(t, ok)
	page, _, ok = strings.Cut(page, "\n### ")
	require.True(t, ok)

	const prompt = "$ go run ./scripts/mmfuzz "
	commands, command, rest := 0, "", ""
	for line := range strings.Lines(page) {
		shown, ok := strings.CutPrefix(line, "    ")
		if !ok {
			command = ""
			continue
		}
		shown = strings.TrimSuffix(shown, "\n")
		if args, ok := strings.CutPrefix(shown, prompt); ok {
			code, stdout, stderr := mmfuzz("", strings.Fields(args)...)
			require.Equal(t, exitOK, code, "%s\n%s%s", args, stdout, stderr)
			command, rest = args, stdout
			commands++
			continue
		}
		require.NotEmpty(t, command, "%q is of no command", shown)
		_, after, ok := strings.Cut(rest, shown)
		require.True(t, ok, "%s does not print %q, or not here, but:\n%s", command, shown, rest)
		rest = after
	}
	require.GreaterOrEqual(t, commands, 9)
}
