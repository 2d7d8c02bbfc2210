// Package explore runs a program on a machine in every way that its memory
// model allows, up to the order of steps that no execution can tell apart.
//
// It is dynamic partial-order reduction (source sets and sleep sets: Abdulla,
// Aronis, Jonsson, Sagonas, "Source Sets", JACM 2017) over executions rather
// than interleavings. An exhaustive machine lets a load read any store that
// the model allows and a store go anywhere in coherence order that it allows,
// whatever the order in which the steps are done. So stores and barriers need
// no choice of order at all and are done at once, and a load needs one only
// against stores that other CPUs do later: when a run shows such a store, the
// run is done again with that CPU before the load, and then the load reads
// only what it could not read before. (TruSt's backward revisits, Kokologiannakis
// and others, POPL 2022, by re-execution.)
//
// What is no load or store, such as the beginning of a grace period, is ordered
// in the usual way: see dependent.
package explore

import (
	"math/bits"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Stats says how an exploration went.
type Stats struct {
	// Executions is the number of runs that ended, each a different execution.
	Executions int
	// Blocked is the number of runs given up because all that they could
	// still show was seen.
	Blocked int
	// Complete reports whether every execution was tried: no run was out of
	// steps or longer than the model's window, and neither limit nor visit
	// ended the exploration.
	Complete bool
	// OutOfSteps reports whether a run was, and Long whether one was longer
	// than the window.
	OutOfSteps, Long bool
}

// All explores a program. run must reset the machine m, which must be
// exhaustive, to the chooser it is given, and run the same program each time.
// visit is called after each execution and may end the exploration by returning
// false. limit bounds the runs; 0 is no bound.
func All(m *sim.Machine, limit int, run func(sim.Chooser) sim.Result, visit func(sim.Result) bool) Stats {
	e := &explorer{m: m, loads: map[int32][]int{}}
	stats := Stats{Complete: true}
	for runs := 1; ; runs++ {
		e.begin()
		result := run(e)
		if result.OutOfSteps || result.Settled {
			stats.Complete = false
			stats.OutOfSteps = stats.OutOfSteps || result.OutOfSteps
			stats.Long = stats.Long || result.Settled
		}
		if result.Pruned {
			stats.Blocked++
		} else {
			stats.Executions++
			if !visit(result) {
				stats.Complete = false
				return stats
			}
		}
		e.findRaces()
		if !e.next() {
			return stats
		}
		if runs == limit {
			stats.Complete = false
			return stats
		}
	}
}

// awake is the sleep of a CPU that may do its next step.
const awake = -1

// sleep says of each CPU whether its next step was explored from here already:
// then that step waits until it can read a store done at this step or later.
type sleep struct {
	since  [sim.MaxCPUs]int // index in the machine's steps, awake if it was not
	asleep uint8            // CPUs for which there is no such store yet
}

// node is a choice of the run at hand.
type node struct {
	kind   sim.Kind
	answer int    // the CPU for Run, else the answer
	rest   uint32 // Read and Write: answers to be tried after this one

	// Run: at step at, cpus could go on with next.
	at    int
	cpus  uint8
	todo  uint8 // to be tried
	done  uint8 // tried
	sleep sleep // on arrival
}

type explorer struct {
	m     *sim.Machine
	path  []node
	depth int // choices of the run at hand so far

	pending [sim.MaxCPUs]pending // what each CPU does next
	paused  uint8                // CPUs whose next step needs a choice
	sleep   sleep
	seen    int // steps that sleep has taken into account

	// Of the run at hand, see findRaces.
	nodeOf []int           // the choice that each step was, -1 for none
	clocks []clock         // the past of each step
	loads  map[int32][]int // of each variable, where there was a choice
	others []int           // steps that are no loads, stores or barriers
}

// pending is a step about to be done.
type pending struct {
	kind  sim.EventKind
	which int32
}

func (e *explorer) begin() {
	e.depth, e.seen = 0, 0
	e.paused = 0
	e.sleep = sleep{}
	for i := range e.sleep.since {
		e.sleep.since[i] = awake
	}
	e.nodeOf = e.nodeOf[:0]
}

// next moves to the next run: it changes the deepest choice that has another
// answer, and reports whether there was one.
func (e *explorer) next() bool {
	for len(e.path) > 0 {
		n := &e.path[len(e.path)-1]
		if n.kind == sim.Run {
			if rest := n.todo &^ n.done &^ n.sleep.asleep; rest != 0 {
				n.answer = lowest(rest)
				n.done |= 1 << n.answer
				return true
			}
		} else if n.rest != 0 {
			n.answer = bits.TrailingZeros32(n.rest)
			n.rest &= n.rest - 1
			return true
		}
		e.path = e.path[:len(e.path)-1]
	}
	return false
}
