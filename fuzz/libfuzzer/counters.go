//go:build cgo

package main

// #include <stddef.h>
// #include <stdint.h>
// #include <stdlib.h>
//
// // Weak, so that the package links without libFuzzer too.
// __attribute__((weak)) void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop);
// __attribute__((weak)) void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop);
//
// static void counters_init(uint8_t *start, uint8_t *stop)
// {
// 	size_t n = stop - start;
// 	uintptr_t *pcs = calloc(2 * n, sizeof(*pcs)); // libFuzzer counts what it covers by it, and looks at nothing in it
//
// 	if (n == 0 || !pcs || !__sanitizer_cov_8bit_counters_init)
// 		return;
// 	__sanitizer_cov_8bit_counters_init(start, stop);
// 	__sanitizer_cov_pcs_init(pcs, pcs + 2 * n);
// }
import "C"

import "unsafe"

// The linker puts the counters that -d=libfuzzer makes the compiler insert between these two.
//
//go:linkname counters internal/fuzz._counters
//go:linkname ecounters internal/fuzz._ecounters
var counters, ecounters [0]byte

func registerCounters() {
	C.counters_init((*C.uint8_t)(unsafe.Pointer(&counters)), (*C.uint8_t)(unsafe.Pointer(&ecounters)))
}

// With -d=libfuzzer the compiler also has each comparison reported. The tag libfuzzer makes the runtime pass them on to
// libFuzzer, each by a switch to the system stack, which slows our code 23 times; a byte that must equal a
// constant is nothing our inputs have. So the tag is not given, and the reports end here, as those of go test -fuzz do in
// internal/fuzz.
//
//go:linkname traceCmp1 runtime.libfuzzerTraceCmp1
//go:linkname traceCmp2 runtime.libfuzzerTraceCmp2
//go:linkname traceCmp4 runtime.libfuzzerTraceCmp4
//go:linkname traceCmp8 runtime.libfuzzerTraceCmp8
//go:linkname traceConstCmp1 runtime.libfuzzerTraceConstCmp1
//go:linkname traceConstCmp2 runtime.libfuzzerTraceConstCmp2
//go:linkname traceConstCmp4 runtime.libfuzzerTraceConstCmp4
//go:linkname traceConstCmp8 runtime.libfuzzerTraceConstCmp8
//go:linkname hookStrCmp runtime.libfuzzerHookStrCmp
//go:linkname hookEqualFold runtime.libfuzzerHookEqualFold

func traceCmp1(_, _ uint8, _ uint)       {}
func traceCmp2(_, _ uint16, _ uint)      {}
func traceCmp4(_, _ uint32, _ uint)      {}
func traceCmp8(_, _ uint64, _ uint)      {}
func traceConstCmp1(_, _ uint8, _ uint)  {}
func traceConstCmp2(_, _ uint16, _ uint) {}
func traceConstCmp4(_, _ uint32, _ uint) {}
func traceConstCmp8(_, _ uint64, _ uint) {}
func hookStrCmp(_, _ string, _ uint)     {}
func hookEqualFold(_, _ string, _ uint)  {}
