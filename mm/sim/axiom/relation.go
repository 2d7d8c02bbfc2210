package axiom

import "math/bits"

// relation is a set of pairs of events: row a holds a bit for each b with a -> b.
// Rows are words wide each, one after the other.
type relation []uint64

// algebra makes relations over n events. They live until the next reset, so that judging an execution allocates
// nothing once the pool has grown.
type algebra struct {
	n, words int
	pool     []relation
	used     int
}

func (g *algebra) reset(n int) {
	if words := (n + 63) / 64; n > g.n || words != g.words {
		g.pool = g.pool[:0]
		g.words = words
	}
	g.n = n
	g.used = 0
}

func (g *algebra) none() relation {
	size := g.n * g.words
	if g.used == len(g.pool) {
		g.pool = append(g.pool, make(relation, size))
	}
	if cap(g.pool[g.used]) < size {
		g.pool[g.used] = make(relation, size)
	}
	r := g.pool[g.used][:size]
	g.used++
	clear(r)
	return r
}

func (g *algebra) row(r relation, a int) []uint64 { return r[a*g.words : (a+1)*g.words] }

func (g *algebra) add(r relation, a, b int) { r[a*g.words+b/64] |= 1 << (b % 64) }

func (g *algebra) has(r relation, a, b int) bool { return r[a*g.words+b/64]>>(b%64)&1 != 0 }

func (g *algebra) empty(r relation) bool {
	for _, word := range r {
		if word != 0 {
			return false
		}
	}
	return true
}

// or is r1 | r2 | ...
func (g *algebra) or(rs ...relation) relation {
	u := g.none()
	for _, r := range rs {
		for i, word := range r {
			u[i] |= word
		}
	}
	return u
}

// and is r & s.
func (g *algebra) and(r, s relation) relation {
	u := g.none()
	for i := range u {
		u[i] = r[i] & s[i]
	}
	return u
}

// minus is r \ s.
func (g *algebra) minus(r, s relation) relation {
	u := g.none()
	for i := range u {
		u[i] = r[i] &^ s[i]
	}
	return u
}

// seq is r1 ; r2 ; ...
func (g *algebra) seq(rs ...relation) relation {
	u := rs[0]
	for _, s := range rs[1:] {
		t := g.none()
		for a := 0; a < g.n; a++ {
			to := g.row(t, a)
			for i, word := range g.row(u, a) {
				for ; word != 0; word &= word - 1 {
					b := i*64 + bits.TrailingZeros64(word)
					for k, more := range g.row(s, b) {
						to[k] |= more
					}
				}
			}
		}
		u = t
	}
	return u
}

// inv is r^-1.
func (g *algebra) inv(r relation) relation {
	u := g.none()
	for a := 0; a < g.n; a++ {
		for b := 0; b < g.n; b++ {
			if g.has(r, a, b) {
				g.add(u, b, a)
			}
		}
	}
	return u
}

func (g *algebra) id() relation {
	u := g.none()
	for a := 0; a < g.n; a++ {
		g.add(u, a, a)
	}
	return u
}

// opt is r?.
func (g *algebra) opt(r relation) relation { return g.or(r, g.id()) }

// plus is r+.
func (g *algebra) plus(r relation) relation {
	u := g.or(r)
	for b := 0; b < g.n; b++ {
		via := g.row(u, b)
		for a := 0; a < g.n; a++ {
			if g.has(u, a, b) {
				for k, more := range via {
					u[a*g.words+k] |= more
				}
			}
		}
	}
	return u
}

// star is r*.
func (g *algebra) star(r relation) relation { return g.opt(g.plus(r)) }

func (g *algebra) irreflexive(r relation) bool {
	for a := 0; a < g.n; a++ {
		if g.has(r, a, a) {
			return false
		}
	}
	return true
}

func (g *algebra) acyclic(r relation) bool { return g.irreflexive(g.plus(r)) }
