package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// From the text of a program to each engine's bytes, from those to each other's, and back.
func TestConvertGoesRound(t *testing.T) {
	const seeds = "../../corpus/programs/FuzzIsolateMovablePage/"
	const target = "FuzzIsolateMovablePage"
	entries, err := os.ReadDir(seeds)
	require.NoError(t, err)
	dir := t.TempDir()
	step := func(from, to, in, out string) {
		code, _, stderr := mmfuzz("", "convert", "-from", from, "-to", to, "-target", target, "-kernel", "v6.2", "-model", "sc",
			filepath.Join(dir, in), "-o", filepath.Join(dir, out))
		require.Equal(t, exitOK, code, stderr)
	}
	require.NoError(t, os.Symlink(must(filepath.Abs(seeds)), filepath.Join(dir, "seeds")))
	step("program", "raw", "seeds", "raw")
	step("raw", "shim", "raw", "shim")
	step("shim", "go", "shim", "go")
	step("go", "shim-v2", "go", "shim-v2")
	step("shim-v2", "program", "shim-v2", "text")
	step("program", "raw", "text", "again")
	for _, entry := range entries {
		want, err := os.ReadFile(filepath.Join(dir, "raw", entry.Name()))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(dir, "again", entry.Name()))
		require.NoError(t, err)
		require.Equal(t, want, got, entry.Name())
		corpus, err := os.ReadFile("../../corpus/" + target + "/" + strings.TrimSuffix(entry.Name(), ".txt"))
		require.NoError(t, err)
		got, err = os.ReadFile(filepath.Join(dir, "go", entry.Name()))
		require.NoError(t, err)
		require.Equal(t, string(corpus), string(got))
	}
}

func must(s string, err error) string {
	if err != nil {
		panic(err)
	}
	return s
}

// Raw bytes are taken as they are, also those that a text editor would not show.
func TestConvertKeepsBytes(t *testing.T) {
	const raw = "\xef\xbb\xbf\x00\r\n"
	code, stdout, _ := mmfuzz(raw, "convert", "-from", "raw", "-to", "raw", "-")
	require.Equal(t, exitOK, code)
	require.Equal(t, raw, stdout)
}

func TestConvertOfAFolderWithDamagedFiles(t *testing.T) {
	in, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	require.NoError(t, os.WriteFile(filepath.Join(in, "good"), []byte("\x00\x00\x00\x01a"), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(in, "short"), []byte("abc"), 0o666))
	code, _, stderr := mmfuzz("", "convert", "-from", "shim", "-to", "raw", in, "-o", out)
	require.Equal(t, exitUsage, code)
	require.Equal(t, "mmfuzz convert: "+filepath.Join(in, "short")+": 3 bytes: want 4 with the length of the input, and the input\n", stderr)
	entries, err := os.ReadDir(out)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	code, _, stderr = mmfuzz("", "convert", "-from", "shim", "-to", "raw", in, "-o", out)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "good exists: give -f to overwrite it\n")
}

func TestConvertRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		`unknown framing "": want one of raw, go, shim, shim-v2, or program`: {"-to", "raw", "-"},
		`unknown target ""`:                         {"-from", "raw", "-to", "program", "-"},
		"no kernel or no model":                     {"-from", "raw", "-to", "program", "-target", "FuzzSlab", "-"},
		"are text, and no programs":                 {"-from", "program", "-to", "raw", "-target", "FuzzProgramText", "-"},
		"0 files":                                   {"-from", "raw", "-to", "go"},
		"is a folder: want another one to write to": {"-from", "raw", "-to", "go", "."},
		"want \"go test fuzz v1\"":                  {"-from", "go", "-to", "raw", "-"},
	} {
		code, stdout, stderr := mmfuzz("", append([]string{"convert"}, args...)...)
		require.Equal(t, exitUsage, code, want)
		require.Empty(t, stdout)
		require.Contains(t, stderr, want)
		require.Equal(t, 1, strings.Count(stderr, "\n"))
	}
}
