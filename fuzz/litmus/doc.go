// Package litmus runs litmus tests: small C programs with a condition on what
// they may end with, in the dialect that herd reads for the kernel's
// tools/memory-model.
//
//	test.go        a test as a value
//	lex.go         its text as tokens
//	parse*.go      tokens as a test
//	primitives.go  the kernel's primitives by name
//	interp.go      a process on a CPU, with the dependencies of what it computes
//	run.go         every execution of a test, and the verdict
//	expect.go      what our own files say of themselves
//
// Dependencies are those of herd. A value depends on the loads it was computed
// from, also by way of registers. The branches of an if statement depend on its
// condition; what comes after the statement does not.
//
// Plain accesses are run as READ_ONCE and WRITE_ONCE: for a program without data
// races that is what they are, and for one with data races LKMM promises
// nothing.
//
// What is not supported gives no verdict but a reason. Among that are SRCU,
// loops, arrays, more processes than the machine has CPUs, and what has no
// meaning, such as the unlock of a lock that is not held.
package litmus
