package fuzz

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const wildOps = "isolate_movable_page: mapping is not a movable_operations"

// CheckAddress puts the address in data on mapping, as the func of a slab's rcu_head that waits for its grace period, and
// holds the kernel to this: isolation follows the value if and only if its low bits are 10, it is more than the tag
// alone, and the kernel lets isolation take the page lock with the value in place. It answers with what went otherwise,
// or nil.
//
// First, on every subject, the slab waits and one CPU isolates with nothing else going on, so that only the value
// counts. Then, on one that is picked by data, the rest of data adds calls and a schedule, or one is drawn, and the trace
// says what isolation saw under the lock.
func (e *Exec) CheckAddress(data []byte) error {
	p := e.Program(data)
	address := p.Config.Address("rcu_free_slab")
	seed := hashBytes(data)
	picked := &e.subjects[seed%uint64(len(e.subjects))]
	for i := range e.subjects {
		if err := e.checkQuiet(&e.subjects[i], p.Config); err != nil {
			return fmt.Errorf("address %#x: %w", address, err)
		}
	}
	if e.registered(sim.Addr(address) - 2) {
		return nil
	}
	busy := p.Clone()
	busy.Kernel, busy.Model = picked.Kernel, picked.Model
	for len(busy.Calls) < 2 {
		busy.Calls = append(busy.Calls, nil)
	}
	busy.Calls[0] = slices.Concat(e.waiting, parseCalls("rcu_do_batch"), busy.Calls[0])
	busy.Calls[1] = slices.Concat(e.isolate, busy.Calls[1])
	if len(busy.Choices) == 0 {
		e.random.reset(seed)
		e.runner.record(busy, &e.random)
		busy.Choices = e.runner.recorded()
	}
	e.runs++
	if err := e.checkTraced(busy); err != nil {
		busy.Fit()
		return fmt.Errorf("address %#x: %w\n%s", address, err, busy)
	}
	return nil
}

// checkQuiet makes the slab wait, looks what stands on mapping, and isolates. A kernel that follows the address of the
// report must follow whatever looks movable, and nothing else; any other kernel must follow nothing.
func (e *Exec) checkQuiet(s *Subject, config mm.Config) error {
	var report mm.Config
	report.SetAddress("rcu_free_slab", reportAddress)
	_, reported, err := e.isolateWaiting(s, report)
	if err != nil {
		return err
	}
	v, bug, err := e.isolateWaiting(s, config)
	if err != nil {
		return err
	}
	follows := reported != nil && v&3 == 2 && v != 2
	switch {
	case bug == nil && !follows:
		return nil
	case follows && bug != nil && e.registered(sim.Addr(v)-2):
		return nil // it called the movable_operations of an owner that does not have the page
	case bug == nil:
		return fmt.Errorf("%s under %v: isolation did not follow %#x on mapping", s.Kernel, s.Model, v)
	case !follows || !strings.HasPrefix(bug.Title, wildOps):
		return fmt.Errorf("%s under %v with %#x on mapping: %s", s.Kernel, s.Model, v, bug.Title)
	}
	return e.checkKind(sim.Addr(v)-2, bug)
}

// registered says whether a is the address of movable_operations that an owner registered: the one value with the mark of a
// movable page that is not wild. Their first member is isolate_page.
func (e *Exec) registered(a sim.Addr) bool {
	return a%8 == 0 && strings.HasSuffix(e.runner.mm.AddrName(a), "_mops.isolate_page")
}

// reportAddress is where rcu_free_slab was in the report.
const reportAddress = 0xffffffff811303aa

// isolateWaiting frees a slab of the typesafe cache and, while that waits for its grace period, isolates its page. It
// returns what stood on mapping, and the bug that isolation ended with.
func (e *Exec) isolateWaiting(s *Subject, config mm.Config) (mapping uint64, bug *sim.Bug, err error) {
	a := e.address("p0.mapping", "kmem_cache_alloc c0 s0")
	r := e.runner
	r.boot(s.Kernel)
	r.mm.Boot(config, s.Model, sim.Dull{})
	m := r.mm.Machine()
	run := func(calls []mm.Call) sim.Result {
		return m.Run(1, func(c *sim.CPU) {
			for _, call := range calls {
				r.mm.Call(c, call)
			}
		})
	}
	e.runs++
	if o := run(e.waiting); o.Bug != nil {
		return 0, nil, fmt.Errorf("%s under %v, before isolation: %s", s.Kernel, s.Model, o.Bug.Title)
	}
	mapping = m.Peek(a)
	return mapping, run(e.isolate).Bug, nil
}

// checkKind checks that the oops says what kind of address was followed.
func (e *Exec) checkKind(ops sim.Addr, bug *sim.Bug) error {
	kind := sim.AddrKind(ops)
	if e.runner.mm.Machine().Mapped(ops) {
		kind = "mapped"
	}
	if !strings.Contains(bug.Detail, kind) {
		return fmt.Errorf("the oops does not say that %#x is %s: %s", uint64(ops), kind, bug.Detail)
	}
	return nil
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

// checkTraced holds a run to what its trace says that isolation saw.
func (e *Exec) checkTraced(p *Program) error {
	t := e.runner.Trace(p)
	wild, last := t.wildMapping()
	oops := t.Outcome.Bug
	switch {
	case oops != nil && !strings.HasPrefix(oops.Title, wildOps):
		return fmt.Errorf("another bug: %s", oops.Title)
	case wild == nil && oops == nil:
		return nil
	case wild == nil && expectsExactly(p, oops.Title):
		return nil // a kernel that uses another value than it tested has no rule to be held to
	case wild == nil:
		return fmt.Errorf("isolation oopsed on a value whose low bits are not 10, or without the page lock: %s", oops.Detail)
	case oops == nil:
		return fmt.Errorf("isolation took the page lock with %#x on mapping, and did not oops", wild.Val)
	}
	return e.checkKind(sim.Addr(last.Val)-2, oops)
}

// expectsExactly says whether the table of kernels has that title for p's kernel.
func expectsExactly(p *Program, title string) bool {
	k, err := mm.FindKernel(p.Kernel)
	if err != nil {
		return false
	}
	config := k.FitConfig(p.Config)
	return k.Expect.Of(config.Alloc(), p.Model) == title
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
		word := t.mm.AddrName(e.Addr)
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
