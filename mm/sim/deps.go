package sim

// Loads is a set of loads of one CPU, to say what an access depends on.
type Loads struct{ events set }

// Union returns the loads of l and of others.
func (l Loads) Union(others Loads) Loads {
	l.events.union(&others.events, windowWords)
	return l
}

// SetDependencies says, from the next Reset on, whether accesses depend on the
// loads that Depend gives and on no others. A machine without that takes every
// store to depend on every load before it on its CPU.
//
// It is for programs that know, such as litmus tests, have fewer loads and
// stores than the window of the lkmm model and, on an exhaustive machine, no
// call_rcu.
func (m *Machine) SetDependencies(explicit bool) { m.explicit = explicit }

// LastLoad returns the CPU's last load, for Depend. Under the lkmm model only.
func (c *CPU) LastLoad() (l Loads) {
	if c.m.engine == onGraph && c.lastLoad >= 0 {
		l.events.add(c.m.graph.slot(c.lastLoad))
	}
	return l
}

// Depend says what the CPU's next load or store depends on: its address, the
// data that it stores, and whether it is done at all.
func (c *CPU) Depend(addr, data, ctrl Loads) {
	c.addr, c.data, c.ctrl = addr.events, data.events, ctrl.events
}

// addDepends adds the events of loads, with what comes before them.
func (g *graph) addDepends(loads, before *set) {
	loads.each(g.words, func(slot int) { g.addEvent(before, g.eventAt(slot)) })
}
