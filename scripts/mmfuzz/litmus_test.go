package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	sbTest   = "C SB\n{}\nP0(int *x, int *y) { WRITE_ONCE(*x, 1); int r0 = READ_ONCE(*y); }\nP1(int *x, int *y) { WRITE_ONCE(*y, 1); int r0 = READ_ONCE(*x); }\n"
	sbExists = sbTest + "exists (0:r0=0 /\\ 1:r0=0)\n"
)

func TestLitmus(t *testing.T) {
	for name, test := range map[string]struct {
		src, model string
		code       int
		out, err   string
	}{
		"seen":             {sbExists, "lkmm", exitOK, "Observation SB Sometimes 1 3\n", ""},
		"not under sc":     {sbExists, "sc", exitOK, "Observation SB Never 0 3\n", ""},
		"a broken promise": {sbTest + "~exists (0:r0=0 /\\ 1:r0=0)\n", "tso", exitBug, "Observation SB Sometimes 1 3\nFILE under tso: what the file says of all executions is not so\n", ""},
		"another number": {"(*\n * Expect: sc Never 4\n *)\n" + sbExists, "sc", exitBug,
			"Observation SB Never 0 3\nFILE under sc: Never in 3 executions, but the file says Never in 4\n", ""},
		"unsupported": {"C loop\n{}\nP0(int *x) { while (1) {} }\nexists (x=1)\n", "lkmm", exitUnknown, "Observation loop Unsupported (loop (while))\n", ""},
		"malformed":   {"C bad\n{}\nP0(int *x) { WRITE_ONCE(*x 1); }\nexists (x=1)\n", "lkmm", exitUsage, "", "mmfuzz litmus: FILE:3: found \"1\": want \",\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "t.litmus")
			require.NoError(t, os.WriteFile(file, []byte(test.src), 0o644))
			code, stdout, stderr := mmfuzz("", "litmus", "-model", test.model, filepath.Dir(file))
			require.Equal(t, test.out, strings.ReplaceAll(stdout, file, "FILE"))
			require.Equal(t, test.err, strings.ReplaceAll(stderr, file, "FILE"))
			require.Equal(t, test.code, code)
		})
	}
}

func TestLitmusJSON(t *testing.T) {
	code, stdout, stderr := mmfuzz(sbExists, "litmus", "-json", "-")
	require.Equal(t, exitOK, code, stderr)
	var got map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout), &got))
	require.Contains(t, got, "seconds")
	delete(got, "seconds")
	require.Equal(t, map[string]any{"name": "SB", "file": "-", "model": "lkmm", "verdict": "Sometimes", "positive": 1.0, "negative": 3.0, "executions": 4.0}, got)
}

func TestLitmusBadUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"no/such/file"}, {"-model", "arm", "-"}, {"-limit", "-1", "-"}, {t.TempDir()}} {
		code, stdout, stderr := mmfuzz(sbExists, append([]string{"litmus"}, args...)...)
		require.Equal(t, exitUsage, code)
		require.Empty(t, stdout)
		require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	}
}
