// Package fuzztest holds the tests of package fuzz that use testify: package fuzz itself is linked into the native fuzz
// targets, where each counter of an imported package costs time on every input.
package fuzztest

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

var update = flag.Bool("update", false, "rewrite golden files and seeds")

func load(t *testing.T, file string) *fuzz.Program {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return parse(t, string(text))
}

func parse(t *testing.T, text string) *fuzz.Program {
	p, err := fuzz.Parse(text)
	require.NoError(t, err, text)
	return p
}
