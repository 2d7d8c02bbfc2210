// Package emptyfuzz holds the fuzz target that scripts/fuzz-ratio.sh compares ours with.
package emptyfuzz

import "testing"

// FuzzEmpty measures what Go's fuzzer itself costs.
func FuzzEmpty(f *testing.F) { f.Fuzz(func(*testing.T, []byte) {}) }
