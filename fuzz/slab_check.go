package fuzz

import (
	"fmt"
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// CheckSlab runs the calls that data stands for one after the other, each on its CPU, and compares the slots with what
// an allocator must do: an allocation gives an object that nobody has, a free takes the slot's object back, nothing else
// touches a slot, and memory does not run out before it is used up. It answers with the first difference, or nil.
func (e *Exec) CheckSlab(data []byte) error {
	p := e.Program(data)
	for _, s := range e.subjects {
		p.Kernel, p.Model = s.Kernel, s.Model
		e.runs++
		if err := e.checkSlab(p); err != nil {
			p.Fit()
			return fmt.Errorf("%s under %v: %w\n%s", p.Kernel, p.Model, err, p)
		}
	}
	return nil
}

func (e *Exec) checkSlab(p *Program) error {
	r := e.runner
	slots := e.slotAddresses()
	r.boot(p.Kernel)
	r.mm.Boot(p.Config, p.Model, sim.Dull{})
	m := r.mm.Machine()
	var model slabModel
	for i, more := 0, true; more; i++ {
		more = false
		for cpu, calls := range p.Calls {
			if i >= len(calls) {
				continue
			}
			more = true
			result := m.Run(cpu+1, func(c *sim.CPU) {
				if c.ID() == cpu {
					r.mm.Call(c, calls[i])
				}
			})
			if result.OutOfSteps {
				return nil
			}
			if result.Bug != nil {
				return fmt.Errorf("cpu%d, call %d: %s", cpu, i+1, result.Bug.Title)
			}
			for s := range model.slots {
				model.now[s] = m.Peek(slots[s])
			}
			if err := model.after(calls[i], p.Config); err != nil {
				return fmt.Errorf("cpu%d, call %d, %s: %w", cpu, i+1, callText(mm.Ops(), calls[i]), err)
			}
		}
	}
	if bug := r.mm.Finish().Bug; bug != nil {
		return fmt.Errorf("at the end: %s", bug.Title)
	}
	return nil
}

// slabModel is what the slots must hold: an object, with the number of its cache in the low bits, which an object's
// alignment leaves clear. An allocation that fails leaves the slot alone.
type slabModel struct {
	slots  [mm.NrObjectSlots]uint64 // before the call
	now    [mm.NrObjectSlots]uint64 // after it
	allocs int
}

// after checks what a call did to the slots.
func (s *slabModel) after(call mm.Call, config mm.Config) error {
	changed := -1
	switch mm.Ops()[call.Op].Name {
	case "kmem_cache_alloc":
		changed = int(call.Args[1])
		s.allocs++
		if s.now[changed] == s.slots[changed] {
			if s.allocs<<slabOrder(config) <= mm.NrPages {
				return fmt.Errorf("no memory, after %d allocations in all", s.allocs)
			}
			break
		}
		if cache := s.now[changed] & 7; cache != uint64(call.Args[0]) {
			return fmt.Errorf("s%d holds %#x, which is not an object of c%d", changed, s.now[changed], call.Args[0])
		}
		for i, other := range s.now {
			if i != changed && other&^7 == s.now[changed]&^7 {
				return fmt.Errorf("s%d was given the object that s%d has", changed, i)
			}
		}
	case "kmem_cache_free":
		changed = int(call.Args[0])
		if s.now[changed] != 0 {
			return fmt.Errorf("s%d still holds an object", changed)
		}
	}
	for i := range s.slots {
		if i != changed && s.slots[i] != s.now[i] {
			return fmt.Errorf("s%d changed", i)
		}
	}
	s.slots = s.now
	return nil
}

// slabOrder returns the order of a slab.
func slabOrder(config mm.Config) int {
	keys := mm.ConfigKeys()
	i := slices.IndexFunc(keys, func(k mm.ConfigKey) bool { return k.Name == "order" })
	return int(config.Chosen(i)) // its values are 0, 1, 2
}

// slotAddresses finds the words in which programs keep objects.
func (e *Exec) slotAddresses() (slots [mm.NrObjectSlots]sim.Addr) {
	for i := range slots {
		name := fmt.Sprintf("s%d", i)
		slots[i] = e.address(name, "kmem_cache_free "+name)
	}
	return slots
}

// address finds the word of that name, which the call uses.
func (e *Exec) address(name, call string) sim.Addr {
	if a, ok := e.addresses[name]; ok {
		return a
	}
	p := &Program{Kernel: e.subjects[0].Kernel, Calls: [][]mm.Call{parseCalls(call)}}
	for _, event := range e.runner.Trace(p).events {
		if isAccess(&event) && e.runner.mm.AddrName(event.Addr) == name {
			e.addresses[name] = event.Addr
			return event.Addr
		}
	}
	panic("fuzz: no word is named " + name)
}
