package fuzz

import (
	"flag"
	"os"
	"testing"
)

// The workers of Go's fuzzer are given the flags and the environment of the process that starts them.
var (
	kernelFlag = flag.String("kernel", os.Getenv("MMFUZZ_KERNEL"), "fuzz this kernel; default: every kernel expected to be clean")
	modelFlag  = flag.String("model", os.Getenv("MMFUZZ_MODEL"), "fuzz under this memory model; default: all")
)

func newExec(f *testing.F, target string) *Exec {
	subjects, err := Subjects(*kernelFlag, *modelFlag)
	if err != nil {
		f.Fatal(err)
	}
	shape, err := FindShape(target)
	if err != nil {
		f.Fatal(err)
	}
	return NewExec(shape, subjects)
}

// fuzzPrograms runs every input as a program: a bug is a failure.
func fuzzPrograms(f *testing.F, target string) {
	e := newExec(f, target)
	f.Fuzz(func(t *testing.T, data []byte) {
		if found := e.Bytes(data); found != nil {
			t.Fatal(e.Report(found))
		}
	})
}

// FuzzIsolateMovablePage looks for the race of the report: the owner of a page against its isolation.
func FuzzIsolateMovablePage(f *testing.F) { fuzzPrograms(f, "FuzzIsolateMovablePage") }

// FuzzCompaction has everything at once.
func FuzzCompaction(f *testing.F) { fuzzPrograms(f, "FuzzCompaction") }

// FuzzFunctionAddress puts any value at all on mapping. What it asserts holds on every kernel, and so it takes them all.
func FuzzFunctionAddress(f *testing.F) {
	e := newExec(f, "FuzzFunctionAddress")
	if *kernelFlag == "" && *modelFlag == "" {
		e = NewExec(e.shape, AllSubjects())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := e.CheckAddress(data); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzSlab holds the slab allocator to what an allocator must do.
func FuzzSlab(f *testing.F) {
	e := newExec(f, "FuzzSlab")
	f.Fuzz(func(t *testing.T, data []byte) {
		if found := e.Bytes(data); found != nil {
			t.Fatal(e.Report(found))
		}
		if err := e.CheckSlab(data); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzProgramText parses and prints.
func FuzzProgramText(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := CheckText(string(data)); err != nil {
			t.Fatal(err)
		}
	})
}
