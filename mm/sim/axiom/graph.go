package axiom

import (
	"fmt"
	"strings"
)

// Tag says what an event is, in the model's own words. Tags of an RMW's ordering are semantic: a failed RMW has none.
type Tag uint32

const (
	R Tag = 1 << iota
	W
	Init // the write of an initial value

	Acquire
	Release
	Mb       // smp_mb, and both halves of a fully ordered RMW
	Noreturn // the read of an RMW that gives no value
	RMW      // either half of an RMW, also of a failed one

	LKR // the read of a spin lock that is taken
	LKW // and its write
	UL  // an unlock
	LF  // a trylock that failed

	Rmb
	Wmb
	BeforeAtomic
	AfterAtomic
	AfterSpinlock
	AfterUnlockLock
	RcuLock
	RcuUnlock
	SyncRcu
	deref  // an rcu_dereference
	tested // an RMW that failed before it tried: a load on every machine
)

// Event is a read, a write or a fence. Val is what a read saw or a write stored.
type Event struct {
	CPU int // -1 for Init
	Tag Tag
	Loc uint64
	Val uint64
}

// Edge is a pair of indices into Graph.Events.
type Edge struct{ From, To int }

// Graph is one candidate execution. Program order is the order of Events within a CPU.
type Graph struct {
	Events          []Event
	Addr, Data      []Edge
	Ctrl            []Edge
	Rmw             []Edge // read half to write half
	Rf              []Edge // write to read
	Co              []Edge // each write to the next one of its location
	NoLoadBuffering bool   // ask for acyclic(po | rf) too: what a machine without speculation can do
}

// base holds the relations that every model starts from.
type base struct {
	*algebra
	g                                *Graph
	po, loc, ext, int                relation
	rf, co, fr, rfe, rfi, coe, fre   relation
	com, addr, data, ctrl, rmw, poLc relation
}

func (b *base) load(a *algebra, g *Graph) {
	a.reset(len(g.Events))
	*b = base{algebra: a, g: g}
	b.po, b.loc, b.int, b.ext = a.none(), a.none(), a.none(), a.none()
	for i, e := range g.Events {
		for j, f := range g.Events {
			if e.CPU == f.CPU && e.Tag&Init == 0 {
				a.add(b.int, i, j)
				if i < j {
					a.add(b.po, i, j)
				}
			} else if i != j {
				a.add(b.ext, i, j)
			}
			if e.Tag&(R|W) != 0 && f.Tag&(R|W) != 0 && e.Loc == f.Loc {
				a.add(b.loc, i, j)
			}
		}
	}
	b.rf, b.rmw = b.edges(g.Rf), b.edges(g.Rmw)
	b.addr, b.data, b.ctrl = b.edges(g.Addr), b.edges(g.Data), b.edges(g.Ctrl)
	b.co = a.plus(b.edges(g.Co))
	b.fr = a.seq(a.inv(b.rf), b.co)
	b.rfe, b.rfi = a.and(b.rf, b.ext), a.and(b.rf, b.int)
	b.coe, b.fre = a.and(b.co, b.ext), a.and(b.fr, b.ext)
	b.com = a.or(b.rf, b.co, b.fr)
	b.poLc = a.and(b.po, b.loc)
}

func (b *base) edges(es []Edge) relation {
	r := b.none()
	for _, e := range es {
		b.add(r, e.From, e.To)
	}
	return r
}

// on is [set]: the events with any of these tags, each to itself.
func (b *base) on(tags Tag) relation {
	r := b.none()
	for i, e := range b.g.Events {
		if e.Tag&tags != 0 {
			b.add(r, i, i)
		}
	}
	return r
}

// both is [set]: the events with all of these tags and none of those.
func (b *base) both(with, without Tag) relation {
	r := b.none()
	for i, e := range b.g.Events {
		if e.Tag&with == with && e.Tag&without == 0 {
			b.add(r, i, i)
		}
	}
	return r
}

// common are the axioms that all models share. It names the one that fails.
func (b *base) common() string {
	if !b.acyclic(b.or(b.poLc, b.com)) {
		return "coherence"
	}
	if !b.empty(b.and(b.rmw, b.seq(b.fre, b.coe))) {
		return "atomic"
	}
	if b.g.NoLoadBuffering && !b.acyclic(b.or(b.po, b.rf)) {
		return "load buffering"
	}
	return ""
}

// String lists the events and who reads from whom, for messages.
func (g *Graph) String() string {
	var b strings.Builder
	for i, e := range g.Events {
		fmt.Fprintf(&b, "%d: cpu%d %v %#x = %d\n", i, e.CPU, e.Tag, e.Loc, e.Val)
	}
	fmt.Fprintf(&b, "rf %v\nco %v\n", g.Rf, g.Co)
	return b.String()
}

var tagNames = []string{"R", "W", "Init", "Acquire", "Release", "Mb", "Noreturn", "RMW", "LKR", "LKW", "UL", "LF", "Rmb", "Wmb",
	"Before-atomic", "After-atomic", "After-spinlock", "After-unlock-lock", "Rcu-lock", "Rcu-unlock", "Sync-rcu", "deref", "tested"}

func (t Tag) String() string {
	var names []string
	for i, name := range tagNames {
		if t>>i&1 != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}
