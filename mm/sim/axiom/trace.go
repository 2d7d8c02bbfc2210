package axiom

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// FromTrace turns the recorded run of a machine into an execution, with the dependencies that the machine takes for
// granted. variable gives the start of the variable that an address lies in.
func FromTrace(events []sim.Event, variable func(sim.Addr) sim.Addr) (*Graph, error) {
	t := tracer{variable: variable, graph: &Graph{NoLoadBuffering: true},
		initial: map[sim.Addr]int{}, stores: map[int]int{}, callRcu: map[sim.Addr]int{}, batch: batches(events)}
	for i := range events {
		if e := &events[i]; e.Kind <= sim.EvRMWFail {
			t.init(variable(e.Addr), e)
		}
	}
	for i := range events {
		if head, ok := t.batch[i]; ok {
			t.endOfGracePeriod(events[i].CPU, head)
		}
		if err := t.add(&events[i]); err != nil {
			return nil, err
		}
	}
	t.graph.assumeDependencies()
	return t.graph, nil
}

type tracer struct {
	variable func(sim.Addr) sim.Addr
	graph    *Graph
	initial  map[sim.Addr]int // the initial write of each variable
	stores   map[int]int      // the write that a trace event made
	callRcu  map[sim.Addr]int // the write that stands for the last call_rcu of an rcu_head
	batch    map[int]sim.Addr // the rcu_head that rcu_do_batch takes from this trace event on
}

// hidden marks the variables that the kernel does not see.
const hidden = 1 << 62

// batches finds where rcu_do_batch begins with each callback: at its load of rcu_head.func.
func batches(events []sim.Event) map[int]sim.Addr {
	const rcuHeadFunc = 8
	found := map[int]sim.Addr{}
	for i := range events {
		if events[i].Kind != sim.EvCallback {
			continue
		}
		for k := i - 1; k >= 0; k-- {
			if e := &events[k]; e.CPU == events[i].CPU && e.Kind == sim.EvRead && e.Addr == events[i].Addr+rcuHeadFunc {
				found[k] = events[i].Addr
				break
			}
		}
	}
	return found
}

// endOfGracePeriod is where a callback is taken: as if its CPU had got word of call_rcu and then waited for readers.
func (t *tracer) endOfGracePeriod(cpu int, head sim.Addr) {
	w := t.callRcu[head]
	r := t.push(Event{CPU: cpu, Tag: R | Acquire, Loc: t.graph.Events[w].Loc})
	t.graph.Rf = append(t.graph.Rf, Edge{w, r})
	t.push(Event{CPU: cpu, Tag: SyncRcu})
}

func (t *tracer) push(e Event) int {
	t.graph.Events = append(t.graph.Events, e)
	return len(t.graph.Events) - 1
}

func (t *tracer) init(a sim.Addr, e *sim.Event) {
	if _, ok := t.initial[a]; !ok {
		t.initial[a] = t.push(Event{CPU: -1, Tag: W | Init, Loc: uint64(a)})
	}
}

// store finds the write that the trace event seq made; -1 is the initial one.
func (t *tracer) store(seq int, a sim.Addr) (int, error) {
	if seq < 0 {
		return t.initial[a], nil
	}
	i, ok := t.stores[seq]
	if !ok {
		return 0, fmt.Errorf("event %d is no store", seq)
	}
	return i, nil
}

func (t *tracer) read(e *sim.Event, tag Tag, val uint64) (int, error) {
	a := t.variable(e.Addr)
	i := t.push(Event{CPU: e.CPU, Tag: R | tag, Loc: uint64(a), Val: val})
	w, err := t.store(e.Src, a)
	t.graph.Rf = append(t.graph.Rf, Edge{w, i})
	return i, err
}

// write adds a write that comes right after the store that e.Co names. An event's Co is what was right before it when
// it was made; later stores may have come in between.
func (t *tracer) write(e *sim.Event, tag Tag) (int, error) {
	a := t.variable(e.Addr)
	i := t.push(Event{CPU: e.CPU, Tag: W | tag, Loc: uint64(a), Val: e.Val})
	t.stores[e.Seq] = i
	before, err := t.store(e.Co, a)
	if err != nil {
		return i, err
	}
	for k, c := range t.graph.Co {
		if c.From == before {
			t.graph.Co[k].From = i
		}
	}
	t.graph.Co = append(t.graph.Co, Edge{before, i})
	return i, nil
}

func (t *tracer) add(e *sim.Event) error {
	switch e.Kind {
	case sim.EvRead:
		_, err := t.read(e, readTag(e.Order), e.Val)
		return err
	case sim.EvWrite:
		_, err := t.write(e, writeTag(e.Order))
		return err
	case sim.EvRMWFail:
		tag := RMW | tested // the trace does not say what failed: assume the weakest
		if e.Order.String() == "lock" {
			tag = LF
		}
		_, err := t.read(e, tag, e.Old)
		return err
	case sim.EvRMW:
		tag := RMW
		if e.Order.String() == "lock" {
			tag = 0
		}
		r, err := t.read(e, tag|readTag(e.Order), e.Old)
		if err != nil {
			return err
		}
		w, err := t.write(e, tag|writeTag(e.Order))
		t.graph.Rmw = append(t.graph.Rmw, Edge{r, w})
		return err
	case sim.EvFence:
		t.push(Event{CPU: e.CPU, Tag: fenceTag(e.Fence)})
	case sim.EvRcuLock:
		t.push(Event{CPU: e.CPU, Tag: RcuLock})
	case sim.EvRcuUnlock:
		t.push(Event{CPU: e.CPU, Tag: RcuUnlock})
	case sim.EvSyncEnd:
		t.push(Event{CPU: e.CPU, Tag: SyncRcu})
	case sim.EvCallRcu:
		t.callRcu[e.Addr] = t.push(Event{CPU: e.CPU, Tag: W | Release, Loc: hidden | uint64(e.Seq)})
	case sim.EvSyncStart, sim.EvWait, sim.EvCallback, sim.EvNote, sim.EvBug:
	default:
		return fmt.Errorf("event %d of kind %d has no place in an execution", e.Seq, e.Kind)
	}
	return nil
}

// readTag is what o makes of the read of a load or of a successful RMW.
func readTag(o sim.Order) Tag {
	switch o.String() {
	case "acquire":
		return Acquire
	case "mb":
		return Mb
	case "noreturn":
		return Noreturn
	case "dereference":
		return deref
	case "lock":
		return LKR
	}
	return 0
}

// writeTag is what o makes of a store, or of the write of a successful RMW.
func writeTag(o sim.Order) Tag {
	switch o.String() {
	case "release":
		return Release
	case "mb":
		return Mb
	case "lock":
		return LKW
	case "unlock":
		return UL
	}
	return 0
}

func fenceTag(f sim.Fence) Tag {
	switch f.String() {
	case "smp_mb":
		return Mb
	case "smp_rmb":
		return Rmb
	case "smp_wmb":
		return Wmb
	case "smp_mb__before_atomic":
		return BeforeAtomic
	case "smp_mb__after_atomic":
		return AfterAtomic
	case "smp_mb__after_spinlock":
		return AfterSpinlock
	case "smp_mb__after_unlock_lock":
		return AfterUnlockLock
	default:
		panic("axiom: unknown barrier " + f.String())
	}
}
