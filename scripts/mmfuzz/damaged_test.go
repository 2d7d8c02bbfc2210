package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

const (
	aCrash = "../../crashers/rcu_free_slab.txt"
	aSeed  = "../../corpus/FuzzIsolateMovablePage/rcu_free_slab-ffffffff811303aa-Os"
)

// damagedPrograms are texts that are no program, each with a part of what is said about it.
var damagedPrograms = map[string]struct{ text, want string }{
	"cut within the kernel": {"kernel  next-2022", "line 1: unknown kernel"},
	"cut within a comment":  {"# The reported cr", "ends without a kernel line"},
	"cut before the model":  {"kernel  next-20220927\n", "ends without a model line"},
	"an unknown op":         {"kernel v6.2\nmodel sc\n\ncpu0 kmem_cache_aloc c0 s0\n", "line 4: unknown op"},
	"half a call":           {"kernel v6.2\nmodel sc\n\ncpu0 kmem_cache_alloc c0\n", "line 4: kmem_cache_alloc has 1 arguments"},
	"half a choice":         {"kernel v6.2\nmodel sc\n\ncpu0 rcu_do_batch\ncpu0@4 run\n", "line 5: choice"},
	"a CPU without calls":   {"kernel v6.2\nmodel sc\n\ncpu0 rcu_do_batch\ncpu0@4 run cpu3\n", "line 5: cpu3 has no calls"},
	"two of a kind":         {"kernel v6.2\nmodel sc\nmodel sc\n", "line 3: a second model line"},
	"a merge conflict":      {"kernel v6.2\n<<<<<<< HEAD\nmodel sc\n", "line 2: unknown item"},
}

// damagedInputs are files of fuzzers that hold no input.
var damagedInputs = map[string]struct{ text, want string }{
	"Go's, cut":           {"go test fuzz v1\n[]byte(\"\\x01", "line 2"},
	"Go's, two arguments": {"go test fuzz v1\n[]byte(\"\")\nint(1)\n", "line 2: 2 arguments: want one []byte"},
	"Go's, another type":  {"go test fuzz v1\nstring(\"a\")\n", "line 2: want []byte"},
	"Go's, bad quotes":    {"go test fuzz v1\n[]byte(\"\\q\")\n", "line 2: the string is not well quoted"},
}

// A damaged file is one clear line and status 2 for every command that reads crash files, and nothing is written.
func TestDamagedProgram(t *testing.T) {
	for name, test := range damagedPrograms {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file, out := filepath.Join(dir, "crash.txt"), filepath.Join(dir, "out")
			require.NoError(t, os.WriteFile(file, []byte(test.text), 0o666))
			for _, args := range [][]string{
				{"import", file, "-o", out}, {"shrink", file, "-o", out}, {"export", file, "-format", "html", "-o", out},
				{"bisect", file}, {"repro", file}, {"verify", file},
			} {
				code, stdout, stderr := mmfuzz("", args...)
				require.Equal(t, exitUsage, code, args)
				require.Empty(t, stdout, args)
				require.Contains(t, stderr, test.want)
				require.Contains(t, stderr, "mmfuzz "+args[0]+": "+file+": ")
				require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
				require.NoFileExists(t, out)
			}
		})
	}
}

func TestDamagedInput(t *testing.T) {
	for name, test := range damagedInputs {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "FuzzIsolateMovablePage")
			require.NoError(t, os.Mkdir(folder, 0o777))
			file, out := filepath.Join(folder, "0123456789abcdef"), filepath.Join(folder, "out")
			require.NoError(t, os.WriteFile(file, []byte(test.text), 0o666))
			code, stdout, stderr := mmfuzz("", "import", file, "-o", out)
			require.Equal(t, exitUsage, code)
			require.Empty(t, stdout)
			require.Contains(t, stderr, "mmfuzz import: "+file+": ")
			require.Contains(t, stderr, test.want)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			require.NoFileExists(t, out)
		})
	}
}

// A folder with everything damaged that there is, one clean run and one crash twice: the damaged are a line each, the others
// are done all the same.
func TestTriageOfADamagedBatch(t *testing.T) {
	dir := t.TempDir()
	folder, out := filepath.Join(dir, "FuzzIsolateMovablePage"), filepath.Join(dir, "out")
	require.NoError(t, os.Mkdir(folder, 0o777))
	damaged := 0
	for _, inputs := range []map[string]struct{ text, want string }{damagedPrograms, damagedInputs} {
		for name, test := range inputs {
			require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(test.text), 0o666))
			damaged++
		}
	}
	crash := readFile(t, aCrash)
	for _, name := range []string{"first.txt", "second.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), crash, 0o666))
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "clean.txt"), []byte("kernel v6.2\nmodel sc\n\ncpu0 zs_malloc z0\n"), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "README.txt"), []byte("AFL++ writes such notes"), 0o666))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(folder, "gone")))

	code, stdout, stderr := mmfuzz("", "triage", folder, filepath.Join(dir, "missing"), "-o", out)
	require.Equal(t, exitUsage, code)
	require.Equal(t, damaged+3, strings.Count(stderr, "\n"), stderr) // and the clean one, the link and what is missing
	for _, inputs := range []map[string]struct{ text, want string }{damagedPrograms, damagedInputs} {
		for name, test := range inputs {
			require.Regexp(t, "mmfuzz triage: "+filepath.Join(folder, name)+": [^\n]*", stderr)
			require.Contains(t, stderr, test.want)
		}
	}
	require.Contains(t, stdout, "   2  next-20220927: isolate_movable_page: mapping is not a movable_operations (rcu_free_slab); "+
		"call_rcu and page_movable_ops on mapping; 4 calls, 0 choices, new: "+out)
	written := filepath.Join(out, "next-20220927-rcu_free_slab-call_rcu-page_movable_ops.txt")
	code, stdout, stderr = mmfuzz("", "repro", written)
	require.Equal(t, exitOK, code, stdout, stderr)

	before := readFile(t, written)
	code, stdout, stderr = mmfuzz("", "triage", aCrash, "-o", out)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "known: "+written)
	require.Equal(t, before, readFile(t, written))
}

// What stands in the way of a crash file is kept without -f, damaged or not, and said.
func TestTriageOverwritesNothing(t *testing.T) {
	out := t.TempDir()
	name := filepath.Join(out, "next-20220927-rcu_free_slab-call_rcu-page_movable_ops.txt")
	require.NoError(t, os.WriteFile(name, []byte("kernel"), 0o666))
	code, stdout, stderr := mmfuzz("", "triage", aCrash, "../../crashers/slabs.txt", "-o", out)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, name+" exists: give -f to overwrite it\n")
	require.Equal(t, "kernel", string(readFile(t, name)))
	require.Contains(t, stdout, "new: "+filepath.Join(out, "next-20220927-slabs-put_cpu_partial-page_movable_ops.txt"))

	_, stdout, _ = mmfuzz("", "triage", aCrash, "-o", out, "-f")
	require.Contains(t, stdout, "new: "+name)
	code, _, stderr = mmfuzz("", "repro", name)
	require.Equal(t, exitOK, code, stderr)
	temporary, err := filepath.Glob(filepath.Join(out, ".mmfuzz-*"))
	require.NoError(t, err)
	require.Empty(t, temporary)
}

// One input comes to the same crash file in the framing of every engine, and as the text of its program.
func TestImportOfEveryFraming(t *testing.T) {
	seed, err := fuzz.DecodeCorpus(readFile(t, aSeed))
	require.NoError(t, err)
	about := []string{"-target", "FuzzIsolateMovablePage", "-kernel", "next-20220927", "-model", "sc"}
	code, want, stderr := mmfuzz("", append([]string{"import", aSeed}, about...)...)
	require.Equal(t, exitOK, code, stderr)
	for _, framing := range fuzz.Framings() {
		for _, name := range []string{"crash-7f9f35b4", "id:000000,sig:06,src:000000"} {
			file := filepath.Join(t.TempDir(), name)
			require.NoError(t, os.WriteFile(file, framing.Encode(seed), 0o666))
			code, stdout, stderr := mmfuzz("", append([]string{"import", file, "-framing", string(framing)}, about...)...)
			require.Equal(t, exitOK, code, stderr)
			require.Equal(t, want, stdout, framing)
		}
	}
	code, stdout, stderr := mmfuzz(want, "import", "-")
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, want, stdout)
	for framing, file := range map[string]string{"go": "raw bytes", "shim": "abc", "shim-v2": ""} {
		code, stdout, stderr := mmfuzz(file, append([]string{"import", "-", "-framing", framing}, about...)...)
		require.Equal(t, exitUsage, code, framing)
		require.Empty(t, stdout)
		require.Regexp(t, `^mmfuzz import: -: [^\n]+\n$`, stderr)
	}
}

// Some editors begin a file with the mark of its encoding. A program is one all the same; in raw input it is data.
func TestFindsWithAMark(t *testing.T) {
	const mark = "\ufeff"
	file := filepath.Join(t.TempDir(), "crash.txt")
	require.NoError(t, os.WriteFile(file, append([]byte(mark), readFile(t, aCrash)...), 0o666))
	_, want, _ := mmfuzz("", "import", aCrash)
	code, stdout, stderr := mmfuzz("", "import", file)
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, want, stdout)
	code, stdout, stderr = mmfuzz("", "triage", file)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "1 file: 1 find of 1 bug,")

	about := []string{"import", "-", "-target", "FuzzIsolateMovablePage", "-kernel", "next-20220927", "-model", "sc"}
	_, plain, _ := mmfuzz(mark+"\x01\x02", about...)
	_, raw, _ := mmfuzz(mark+"\x01\x02", append(about, "-framing", "raw")...)
	require.Equal(t, raw, plain)
	_, without, _ := mmfuzz("\x01\x02", about...)
	require.NotEqual(t, without, plain)
}

// The raw finds of a hunt are files that triage reads.
func TestHuntKeepsRawFindsForTriage(t *testing.T) {
	dir := t.TempDir()
	raw, out := filepath.Join(dir, "raw"), filepath.Join(dir, "out")
	code, _, stderr := mmfuzz("", "hunt", "-kernel", "next-20220927", "-model", "sc", "-runs", "2000", "-seed", "4", "-raw", raw)
	require.Equal(t, exitBug, code, stderr)
	files, err := filepath.Glob(filepath.Join(raw, "next-20220927-sc-4-*.txt"))
	require.NoError(t, err)
	require.Greater(t, len(files), 10)
	code, stdout, stderr := mmfuzz("", "triage", raw, "-o", out)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "(rcu_free_slab); call_rcu and page_movable_ops on mapping; 4 calls, 0 choices, new: ")
	require.Contains(t, stdout, "(LIST_POISON2); list_del and page_movable_ops on mapping; 4 calls, 0 choices, new: ")
}

func readFile(t *testing.T, name string) []byte {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return data
}

// The commands that take several files do the others all the same, and the status is 2.
func TestDamagedFileAmongOthers(t *testing.T) {
	const test = "../../mm/sim/testdata/litmus/MP+wmb+po.litmus"
	for command, file := range map[string]string{"repro": aCrash, "verify": scenarios + "direct-slab-life.txt", "litmus": test} {
		_, alone, _ := mmfuzz("", command, file, file)
		require.NotEmpty(t, alone)
		code, stdout, stderr := mmfuzz("", command, file, "no/such/file", file)
		require.Equal(t, exitUsage, code, command)
		require.Equal(t, alone, stdout)
		require.Equal(t, "mmfuzz "+command+": open no/such/file: no such file or directory\n", stderr)
	}
}

// A folder of any name is no obstacle, and an input of a fuzz target that begins as a comment does is one.
func TestWhatIsNotDamaged(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "new"), 0o777))
	code, _, stderr := mmfuzz("", "triage", "-o", dir, aCrash)
	require.Equal(t, exitOK, code, stderr)
	code, _, stderr = mmfuzz("", "hunt", "-raw", dir, "-runs", "10", aCrash)
	require.NotEqual(t, exitUsage, code, stderr)

	input := filepath.Join(dir, "input")
	require.NoError(t, os.WriteFile(input, []byte("#\x01\x02"), 0o666))
	code, _, stderr = mmfuzz("", "import", "-target", "FuzzIsolateMovablePage", input)
	require.Equal(t, exitBug, code, stderr)
	require.Contains(t, stderr, "no bug in")
}

// Where nothing can be written, hunt and triage say so on one line before they begin.
func TestFolderToWriteTo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	for _, args := range [][]string{{"hunt", "-raw", file, aCrash}, {"triage", "-o", file, aCrash}} {
		code, stdout, stderr := mmfuzz("", args...)
		require.Equal(t, exitUsage, code)
		require.Empty(t, stdout)
		require.Equal(t, "mmfuzz "+args[0]+": "+file+" is a file: want a folder to write to\n", stderr)
	}
}
