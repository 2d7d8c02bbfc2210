package fuzz

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCorpusFolder runs the inputs of a folder, raw as libFuzzer keeps them, to see what code they reach. OSS-Fuzz and make
// cover set FUZZ_CORPUS_DIR.
func TestCorpusFolder(t *testing.T) {
	dir := os.Getenv("FUZZ_CORPUS_DIR")
	if dir == "" {
		t.Skip("FUZZ_CORPUS_DIR is not set")
	}
	target, err := FindTarget(os.Getenv("MMFUZZ_TARGET"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := target.NewExec(*kernelFlag, *modelFlag)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Error(err)
			continue
		}
		if err := target.Check(e, data); err != nil {
			t.Errorf("%s: %v", entry.Name(), err)
		}
	}
}
