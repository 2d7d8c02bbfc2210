package fuzz

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

// The workers of Go's fuzzer are given the flags and the environment of the process that starts them.
var (
	kernelFlag = flag.String("kernel", os.Getenv("MMFUZZ_KERNEL"), "fuzz this kernel; default: every kernel expected to be clean")
	allocFlag  = flag.String("alloc", "", "run with this slab allocator alone; default: what the input says")
	bugFlag    = flag.String("bug", "", "look for the bug of this title alone, known or not")
	modelFlag  = flag.String("model", os.Getenv("MMFUZZ_MODEL"), "fuzz under this memory model; default: all")
)

// fuzzTarget hands the inputs of Go's fuzzer to the target of that name. This file has all the targets and needs no other
// test file: OSS-Fuzz builds it without them.
func fuzzTarget(f *testing.F, name string) {
	target, err := FindTarget(name)
	if err != nil {
		f.Fatal(err)
	}
	e, err := target.NewExec(*kernelFlag, *modelFlag)
	if err != nil {
		f.Fatal(err)
	}
	defer e.Close()
	if *allocFlag != "" {
		if err := e.UseAllocator(*allocFlag); err != nil {
			f.Fatal(err)
		}
	}
	if *bugFlag != "" {
		e.LookFor(*bugFlag)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := target.Check(e, data); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzIsolateMovablePage looks for the race of the report: the owner of a page against its isolation.
func FuzzIsolateMovablePage(f *testing.F) { fuzzTarget(f, "FuzzIsolateMovablePage") }

// FuzzCompaction has everything at once.
func FuzzCompaction(f *testing.F) { fuzzTarget(f, "FuzzCompaction") }

// FuzzFunctionAddress puts any value at all on mapping.
func FuzzFunctionAddress(f *testing.F) { fuzzTarget(f, "FuzzFunctionAddress") }

// FuzzSlab holds the slab allocator to what an allocator must do.
func FuzzSlab(f *testing.F) { fuzzTarget(f, "FuzzSlab") }

// FuzzKernels holds all kernels to the same results where nothing races.
func FuzzKernels(f *testing.F) { fuzzTarget(f, "FuzzKernels") }

// FuzzReaders has the owners of pages against those who look at mapping besides isolation.
func FuzzReaders(f *testing.F) { fuzzTarget(f, "FuzzReaders") }

// FuzzSwFence puts the callback of i915's fences at any address.
func FuzzSwFence(f *testing.F) { fuzzTarget(f, "FuzzSwFence") }

// FuzzProgramText parses and prints.
func FuzzProgramText(f *testing.F) { fuzzTarget(f, "FuzzProgramText") }

// FuzzLitmus parses litmus tests and runs them. Its seeds are the project's own.
func FuzzLitmus(f *testing.F) {
	files, err := filepath.Glob("../mm/sim/testdata/litmus/*.litmus")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	fuzzTarget(f, "FuzzLitmus")
}
