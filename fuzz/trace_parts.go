package fuzz

import (
	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Events returns every event of the run.
func (t *Trace) Events() []sim.Event { return t.events }

// Text says what an event did, with names for addresses and values.
func (t *Trace) Text(event int) string { return eventText(t.mm, &t.events[event]) }

// Symbols names addresses and values.
func (t *Trace) Symbols() sim.Symbols { return t.mm }

// PageWords returns the words of struct page, with the names that the run's kernel has for them.
func (t *Trace) PageWords() []mm.PageWord { return t.mm.PageWords() }

// Functions returns the kernel functions an event was done in, innermost first.
func (t *Trace) Functions(event int) []string {
	stack := kernelStack(t.events[event].Stack)
	if t.events[event].Kind == sim.EvBug && len(stack) > 0 {
		return stack[t.ripFrame():]
	}
	return stack
}

// Call returns the text of the call that an event begins, false if it begins none.
func (t *Trace) Call(event int) (text string, ok bool) {
	e := &t.events[event]
	switch {
	case event == t.ended:
		return "clean-up", true
	case isCall(e):
		return e.Note[len(callMark):], true
	}
	return "", false
}

// Calls returns for each event the one that began its call, -1 for none. The clean-up is a call.
func (t *Trace) Calls() []int {
	calls := make([]int, len(t.events))
	current := [sim.MaxCPUs]int{}
	for cpu := range current {
		current[cpu] = -1
	}
	for i := range t.events {
		e := &t.events[i]
		if isCall(e) || i == t.ended {
			current[e.CPU] = i
		}
		calls[i] = current[e.CPU]
	}
	return calls
}

// Threads returns for each event its thread, -1 in the clean-up. That is its CPU. In a program of one CPU the call that
// ended with the bug counts as another, so that it can be told what that call and those before it had to do with each
// other.
func (t *Trace) Threads() []int {
	calls, last, alone := t.Calls(), t.lastCall(), t.busyCPUs() == 1
	threads := make([]int, len(t.events))
	for i := range t.events {
		switch {
		case t.ended >= 0 && i >= t.ended:
			threads[i] = -1
		case alone && last >= 0 && calls[i] == last:
			threads[i] = sim.MaxCPUs
		default:
			threads[i] = t.events[i].CPU
		}
	}
	return threads
}

// lastCall returns the first event of the call that ended with the bug, -1 without a bug.
func (t *Trace) lastCall() int {
	last := -1
	if t.Outcome.Bug == nil {
		return last
	}
	for i := range t.events {
		if e := &t.events[i]; e.CPU == t.Outcome.Bug.CPU && (isCall(e) || i == t.ended) {
			last = i
		}
	}
	return last
}

// busyCPUs counts the CPUs that have calls.
func (t *Trace) busyCPUs() int {
	n := 0
	for _, calls := range t.Program.Calls {
		if len(calls) > 0 {
			n++
		}
	}
	return n
}
