package fuzztest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

const crashersReadme = "../../crashers/README.md"

// The table in crashers/README.md is what the crash files come to, one row each.
func TestCrashersReadme(t *testing.T) {
	files, err := filepath.Glob("../../crashers/*.txt")
	require.NoError(t, err)
	var rows []string
	for _, file := range files {
		rows = append(rows, crashRow(t, file))
	}
	const mark = "|---|---|---|---|---|---|---|\n"
	head, shown, ok := strings.Cut(readFile(t, crashersReadme), mark)
	require.True(t, ok)
	shown, after, ok := strings.Cut(shown, "\n\n")
	require.True(t, ok, "an empty line ends the table")
	if *update {
		shown = strings.Join(rows, "\n")
		require.NoError(t, os.WriteFile(crashersReadme, []byte(head+mark+shown+"\n\n"+after), 0o666))
	}
	for i, row := range strings.Split(shown, "\n") {
		require.Less(t, i, len(rows), "%s: make update", row)
		require.Equal(t, rows[i], row, "make update")
	}
	require.Len(t, strings.Split(shown, "\n"), len(rows), "make update")
}

// crashRow describes a crash file: what it does on each kernel is found out, not looked up.
func crashRow(t *testing.T, file string) string {
	const limit = 20_000
	p := load(t, file)
	var kernels, models []string
	unknown := 0
	for _, row := range fuzz.Bisect(p, limit) {
		if row.Verdict == fuzz.Unknown {
			unknown++
		}
		if row.Has {
			kernels = append(kernels, row.Kernel)
		}
	}
	if unknown > 0 {
		kernels = append(kernels, fmt.Sprintf("of %d others nothing is known", unknown))
	}
	for _, m := range fuzz.CrashModels(p, limit) {
		models = append(models, m.String())
	}
	name := filepath.Base(file)
	return fmt.Sprintf("| [%s](%s) | %s | %s | %s | %s | %d | %d |", strings.TrimSuffix(name, ".txt"), name,
		firstSentence(p), p.Bug, strings.Join(kernels, ", "), strings.Join(models, ", "), p.NumCalls(), len(p.Choices))
}

// firstSentence is that of the comment at the head of a crash file.
func firstSentence(p *fuzz.Program) string {
	var words []string
	for _, c := range p.Comments {
		if c.At == "kernel" {
			for _, line := range c.Lines {
				words = append(words, strings.TrimSpace(strings.TrimPrefix(line, "#")))
			}
		}
	}
	sentence, _, _ := strings.Cut(strings.Join(words, " ")+" ", ". ")
	return sentence
}
