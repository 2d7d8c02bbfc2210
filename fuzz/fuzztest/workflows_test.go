package fuzztest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the workflows, the make targets and OSS-Fuzz's files call is there.
func TestWorkflowsCallWhatThereIs(t *testing.T) {
	const root = "../.."
	makefile := readFile(t, filepath.Join(root, "Makefile"))
	files, err := filepath.Glob(filepath.Join(root, ".github/workflows/*.yml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	calls := 0
	for _, file := range append(files, filepath.Join(root, ".ci/run")) {
		for _, call := range regexp.MustCompile(`(?m)(?:run: |^)make ([a-z-]+)`).FindAllStringSubmatch(readFile(t, file), -1) {
			require.Regexp(t, `(?m)^`+call[1]+`: ##`, makefile, file)
			calls++
		}
	}
	require.Greater(t, calls, 5)
	for _, file := range append(files, filepath.Join(root, "Makefile"), filepath.Join(root, ".clusterfuzzlite/build.sh")) {
		for _, script := range regexp.MustCompile(`scripts/[a-z/-]+\.sh|\.ci/run`).FindAllString(readFile(t, file), -1) {
			info, err := os.Stat(filepath.Join(root, script))
			require.NoError(t, err, file)
			require.NotZero(t, info.Mode()&0o111, "%s is not executable", script)
		}
	}
}
