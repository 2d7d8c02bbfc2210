//go:build cgo

// Package main is a fuzz target as libFuzzer calls it. It is built as a C archive and linked by clang -fsanitize=fuzzer,
// which scripts/libfuzzer-build.sh does; the target, and the kernel and the model if they are not the target's own, are set
// when it is linked. An input is the bytes as they are.
package main

// #include <stddef.h>
// #include <stdint.h>
import "C"

import (
	"cmp"
	"fmt"
	"os"
	"unsafe"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// Set by -ldflags "-X main.target=FuzzX". The environment has MMFUZZ_KERNEL and MMFUZZ_MODEL, as for go test.
var target, kernel, model string

// engine is what runs the inputs. libFuzzer calls from one thread.
var engine struct {
	target  *fuzz.Target
	exec    *fuzz.Exec
	mutator *fuzz.Mutator // nil: inputs are text
}

func main() {}

// LLVMFuzzerInitialize is called once, before all else. The kernels are made here and not in an init function: a coroutine
// is bound to the thread that makes it.
//
//export LLVMFuzzerInitialize
func LLVMFuzzerInitialize(argc *C.int, argv ***C.char) C.int {
	var err error
	if engine.target, err = fuzz.FindTarget(target); err != nil {
		usage(err)
	}
	kernel, model = cmp.Or(os.Getenv("MMFUZZ_KERNEL"), kernel), cmp.Or(os.Getenv("MMFUZZ_MODEL"), model)
	if engine.exec, err = engine.target.NewExec(kernel, model); err != nil {
		usage(err)
	}
	if engine.target.Shape != nil {
		engine.mutator = fuzz.NewMutator(engine.target.Shape)
	}
	registerCounters()
	return 0
}

// LLVMFuzzerTestOneInput runs an input. A finding ends the process: libFuzzer keeps the input.
//
//export LLVMFuzzerTestOneInput
func LLVMFuzzerTestOneInput(data *C.uint8_t, size C.size_t) C.int {
	if err := engine.target.Check(engine.exec, bytesOf(data, size)); err != nil {
		panic(err.Error())
	}
	return 0
}

// usage ends the process on a kernel or a model that is none.
func usage(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}

func bytesOf(data *C.uint8_t, size C.size_t) []byte { return unsafe.Slice((*byte)(data), int(size)) }
