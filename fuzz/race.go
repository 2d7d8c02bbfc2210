package fuzz

import (
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Race is the pair of accesses that a bug comes from: the last one before it, which met what another call had stored, and
// that store. It is the zero Race when the last access met no such thing, or the bug showed in the clean-up.
type Race struct {
	Word   string // the field, such as mapping, or object or slot for what has none
	Storer string // the kernel function that stored
	User   string // the one that read that, or stored over it
}

func (r Race) String() string {
	if r == (Race{}) {
		return "no race"
	}
	return r.Storer + " and " + r.User + " on " + r.Word
}

// Race returns the race of the bug that the run ended with.
func (t *Trace) Race() Race { return raceOf(t.events, t.Outcome.Bug, t.ended, t.mm) }

// race is Race of p under its own choices.
func (r *Runner) race(p *Program) Race {
	r.boot(p.Kernel)
	m := r.mm.Machine()
	m.SetTrace(true)
	defer m.SetTrace(false)
	o := r.Run(p)
	return raceOf(m.Events(), o.Bug, r.ended, r.mm)
}

func raceOf(events []sim.Event, bug *sim.Bug, ended int, names sim.Symbols) Race {
	if bug == nil || ended >= 0 {
		return Race{}
	}
	last := len(events) - 1
	for last >= 0 && (events[last].CPU != bug.CPU || !isAccess(&events[last])) {
		last--
	}
	if last < 0 {
		return Race{}
	}
	e := &events[last]
	met := e.Src
	if e.Kind == sim.EvWrite {
		met = e.Co
	}
	if met < 0 || events[met].CPU == e.CPU && met > callOf(events, last) {
		return Race{}
	}
	return Race{Word: field(names.AddrName(e.Addr)), Storer: innermost(&events[met]), User: innermost(e)}
}

// callOf returns where the call of an event begins.
func callOf(events []sim.Event, i int) int {
	cpu := events[i].CPU
	for i > 0 && (events[i].CPU != cpu || !isCall(&events[i])) {
		i--
	}
	return i
}

// field is the name of a word without the page, cache or slot that it is in: a bug is the same in each of them.
func field(word string) string {
	word = word[strings.LastIndexByte(word, '.')+1:]
	if owner, offset, ok := strings.Cut(word, "+"); ok && (unnumbered(owner) == "p" || unnumbered(owner) == "c") {
		return "+" + offset
	}
	array, _, _ := strings.Cut(word, "[")
	switch name := unnumbered(array); name {
	case "p":
		return "object"
	case "s", "q", "z":
		return "slot"
	case "handle":
		return name
	}
	return array
}

func unnumbered(name string) string { return strings.TrimRight(name, "0123456789") }

func innermost(e *sim.Event) string {
	if stack := kernelStack(e.Stack); len(stack) > 0 {
		return stack[0]
	}
	return ""
}
