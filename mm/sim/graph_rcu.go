package sim

// A program that gives its dependencies leaves it open which of a grace period
// and a read-side critical section begins first. LKMM's axiom is then kept as
// it stands: there is no cycle of grace periods and sections, each with a link
// to the next, that has at least as many grace periods as sections. There is a
// link if something that comes after the beginning of the one is before the end
// of the other (rcu-link). So an execution has one run, not one for each order
// of the beginnings, and none is left out.

// rcuNode is a grace period or an outermost section.
type rcuNode struct {
	cpu    int
	weight int // 1 for a grace period, -1 for a section
	open   bool
	after  int32 // events of the CPU from here on come after its beginning
	begin  int   // its beginning and end among those of all nodes
	end    int
	gpSets // what is before its end, and what has propagated there
}

// lateRCU reports whether the order is left open.
func (m *Machine) lateRCU() bool { return m.explicit && m.asking && m.engine == onGraph }

func (g *graph) newNode(c *CPU, weight int) *rcuNode {
	g.rcuTime++
	g.rcu = append(g.rcu, rcuNode{cpu: c.id, weight: weight, open: true, after: g.n, begin: g.rcuTime})
	return &g.rcu[len(g.rcu)-1]
}

func (g *graph) openSection(c *CPU) { g.newNode(c, -1) }

func (g *graph) closeSection(c *CPU) {
	k := len(g.rcu) - 1
	for g.rcu[k].cpu != c.id || !g.rcu[k].open {
		k--
	}
	g.endNode(&g.rcu[k])
}

func (g *graph) gracePeriod(c *CPU) {
	g.smpMb(&g.cpus[c.id])
	g.endNode(g.newNode(c, 1))
}

// endNode notes what is before the end of n by (hb | pb)*;prop;po.
func (g *graph) endNode(n *rcuNode) {
	u := &g.cpus[n.cpu]
	n.open = false
	if n.end = n.begin; n.weight < 0 {
		g.rcuTime++
		n.end = g.rcuTime
	}
	n.before.assign(&u.before[allEvents], g.full)
	if g.m.model == LKMM {
		n.stores.assign(&u.prop[toAll], g.full)
		g.addPropagated(&n.stores, &n.before)
	}
}

// overtakenRCU is the part of overtaken that is about the ends of nodes.
func (g *graph) overtakenRCU(e int32, later, after *set) {
	for k := range g.rcu {
		if n := &g.rcu[k]; n.before.intersects(after, g.words) || n.stores.intersects(later, g.words) {
			g.addEvent(&n.before, e)
		}
	}
}

// rcuLink reports whether a has a link to b.
func (g *graph) rcuLink(a, b *rcuNode) bool {
	if b.open {
		return false
	}
	if a.cpu == b.cpu && a.begin < b.end {
		return true // po
	}
	after := g.eventsFrom(&g.cpus[a.cpu].own, a.after)
	return after.intersects(&b.before, g.words)
}

// rcuForbidden reports whether there is such a cycle: it looks for the heaviest
// path from each node to each.
func (g *graph) rcuForbidden() bool {
	const none = -1 << 20
	n := len(g.rcu)
	d := g.rcuPaths[:0]
	for a := range g.rcu {
		for b := range g.rcu {
			if g.rcuLink(&g.rcu[a], &g.rcu[b]) {
				d = append(d, g.rcu[a].weight)
			} else {
				d = append(d, none)
			}
		}
	}
	g.rcuPaths = d
	for k := 0; k < n; k++ {
		for a := 0; a < n; a++ {
			for b := 0; b < n; b++ {
				d[a*n+b] = max(d[a*n+b], d[a*n+k]+d[k*n+b])
			}
			if d[a*n+a] >= 0 {
				return true
			}
		}
	}
	return false
}
