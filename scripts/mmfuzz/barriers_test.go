package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBarriersRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no kernel":      {nil, "no kernel: want -kernel, one that is clean"},
		"unknown kernel": {[]string{"-kernel", "v9"}, `unknown kernel "v9": want one of v6.0`},
		"unknown model":  {[]string{"-kernel", "v6.2", "-model", "arm"}, `unknown model "arm"`},
		"limit":          {[]string{"-kernel", "v6.2", "-limit", "0"}, "limit 0: want how many runs at most"},
		"missing file":   {[]string{"-kernel", "v6.2", "no/such/file"}, "no such file"},
		"no folder":      {[]string{"-kernel", "v6.2", "-o", "barriers_test.go"}, "barriers_test.go: not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, test.want, append([]string{"barriers"}, test.args...)...)
		})
	}
	t.Run("no go", func(t *testing.T) {
		t.Setenv("PATH", "")
		refused(t, "no go on PATH: what is left when something is deleted must be compiled", "barriers", "-kernel", "v6.2")
	})
	t.Run("no source", func(t *testing.T) {
		t.Chdir(t.TempDir())
		refused(t, "not in the source tree of github.com/mmfuzz/mmfuzz: run it there", "barriers", "-kernel", "v6.2")
	})
}

func refused(t *testing.T, want string, args ...string) {
	code, stdout, stderr := mmfuzz("", args...)
	require.Equal(t, exitUsage, code, stdout)
	require.Empty(t, stdout)
	require.Contains(t, stderr, want)
	require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
}
