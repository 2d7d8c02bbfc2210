package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNothingIsOverwrittenWithoutF(t *testing.T) {
	const crash = "../../crashers/rcu_free_slab.txt"
	file := filepath.Join(t.TempDir(), "mine")
	require.NoError(t, os.WriteFile(file, []byte("mine"), 0o666))
	code, stdout, stderr := mmfuzz("", "shrink", crash, "-o", file)
	require.Equal(t, exitUsage, code)
	require.Empty(t, stdout)
	require.Equal(t, "mmfuzz shrink: "+file+" exists: give -f to overwrite it\n", stderr)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "mine", string(text))

	code, _, stderr = mmfuzz("", "shrink", crash, "-f", "-o", file)
	require.Equal(t, exitOK, code, stderr)
	code, stdout, _ = mmfuzz("", "repro", file)
	require.Equal(t, exitOK, code, stdout)
	files, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Len(t, files, 1, "what it was written to before is gone")
}
