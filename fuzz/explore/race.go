package explore

import "github.com/mmfuzz/mmfuzz/mm/sim"

func isStore(kind sim.EventKind) bool {
	return kind == sim.EvWrite || kind == sim.EvRMW || kind == sim.EvLock
}

func isLoad(kind sim.EventKind) bool {
	return kind == sim.EvRead || kind == sim.EvRMW || kind == sim.EvRMWFail || kind == sim.EvLock
}

// dependent reports whether the order of two steps of different CPUs that are
// no loads or stores matters: which of a grace period and a read-side critical
// section begins first, and which callbacks a batch finds.
func dependent(a, b sim.EventKind) bool {
	return before(a, b) || before(b, a)
}

func before(a, b sim.EventKind) bool {
	switch a {
	case sim.EvRcuLock:
		return b == sim.EvSyncStart || b == sim.EvCallRcu
	case sim.EvCallback:
		return b == sim.EvCallback || b == sim.EvCallRcu || b == sim.EvRcuUnlock
	case sim.EvCallRcu:
		return b == sim.EvCallRcu
	default:
		return false
	}
}

// clock holds, for each CPU, how many of the steps up to and including its last
// one in the causal past (po and what a load read) there are; 0 for none.
type clock [sim.MaxCPUs]int32

func (c *clock) join(o *clock) {
	for k := range c {
		c[k] = max(c[k], o[k])
	}
}

// has reports whether step i of CPU cpu is in the past.
func (c *clock) has(cpu uint8, i int) bool { return c[cpu] > int32(i) }

// findRaces looks at the run that has ended for a load (or another step that
// needs a choice) and a later step that it could have come after, and sees to
// it that this is tried.
func (e *explorer) findRaces() {
	steps := e.m.Steps()
	e.clocks = e.clocks[:0]
	e.others = e.others[:0]
	for v := range e.loads {
		e.loads[v] = e.loads[v][:0]
	}
	var last [sim.MaxCPUs]clock
	for j := range steps {
		s := &steps[j]
		now := last[s.CPU]                              // by po alone
		if isStore(s.Kind) || s.Kind == sim.EvRMWFail { // it might store if it came first
			e.storeRaces(steps, j, &now)
		}
		if s.Src >= 0 {
			now.join(&e.clocks[s.Src])
		}
		if s.Var < 0 && s.Kind != sim.EvFence {
			e.otherRaces(steps, j, &now)
		}
		if isLoad(s.Kind) && e.chosen(j, s) {
			e.loads[s.Var] = append(e.loads[s.Var], j)
		}
		now[s.CPU] = int32(j) + 1
		e.clocks = append(e.clocks, now)
		last[s.CPU] = now
	}
}

// chosen reports whether another CPU could have gone on in place of step i.
func (e *explorer) chosen(i int, s *sim.Step) bool {
	return i < len(e.nodeOf) && e.nodeOf[i] >= 0 && e.path[e.nodeOf[i]].answer == int(s.CPU)
}

// storeRaces looks for loads that were done before the store of step j, which
// has past in its past by po, and could have read it. If j is an RMW, what it
// read does not count: coming first it would have read something else.
func (e *explorer) storeRaces(steps []sim.Step, j int, past *clock) {
	for _, i := range e.loads[steps[j].Var] {
		if t := &steps[i]; t.CPU != steps[j].CPU && !past.has(t.CPU, i) {
			e.race(steps, i, j, past)
		}
	}
}

// otherRaces looks for steps before step j, which is no load or store, whose
// order with it matters, and puts them into its past.
func (e *explorer) otherRaces(steps []sim.Step, j int, past *clock) {
	s := &steps[j]
	for k := len(e.others) - 1; k >= 0; k-- {
		i := e.others[k]
		t := &steps[i]
		if t.CPU == s.CPU || past.has(t.CPU, i) {
			continue
		}
		if dependent(t.Kind, s.Kind) {
			if e.chosen(i, t) {
				e.race(steps, i, j, past)
			}
		} else if t.Kind != sim.EvRcuUnlock || s.Kind != sim.EvSyncEnd || !waitedFor(steps, i, j) {
			continue
		}
		past.join(&e.clocks[i])
	}
	e.others = append(e.others, j)
}

// race makes sure that where step i was chosen, a CPU is tried that leads to
// step j being done before it. past is what is in the past of j by po.
func (e *explorer) race(steps []sim.Step, i, j int, past *clock) {
	n := &e.path[e.nodeOf[i]]
	// Of the steps after i, up to j, in whose past i is not: a CPU whose first
	// of them has no first of another CPU in its past may go first.
	var found, initial uint8
	var first [sim.MaxCPUs]int32
	for k := i + 1; k <= j; k++ {
		cpu := steps[k].CPU
		at := past
		if k < j {
			at = &e.clocks[k]
		}
		if cpu == steps[i].CPU || found>>cpu&1 != 0 || at.has(steps[i].CPU, i) {
			continue
		}
		initial |= 1 << cpu
		for set := found; set != 0; set &= set - 1 {
			if d := lowest(set); at[d] > first[d] {
				initial &^= 1 << cpu
			}
		}
		found |= 1 << cpu
		first[cpu] = int32(k)
	}
	initial &= n.cpus
	if n.todo&initial == 0 {
		n.todo |= initial & -initial
	}
}

// waitedFor reports whether the grace period that ends at step end had to wait for the rcu_read_unlock of step unlock:
// its section was there when the grace period began.
func waitedFor(steps []sim.Step, unlock, end int) bool {
	start := end - 1
	for steps[start].CPU != steps[end].CPU || steps[start].Kind != sim.EvSyncStart {
		start--
	}
	depth := 0
	for k := unlock - 1; k >= 0; k-- {
		switch {
		case steps[k].CPU != steps[unlock].CPU:
		case steps[k].Kind == sim.EvRcuUnlock:
			depth++
		case steps[k].Kind == sim.EvRcuLock && depth == 0:
			return k < start && start < unlock
		case steps[k].Kind == sim.EvRcuLock:
			depth--
		}
	}
	return false
}
