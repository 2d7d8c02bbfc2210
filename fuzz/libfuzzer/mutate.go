//go:build cgo

package main

// #include <stddef.h>
// #include <stdint.h>
//
// __attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
//
// static size_t mutate_bytes(uint8_t *data, size_t size, size_t max_size)
// {
// 	return LLVMFuzzerMutate ? LLVMFuzzerMutate(data, size, max_size) : size;
// }
import "C"

// bytesOneIn: of so many mutants one is made by libFuzzer's own mutators of bytes, to which nothing is out of reach.
const bytesOneIn = 16

// LLVMFuzzerCustomMutator changes calls and choices of a program in place. Text is for libFuzzer to mutate.
//
//export LLVMFuzzerCustomMutator
func LLVMFuzzerCustomMutator(data *C.uint8_t, size, maxSize C.size_t, seed C.uint) C.size_t {
	if engine.mutator == nil || seed%bytesOneIn == 0 {
		return C.mutate_bytes(data, size, maxSize)
	}
	mutant := engine.mutator.Mutate(bytesOf(data, size), int(maxSize), uint64(seed))
	return C.size_t(copy(bytesOf(data, maxSize), mutant))
}

// LLVMFuzzerCustomCrossOver writes something of both inputs to out. libFuzzer takes 0 for no result.
//
//export LLVMFuzzerCustomCrossOver
func LLVMFuzzerCustomCrossOver(data *C.uint8_t, size C.size_t, other *C.uint8_t, otherSize C.size_t,
	out *C.uint8_t, maxOut C.size_t, seed C.uint) C.size_t {
	if engine.mutator == nil {
		return 0
	}
	crossed := engine.mutator.CrossOver(bytesOf(data, size), bytesOf(other, otherSize), int(maxOut), uint64(seed))
	return C.size_t(copy(bytesOf(out, maxOut), crossed))
}
