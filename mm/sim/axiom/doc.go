// Package axiom is the second opinion on the machine's memory models: it judges whole executions by axioms, where
// package sim makes them one step at a time. Nothing is shared between the two but the events of a trace.
//
//	graph.go      an execution: events, and who read from whom
//	relation.go   the algebra that memory models are written in
//	lkmm.go       the Linux kernel memory model's axioms (6.12 and later)
//	tso.go        x86's and sequential consistency, with RCU
//	program.go    small programs, for the two below
//	path.go       the ways through a program, with values left open
//	enumerate.go  every outcome that the axioms allow
//	machine.go    every outcome that the machine shows
//	trace.go      a machine trace as an execution
//	random.go     random programs
//	smallest.go   what is left of a program when all that does not matter is gone
//
// Only tests import it.
package axiom
