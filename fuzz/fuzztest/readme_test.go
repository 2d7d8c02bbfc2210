package fuzztest

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
)

const readmeFile = "../../README.md"

// The README shows a crash file as it is, which -update sees to.
func TestReadmeShowsACrashAsItIs(t *testing.T) {
	readme := readFile(t, readmeFile)
	before, rest, ok := strings.Cut(readme, "## A crash\n\n")
	require.True(t, ok)
	shown, after, ok := strings.Cut(rest, "\nThat is a whole crash file")
	require.True(t, ok)
	crash := indented(readFile(t, "../../crashers/rcu_free_slab.txt"))
	if *update {
		shown = crash
		text := before + "## A crash\n\n" + crash + "\nThat is a whole crash file" + after
		require.NoError(t, os.WriteFile(readmeFile, []byte(text), 0o666))
	}
	require.Equal(t, crash, shown, "go test ./fuzz/fuzztest -update")
}

// The example program parses, and the table below it has each key of the config.
func TestReadmeIsTrue(t *testing.T) {
	readme := readFile(t, readmeFile)
	_, example, ok := strings.Cut(readme, "### How to write a program\n\n")
	require.True(t, ok)
	example, _, ok = strings.Cut(example, "\n\nLines that begin")
	require.True(t, ok)
	_, err := fuzz.Parse(strings.ReplaceAll("\n"+example, "\n    ", "\n"))
	require.NoError(t, err)
	for _, key := range mm.ConfigKeys() {
		require.Contains(t, readme, "| `"+key.Name+"` | "+key.Values[0]+" ")
	}
	for _, callback := range mm.Callbacks() {
		require.Contains(t, readme, "`"+callback+"`")
	}
}

// readmeShows compares what README has between the mark and the next empty line with what it should have; with -update it
// is rewritten.
func readmeShows(t *testing.T, mark, want string) {
	readme := readFile(t, readmeFile)
	before, rest, ok := strings.Cut(readme, mark)
	require.True(t, ok, "README.md lacks %s", mark)
	shown, after, ok := strings.Cut(rest, "\n\n")
	require.True(t, ok)
	if *update {
		shown = strings.TrimSuffix(want, "\n")
		require.NoError(t, os.WriteFile(readmeFile, []byte(before+mark+shown+"\n\n"+after), 0o666))
	}
	require.Equal(t, want, shown+"\n", "go test ./fuzz/fuzztest -update")
}

func readFile(t *testing.T, name string) string {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight("    "+line, " \n") + "\n")
	}
	return b.String()
}
