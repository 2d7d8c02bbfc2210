package fuzztest

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Every scenario of the readers of mapping besides isolation, exhausted on the kernels
// that change what they find: README has the table. The verdict is the same under each memory model. A title that belongs
// to a reader is one that the kernel's row says it has.
func TestVerdictsOfOtherReaders(t *testing.T) {
	kernels := []string{"v6.0", "next-20220927+skip-slab-v1", "v6.2", "v6.6+hwpoison-slab", "v6.10", "v6.14-rc4", "v6.14", "v6.17"}
	files, err := filepath.Glob(filepath.Join(corpus, "scenarios", "readers", "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	v := fuzz.NewVerifier()
	defer v.Close()
	table := "| scenario | " + strings.Join(kernels, " | ") + " |\n" + strings.Repeat("|---", len(kernels)+1) + "|\n"
	for _, file := range files {
		p := load(t, file)
		models := sim.Models()
		if len(p.Calls) == 1 {
			models = []sim.Model{sim.LKMM} // what one CPU does is the same under all
		}
		table += "| " + strings.TrimSuffix(filepath.Base(file), ".txt")
		for _, kernel := range kernels {
			k, err := mm.FindKernel(kernel)
			require.NoError(t, err)
			require.NoError(t, p.SetKernel(kernel))
			verdicts := map[fuzz.Verdict]bool{}
			for _, p.Model = range models {
				result := v.Verify(p, 100_000)
				require.NotEqual(t, fuzz.Unknown, result.Verdict, "%s on %s under %v", file, kernel, p.Model)
				verdicts[result.Verdict] = true
				if w := result.Witness; w != nil && readersTitle(w.Bug) {
					require.Contains(t, k.Also, w.Bug, "%s on %s", file, kernel)
				}
			}
			require.Len(t, verdicts, 1, "%s on %s: the models differ", file, kernel)
			word := "safe"
			if verdicts[fuzz.Buggy] {
				word = "BUG"
			}
			table += " | " + word
		}
		table += " |\n"
	}
	readmeShows(t, "<!-- other readers -->\n", table)
}

// readersTitle reports whether a title is a reader's own, and not what came of it elsewhere.
func readersTitle(title string) bool {
	for _, k := range mm.Kernels() {
		for _, also := range k.Also {
			if title == also {
				return true
			}
		}
	}
	return false
}
