package fuzz

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const wildOps = "isolate_movable_page: mapping is not a movable_operations"

// CheckAddress puts the address in data on mapping, as rcu_func of a slab that waits for its grace period, and holds
// the kernel to this: isolation follows the value if and only if its low bits are 10, it is more than the tag alone, and
// the kernel lets isolation take the page lock with the value in place. It answers with what went otherwise, or nil.
//
// First the slab waits and one CPU isolates, with nothing else going on, so that only the value counts. Then the rest of
// data adds calls and a schedule, another schedule is drawn, and the traces say what isolation saw under the lock.
func (e *Exec) CheckAddress(data []byte) error {
	p := e.Program(data).Clone()
	address := p.Config.RcuFreeSlab()
	for _, s := range e.subjects {
		quiet := &Program{Kernel: s.Kernel, Model: s.Model, Config: p.Config, Calls: [][]mm.Call{waitingSlab("isolate_movable_page p0")}}
		busy := p.Clone()
		busy.Kernel, busy.Model = s.Kernel, s.Model
		for len(busy.Calls) < 2 {
			busy.Calls = append(busy.Calls, nil)
		}
		busy.Calls[0] = append(waitingSlab("rcu_do_batch"), busy.Calls[0]...)
		busy.Calls[1] = append(parseCalls("isolate_movable_page p0"), busy.Calls[1]...)
		drawn := busy.Clone()
		e.random.reset(hashBytes(data))
		e.runner.record(drawn, &e.random)
		drawn.Choices = e.runner.recorded()
		for _, q := range []*Program{quiet, busy, drawn} {
			e.runs++
			if err := e.checkAddress(q, address); err != nil {
				return fmt.Errorf("address %#x: %w\n%s", address, err, q)
			}
		}
	}
	return nil
}

// waitingSlab allocates and frees a slab of the typesafe cache, which leaves its rcu_head queued, and then makes a call.
func waitingSlab(call string) []mm.Call {
	return parseCalls("kmem_cache_alloc c1 s0", "kmem_cache_free s0", "kmem_cache_shrink c1", call)
}

func parseCalls(lines ...string) []mm.Call {
	calls := make([]mm.Call, len(lines))
	for i, line := range lines {
		call, err := parseCall(mm.Ops(), line)
		if err != nil {
			panic(err)
		}
		calls[i] = call
	}
	return calls
}

func (e *Exec) checkAddress(p *Program, address uint64) error {
	t := e.runner.Trace(p)
	wild, last := t.wildMapping()
	oops := t.Outcome.Bug
	switch {
	case oops != nil && !strings.HasPrefix(oops.Title, wildOps):
		return fmt.Errorf("another bug: %s", oops.Title)
	case wild == nil && oops == nil:
		return nil
	case wild == nil:
		return fmt.Errorf("isolation oopsed on a value whose low bits are not 10, or without the page lock: %s", oops.Detail)
	case oops == nil:
		return fmt.Errorf("isolation took the page lock with %#x on mapping, and did not oops", wild.Val)
	}
	ops := sim.Addr(last.Val) - 2
	kind := sim.AddrKind(ops)
	if e.runner.mm.Machine().Mapped(ops) {
		kind = "mapped"
	}
	if !strings.Contains(oops.Detail, kind) {
		return fmt.Errorf("the oops does not say that the address is %s: %s", kind, oops.Detail)
	}
	return nil
}

// wildMapping returns the first load in which isolation, with the page lock held, saw a movable page whose mapping is
// not a pointer to movable_operations, and the last load of that mapping; nil if there was none. In these programs no
// page is really movable.
func (t *Trace) wildMapping() (wild, last *sim.Event) {
	locked := [sim.MaxCPUs]string{} // the mapping of the page that isolation on each CPU holds the lock of
	for i := range t.events {
		e := &t.events[i]
		if !inIsolation(e) {
			continue
		}
		word := t.names.AddrName(e.Addr)
		page, isFlags := strings.CutSuffix(word, ".flags")
		switch {
		case e.Kind == sim.EvRMW && isFlags && e.Order == sim.Acquire:
			locked[e.CPU] = page + ".mapping"
		case e.Kind == sim.EvRMW && isFlags:
			locked[e.CPU] = ""
		case e.Kind == sim.EvRead && word == locked[e.CPU] && wild == nil && e.Val&3 == 2 && e.Val != 2:
			wild, last = e, e
		case e.Kind == sim.EvRead && word == locked[e.CPU] && wild != nil && wild.CPU == e.CPU:
			last = e
		}
	}
	return wild, last
}

func inIsolation(e *sim.Event) bool {
	for _, name := range e.Stack {
		if name == "isolate_movable_page" {
			return true
		}
	}
	return false
}

// AddressInput returns an input for CheckAddress that has nothing but the address.
func AddressInput(address uint64) []byte {
	return binary.LittleEndian.AppendUint64(make([]byte, headerBytes), address)
}
