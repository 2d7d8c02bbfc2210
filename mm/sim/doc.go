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
// chooser pick the CPU. Under sc that is all. Names in brackets are of the tests
// in testdata/litmus that show the sentence.
//
// Under tso a store takes its place in the order of all stores when it is done
// [2+2W], and a load may be done early [SB]: it reads memory as it was at some
// time since the CPU's last load or full fence, with the CPU's own later stores
// forwarded. Only a CPU with stores to overtake may do so [MP]. Those are the
// executions of store buffers (tested against the axioms of x86-TSO). A failed
// spin_trylock or atomic_add_unless is a look and no locked instruction
// [SB+trylock-fail, SB+add-unless-fail].
//
// Under lkmm a load may read any store that coherence lets it [MP, IRIW+rmbs],
// and a store may go before stores of other CPUs in coherence order [2+2W, R,
// S], so long as the execution so far, as a graph, keeps LKMM's axioms. The
// LKMM meant is that of 6.12 and later, with the rmw-sequence rule
// [MP+rel+rmw+acq]. Each axiom is kept so:
//
//   - Coherence: a CPU reads nothing older than what it has read or written,
//     and its stores go after that [CoRR, CoRW, CoWR, CoWW].
//   - Atomicity: nothing goes between the load and the store of an RMW
//     [inc+inc, xchg+xchg].
//   - happens-before and propagates-before: for each event the machine keeps
//     the set of those before it by (hb | pb)+. The steps of a run are in an
//     order that po and rf agree with, so only fr and co can lead from a new
//     event to older ones, and they do only when it reads late or goes late.
//     Those two are therefore where cycles are looked for, and a choice that
//     would close one is not offered. The dull answer never closes one, so no
//     run ends in a dead end. What has propagated to an event (cumul-fence*;
//     rfe?) is kept as a set of stores: smp_wmb takes along its own CPU's
//     stores [WRC+wmb+rmb], a release or a full fence also those that the CPU
//     has read [WRC+rel+rmb, ISA2+rel+rel+acq], an unlock and lock pair what
//     came before it [MP+unlock-lock+rmb]. Full fences alone order stores
//     before loads [SB+mbs, SB+xchgs, RWC+mbs, not SB+rel+acq]. A run that no
//     explorer makes enters its events into these sets only when an access could
//     read late or go late: see graph_notes.go.
//   - RCU: by the fundamental law (Alglave et al., "Frightening small children
//     and disconcerting grown-ups", ASPLOS 2018): of a grace period and a
//     read-side critical section, one comes first, and what precedes it is
//     before what follows the other as if a strong fence stood between
//     [MP+rcu+sync, SB+rcu+sync]. A section that began after the grace period
//     began comes after it; all others end before it ends. With dependencies
//     given (SetDependencies) neither is said to come first, and the axiom is
//     checked as it stands: see graph_rcu.go.
//
// The checker in the folder axiom states the axioms a second time, apart from
// this code, and the tests hold each to the other: every run must be allowed,
// and an exhaustive machine must show every execution that is.
//
// # What is taken for granted
//
// All accesses are marked: LKMM calls a race with a plain access undefined and
// then promises little, so simulated kernel code that the kernel writes plainly
// is treated as READ_ONCE and WRITE_ONCE, and verdicts rest on that. The machine
// cannot see what a value is used for, so every load that returns a value is
// taken to control the stores that come later on its CPU, and to give them
// their data [S+wmb+ctrl, S+wmb+data-rfi]; address dependencies are those of
// RcuDereference [MP+assign+deref]. A program that knows says what depends on
// what, with Depend.
//
// # What is left out
//
//   - Executions in which po and rf form a cycle (load buffering) [LB, which is
//     expected to fail]. With the dependencies above LKMM forbids most of them
//     too [LB+ctrls].
//   - Under lkmm, what is older than the last 128 to 256 loads and stores of a
//     run is settled: no load reads anything older and no store goes before it.
//     An exhaustive machine looks back on 512, and says so when a run has more.
//   - Without dependencies given: a section that must begin before a grace
//     period begins, in an order forced by unordered loads and stores of a
//     third CPU, and yet comes after it.
//   - An access is offered the 16 newest stores.
package sim
