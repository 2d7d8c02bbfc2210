package fuzz

import (
	"slices"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// finder finds the events of a run that matter.
type finder struct {
	t       *Trace
	calls   []int  // see Calls
	threads []int  // see Threads
	held    []held // for each event the spin locks that its CPU holds
	matters []bool
}

// held is a set of spin locks.
type held []sim.Addr

// Matters says of each event whether it has to do with what the CPUs had to do with each other: a load that read another
// CPU's store, a store that another CPU read, missed or stored over, what was late, the RCU calls, and the barriers and
// spin locks around them. What both did under the same spin lock does not. The last access before a bug does, with the
// store that it read.
func (t *Trace) Matters() []bool {
	f := &finder{t: t, calls: t.Calls(), threads: t.Threads(), held: t.heldLocks(), matters: make([]bool, len(t.events))}
	for i := range t.events {
		f.event(i)
	}
	f.beforeBug()
	f.partial()
	f.barriers()
	f.locks()
	return f.matters
}

func (f *finder) event(i int) {
	e := &f.t.events[i]
	switch e.Kind {
	case sim.EvNote, sim.EvBug, sim.EvWait, sim.EvRcuLock, sim.EvRcuUnlock, sim.EvSyncStart, sim.EvSyncEnd, sim.EvCallRcu, sim.EvCallback:
		f.matters[i] = true
		return
	}
	v := f.t.Variable(i)
	if v == nil || IsLocking(e) {
		return
	}
	if isLoad(e) {
		f.pair(i, e.Src)
		f.pair(i, v.next(e.Src))
	}
	if isStore(e) {
		f.pair(i, v.next(i))
	}
	if e.Late > 0 {
		f.matters[i] = true
		f.missed(i, v)
	}
}

// pair makes both matter if they are of different threads and no lock is around both.
func (f *finder) pair(i, k int) {
	if k < 0 || f.threads[i] == f.threads[k] || f.threads[i] < 0 || f.threads[k] < 0 {
		return
	}
	for _, lock := range f.held[i] {
		if slices.Contains(f.held[k], lock) {
			return
		}
	}
	f.matters[i], f.matters[k] = true, true
}

// missed makes the newest store before event i matter.
func (f *finder) missed(i int, v *Variable) {
	for k := len(v.Stores) - 1; k >= 0; k-- {
		if v.Stores[k].Event < i {
			f.matters[v.Stores[k].Event] = true
			return
		}
	}
}

// beforeBug makes the last access of the CPU that had the bug matter.
func (f *finder) beforeBug() {
	bug := f.t.Outcome.Bug
	if bug == nil || f.t.ended >= 0 {
		return
	}
	for i := len(f.t.events) - 1; i >= 0; i-- {
		e := &f.t.events[i]
		if e.CPU != bug.CPU || !isAccess(e) {
			continue
		}
		f.matters[i] = true
		if isLoad(e) && e.Src >= 0 {
			f.matters[e.Src] = true
		}
		return
	}
}

// partial makes matter what a store that matters left half of.
func (f *finder) partial() {
	for i := len(f.t.events) - 1; i >= 0; i-- {
		e := &f.t.events[i]
		if f.matters[i] && isStore(e) && e.Size < f.t.Variable(i).Size && e.Co >= 0 {
			f.matters[e.Co] = true
		}
	}
}

// locks makes those matter in which something else does, and those that are held at the end.
func (f *finder) locks() {
	taken := map[sim.Addr]int{}
	for i := range f.t.events {
		e := &f.t.events[i]
		switch {
		case !IsLocking(e):
		case isStore(e) && e.Kind == sim.EvRMW:
			taken[e.Addr] = i
		case e.Kind == sim.EvWrite:
			lock, ok := taken[e.Addr]
			delete(taken, e.Addr)
			for k := lock + 1; ok && k < i; k++ {
				if f.matters[k] && f.t.events[k].CPU == e.CPU && isAccess(&f.t.events[k]) {
					f.matters[lock], f.matters[i] = true, true
				}
			}
		}
	}
	for _, lock := range taken {
		f.matters[lock] = true
	}
}

// barriers makes those matter that stand in a call in which something else does.
func (f *finder) barriers() {
	busy := map[int]bool{}
	for i := range f.t.events {
		if f.matters[i] && isAccess(&f.t.events[i]) {
			busy[f.calls[i]] = true
		}
	}
	for i := range f.t.events {
		if f.t.events[i].Kind == sim.EvFence {
			f.matters[i] = busy[f.calls[i]]
		}
	}
}

// heldLocks returns for each event the spin locks that its CPU holds.
func (t *Trace) heldLocks() []held {
	all := make([]held, len(t.events))
	var now [sim.MaxCPUs]held
	for i := range t.events {
		e := &t.events[i]
		if IsLocking(e) && e.Kind == sim.EvRMW {
			now[e.CPU] = append(slices.Clone(now[e.CPU]), e.Addr)
		}
		all[i] = now[e.CPU]
		if IsLocking(e) && e.Kind == sim.EvWrite {
			now[e.CPU] = slices.DeleteFunc(slices.Clone(now[e.CPU]), func(a sim.Addr) bool { return a == e.Addr })
		}
	}
	return all
}
