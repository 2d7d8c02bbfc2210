package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExportOfAllCrashersInEachFormat(t *testing.T) {
	for _, file := range crashers(t) {
		for _, f := range formats {
			code, stdout, stderr := mmfuzz("", "export", file, "-format", f.name)
			require.Equal(t, exitOK, code, stderr)
			require.Empty(t, stderr)
			require.NotEmpty(t, stdout)

			out := filepath.Join(t.TempDir(), "out")
			code, stdout2, stderr := mmfuzz("", "export", "-format", f.name, "-o", out, file)
			require.Equal(t, exitOK, code, stderr)
			require.Empty(t, stdout2)
			text, err := os.ReadFile(out)
			require.NoError(t, err)
			require.Equal(t, stdout, string(text))
		}
	}
}

func TestExportOfWhatHasNoBug(t *testing.T) {
	const program = "kernel next-20220927\nmodel sc\nbug another\n\ncpu0 fill_balloon\ncpu1 isolate_movable_page p0\n"
	code, stdout, stderr := mmfuzz(program, "export", "-", "-format", "litmus")
	require.Equal(t, exitBug, code)
	require.Contains(t, stdout, "C run\n", "it is exported all the same")
	require.Equal(t, "-: next-20220927 under sc: no bug, but recorded is: another\n", stderr)
}

func TestExportOfWhatIsNoCrash(t *testing.T) {
	const alone = "kernel v6.2\nmodel sc\n\ncpu0 fill_balloon\n"
	for name, test := range map[string]struct {
		stdin string
		args  []string
		want  string
	}{
		"no format":      {alone, []string{"-"}, `format "": want `},
		"another format": {alone, []string{"-", "-format", "svg"}, `format "svg": want `},
		"two files":      {alone, []string{"-", "-", "-format", "litmus"}, "2 files: want one program"},
		"no program":     {"hello", []string{"-", "-format", "litmus"}, "-: line 1: "},
		"nothing to ask": {alone, []string{"-", "-format", "litmus"}, "-: no CPU has to do with another in this run"},
		"a folder":       {alone, []string{"-", "-format", "litmus", "-o", "."}, ". is a folder"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := mmfuzz(test.stdin, append([]string{"export"}, test.args...)...)
			require.Equal(t, exitUsage, code)
			require.Empty(t, stdout)
			require.Contains(t, stderr, "mmfuzz export: "+test.want)
			require.Regexp(t, `^[^\n]+\n$`, stderr)
		})
	}
}
