package fuzztest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

const corpus = "../../corpus"

// The programs in corpus/programs are the seeds in corpus: each folder is a target's, each seed the bytes of the program
// of the same name. With -update the seeds are written.
func TestSeedsAreThePrograms(t *testing.T) {
	programs, err := filepath.Glob(filepath.Join(corpus, "programs", "Fuzz*", "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, programs)
	seeds := map[string]bool{}
	for _, file := range programs {
		target := filepath.Base(filepath.Dir(file))
		seed := filepath.Join(corpus, target, strings.TrimSuffix(filepath.Base(file), ".txt"))
		seeds[seed] = true
		want := fuzz.EncodeCorpus(seedBytes(t, target, file))
		if *update {
			require.NoError(t, os.MkdirAll(filepath.Dir(seed), 0o777))
			require.NoError(t, os.WriteFile(seed, want, 0o666))
		}
		got, err := os.ReadFile(seed)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s is not the program of the same name: go test ./fuzz/fuzztest -update", seed)
	}
	files, err := filepath.Glob(filepath.Join(corpus, "Fuzz*", "*"))
	require.NoError(t, err)
	for _, file := range files {
		require.True(t, seeds[file], "%s: a seed without a program to read: mmfuzz import makes one", file)
	}
}

// seedBytes returns the input that a program is: its text for the target that parses, else its encoding.
func seedBytes(t *testing.T, target, file string) []byte {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	if target == "FuzzProgramText" {
		return text
	}
	p, err := fuzz.Parse(string(text))
	require.NoError(t, err, file)
	shape, err := fuzz.FindShape(target)
	require.NoError(t, err)
	data, err := shape.Encode(p)
	require.NoError(t, err, file)
	return data
}

// A program of the corpus does what it says: most say nothing, and have no bug on the dull path.
func TestProgramsOfTheCorpusDoWhatTheySay(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	for _, shape := range fuzz.Shapes() {
		programs, err := filepath.Glob(filepath.Join(corpus, "programs", shape.Name, "*.txt"))
		require.NoError(t, err)
		require.NotEmpty(t, programs)
		for _, file := range programs {
			p := load(t, file)
			o := r.Run(p)
			require.Equal(t, p.Bug, o.Title(), file)
			require.False(t, o.OutOfSteps, file)
		}
	}
}

// What engines collect grows without end. In the repository are seeds that somebody can read; the rest stays in .fuzz.
func TestCorpusIsSmallEnoughForGit(t *testing.T) {
	const maxFileBytes, maxBytes = 32 << 10, 1 << 20
	total := int64(0)
	err := filepath.WalkDir(corpus, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		require.LessOrEqual(t, info.Size(), int64(maxFileBytes), "%s: make it smaller, mmfuzz shrink helps", name)
		total += info.Size()
		return nil
	})
	require.NoError(t, err)
	require.LessOrEqual(t, total, int64(maxBytes), "corpus: keep what make corpus-min keeps")
}
