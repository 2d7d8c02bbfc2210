package fuzztest

import (
	"encoding/json"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const tree = "../.."

// Goal: what README does to add a patch gives the verdict that it shows: the file and the row that it has, in a copy of the
// source tree, and the command. With what it has for a row that stays, the bug is an expected one.
func TestReadmeAddsAPatch(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the source tree")
	}
	_, text, ok := strings.Cut(readFile(t, readmeFile), "### A patch, step by step\n")
	require.True(t, ok)
	text, _, ok = strings.Cut(text, "\n## ")
	require.True(t, ok)
	_, text, ok = strings.Cut(text, "\n`")
	require.True(t, ok)
	name, text, _ := strings.Cut(text, "`:\n\n")
	code, text := codeBlock(text)
	row, text := codeBlock(text)
	command, text := codeBlock(text)
	expect, _ := codeBlock(text)

	formatted, err := format.Source([]byte(code))
	require.NoError(t, err)
	require.Equal(t, string(formatted), code)
	dir := t.TempDir()
	copyTree(t, dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(code), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, kernelTable), []byte(withRow(t, "patchSkipSlabV1()", row)), 0o666))

	line, want, _ := strings.Cut(command, "\n")
	words := strings.Fields(strings.TrimPrefix(line, "$ "))
	require.Equal(t, "go", words[0])
	run := exec.Command("go", words[1:]...)
	run.Dir = dir
	got, err := run.Output()
	require.Error(t, err, "a bug is status 1")
	require.Equal(t, want, strings.TrimSuffix(string(got), "\n"))

	matrix := func() (string, error) {
		run := exec.Command("go", "run", "./scripts/mmfuzz", "matrix", words[len(words)-1])
		run.Dir = dir
		out, err := run.Output()
		return string(out), err
	}
	table, err := matrix()
	require.Error(t, err)
	require.Contains(t, table, "BUG (not expected)")
	before, after, ok := strings.Cut(code, "\t\tisolateMovablePage:")
	require.True(t, ok)
	code = before + expect + "\t\tisolateMovablePage:" + after
	formatted, err = format.Source([]byte(code))
	require.NoError(t, err)
	require.Equal(t, string(formatted), code)
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(code), 0o666))
	table, err = matrix()
	require.NoError(t, err)
	require.NotContains(t, table, "not expected")
}

// codeBlock returns the first indented block of a text without its indentation, and what follows it.
func codeBlock(text string) (code, rest string) {
	var b strings.Builder
	in := false
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "    ") && (line != "\n" && in) {
			break
		}
		in = in || strings.HasPrefix(line, "    ")
		if in {
			b.WriteString(strings.TrimPrefix(line, "    "))
		}
		rest += line
	}
	return strings.TrimRight(b.String(), "\n") + "\n", text[len(rest):]
}

const kernelTable = "mm/kernel.go"

// withRow returns the file of the table of kernels with one row more, after that of the parent.
func withRow(t *testing.T, parent, row string) string {
	before, after, ok := strings.Cut(readFile(t, filepath.Join(tree, kernelTable)), "\t\t"+parent+",\n")
	require.True(t, ok)
	return before + "\t\t" + parent + ",\n" + row + after
}

// copyTree copies what the command line is made from, and the scenarios.
func copyTree(t *testing.T, dir string) {
	for _, part := range []string{"go.mod", "go.sum", "mm", "fuzz", "scripts/mmfuzz", "corpus/scenarios"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(tree, part), func(name string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || strings.HasSuffix(name, "_test.go") {
				return err
			}
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			to := filepath.Join(dir, strings.TrimPrefix(name, tree))
			require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o777))
			return os.WriteFile(to, data, 0o666)
		}))
	}
}

// Goal: FuzzKernels fires when a kernel differs where nothing races: here one that never isolates a page.
func TestFuzzKernelsFires(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the source tree")
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, filepath.Base(name))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
		return file
	}
	root, err := filepath.Abs(tree)
	require.NoError(t, err)
	overlay := map[string]string{
		filepath.Join(root, kernelTable): write(kernelTable, withRow(t, "kernelV62()", "\t\tkernelNeverIsolates(),\n")),
		filepath.Join(root, "mm/kernel_never_isolates.go"): write("kernel_never_isolates.go", `package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

func kernelNeverIsolates() *Kernel {
	return &Kernel{Name: "never-isolates", Parent: "v6.2", isolateMovablePage: func(*MM, *sim.CPU, Page) bool { return false }}
}
`),
	}
	list, err := json.Marshal(map[string]any{"Replace": overlay})
	require.NoError(t, err)
	run := exec.Command("go", "test", "-overlay", write("overlay.json", string(list)), "./fuzz", "-run", "^FuzzKernels$")
	run.Dir = root
	out, err := run.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "--- FAIL: FuzzKernels/movable-pages-come-and-go")
	require.Contains(t, string(out), "never-isolates has 0x0 in pages isolated by cpu0, and v6.0 has 0x1")
}
