package fuzz

import (
	"slices"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Variable is what the accesses of a run are to: a word of memory, or half of one if no access is to the whole.
type Variable struct {
	Addr    sim.Addr
	Size    uint8 // bytes, 4 or 8
	Initial uint64
	Stores  []Store // in coherence order
}

// Store is a store to a variable.
type Store struct {
	Event int
	Value uint64 // of the whole variable, when it is done
}

// Variable returns what the event accesses, nil if it is no access.
func (t *Trace) Variable(event int) *Variable {
	e := &t.events[event]
	if !isAccess(e) {
		return nil
	}
	if v := t.variables[e.Addr&^7]; v != nil && v.Size == 8 {
		return v
	}
	return t.variables[e.Addr]
}

// link finds the variables of the run and the order of the stores to each. The machine is in the state in which the run
// began.
func (t *Trace) link() {
	t.variables = map[sim.Addr]*Variable{}
	for i := range t.events {
		if e := &t.events[i]; isAccess(e) && e.Size == 8 {
			t.variables[e.Addr] = &Variable{Addr: e.Addr, Size: 8, Initial: t.mm.Machine().Peek(e.Addr)}
		}
	}
	for i := range t.events {
		e := &t.events[i]
		if isAccess(e) && t.Variable(i) == nil {
			t.variables[e.Addr] = &Variable{Addr: e.Addr, Size: 4, Initial: uint64(t.mm.Machine().Peek32(e.Addr))}
		}
		if isStore(e) {
			t.Variable(i).insert(i, e.Co)
		}
	}
	for _, v := range t.variables {
		value := v.Initial
		for k := range v.Stores {
			s := &v.Stores[k]
			value = v.merge(value, &t.events[s.Event])
			s.Value = value
		}
	}
}

// insert puts a store behind the one that it follows in coherence order, -1 for the initial value.
func (v *Variable) insert(event, follows int) {
	v.Stores = slices.Insert(v.Stores, v.find(follows)+1, Store{Event: event})
}

// find returns the place of a store, -1 for the initial value.
func (v *Variable) find(event int) int {
	return slices.IndexFunc(v.Stores, func(s Store) bool { return s.Event == event })
}

// merge returns what is there after the store e to value.
func (v *Variable) merge(value uint64, e *sim.Event) uint64 {
	if e.Size == v.Size {
		return e.Val
	}
	shift := (e.Addr - v.Addr) * 8
	return value&^(0xffffffff<<shift) | e.Val<<shift
}

// After returns the variable's value once a store is done, -1 for the initial value.
func (v *Variable) After(event int) uint64 {
	if k := v.find(event); k >= 0 {
		return v.Stores[k].Value
	}
	return v.Initial
}

// next returns the store that follows a store, or the initial value for -1, in coherence order; -1 if there is none.
func (v *Variable) next(event int) int {
	if k := v.find(event) + 1; k < len(v.Stores) {
		return v.Stores[k].Event
	}
	return -1
}

func isStore(e *sim.Event) bool { return e.Kind == sim.EvWrite || e.Kind == sim.EvRMW }

func isLoad(e *sim.Event) bool {
	return e.Kind == sim.EvRead || e.Kind == sim.EvRMW || e.Kind == sim.EvRMWFail
}

// IsLocking says whether e takes or releases a spin lock, or fails to take it.
func IsLocking(e *sim.Event) bool {
	order := e.Order.String()
	return isAccess(e) && (order == "lock" || order == "unlock")
}

func isAccess(e *sim.Event) bool { return isStore(e) || isLoad(e) || e.Kind == sim.EvWait }

// Value returns the newest value of a word of that size before the event.
func (t *Trace) Value(a sim.Addr, size uint8, event int) uint64 {
	shift := 0
	v := t.variables[a]
	switch {
	case v == nil && t.variables[a&^7] != nil && t.variables[a&^7].Size == 8:
		v, shift = t.variables[a&^7], int(a&7)*8
	case v == nil && size == 4:
		return uint64(t.mm.Machine().Peek32(a))
	case v == nil:
		low, high := t.Value(a, 4, event), t.Value(a+4, 4, event)
		return high<<32 | low
	}
	value := v.Initial
	for _, s := range v.Stores {
		if s.Event < event {
			value = v.merge(value, &t.events[s.Event])
		}
	}
	if value >>= shift; size == 4 {
		value &= 0xffffffff
	} else if v.Size == 4 {
		value |= t.Value(a+4, 4, event) << 32
	}
	return value
}
