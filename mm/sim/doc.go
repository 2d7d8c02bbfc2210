// Package sim is a simulated multiprocessor with a memory model. It knows
// nothing of the mm that runs on it.
//
// A Machine has up to MaxCPUs CPUs, each a coroutine, and memory of 64-bit
// words. Simulated kernel code is plain Go in direct style that calls the
// primitives of the Linux kernel memory model (LKMM) on its *CPU: ReadOnce,
// SmpWmb, TestAndSetBitLock, CallRcu. Each is one step. Where the model leaves
// more than one way to go on, a Chooser is asked; nothing else decides
// anything, so a run is a function of its body and its answers.
//
// # The models
//
// Every model runs each CPU in program order, one step at a time, and lets the
// chooser pick the CPU. Under sc that is all.
//
// Under tso a store takes its place in the order of all stores when it is done,
// and a load may be done early: it reads memory as it was at some time since
// the CPU's last load or full fence, with the CPU's own later stores forwarded.
// Only a CPU with stores to overtake may do so. Those are the executions of
// store buffers (tested against the axioms of x86-TSO).
//
// Under lkmm a load may read any store that coherence lets it, and a store may
// go before stores of other CPUs in coherence order ("late"), so long as the
// execution so far, as a graph, keeps LKMM's axioms. The LKMM meant is that of
// 6.12 and later, with the rmw-sequence rule. Each axiom is kept so:
//
//   - Coherence: a CPU reads nothing older than what it has read or written,
//     and its stores go after that.
//   - Atomicity: nothing goes between the load and the store of an RMW.
//   - happens-before and propagates-before: for each event the machine keeps
//     the set of those before it by (hb | pb)+. The steps of a run are in an
//     order that po and rf agree with, so only fr and co can lead from a new
//     event to older ones, and they do only when it reads late or goes late.
//     Those two are therefore where cycles are looked for, and a choice that
//     would close one is not offered. The dull answer never closes one, so no
//     run ends in a dead end.
//   - RCU: by the fundamental law (Alglave et al., "Frightening small children
//     and disconcerting grown-ups", ASPLOS 2018): of a grace period and a
//     read-side critical section, one comes first, and what precedes it is
//     before what follows the other as if a strong fence stood between. A
//     section that began after the grace period began comes after it; all
//     others end before it ends.
//
// The checker in the folder axiom states the axioms a second time, apart from
// this code, and the tests hold each to the other.
//
// # What is taken for granted
//
// All accesses are marked: LKMM calls a race with a plain access undefined and
// then promises little, so simulated kernel code that the kernel writes plainly
// is treated as READ_ONCE and WRITE_ONCE, and verdicts rest on that. The machine
// cannot see what a value is used for, so every load is taken to control the
// stores that come later on its CPU, and to give them their data; address
// dependencies are those of RcuDereference.
//
// # What is left out
//
//   - Executions in which po and rf form a cycle (load buffering). With the
//     dependencies above LKMM forbids most of them too.
//   - Under lkmm, what is older than the last 128 to 256 loads and stores of a
//     run is settled: no load reads anything older and no store goes before it.
//     An exhaustive machine looks back on 512, and says so when a run has more.
//   - A section that must begin before a grace period begins, in an order
//     forced by unordered loads and stores of a third CPU, and yet comes after
//     it.
//   - An access is offered the 16 newest stores.
package sim
