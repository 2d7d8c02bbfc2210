package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// Bugs that differ only in the word that they race on have a file each, whatever is overwritten besides.
func TestTriageKeepsBugsOfOneNameApart(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	dir := t.TempDir()
	var out, errors bytes.Buffer
	b := &batch{app: &app{out: &out, err: &errors}, runner: r, triage: fuzz.NewTriage(r), taken: map[string]bool{}}
	p := loadProgram(t, aCrash)
	for _, word := range []string{"mapping", "flags", "lru.next"} {
		bug := &fuzz.TriagedBug{Kernel: p.Kernel, Title: p.Bug, Race: fuzz.Race{Word: word, Storer: "a", User: "b"}}
		bug.Add(p)
		require.NoError(t, b.report(bug, dir, true))
	}
	require.Empty(t, errors.String())
	for file, word := range map[string]string{"": "mapping", "-2": "flags", "-3": "lru.next"} {
		text := readFile(t, filepath.Join(dir, "next-20220927-rcu_free_slab-a-b"+file+".txt"))
		require.Contains(t, string(text), "What meets: a and b on "+word+".")
	}
}
