package sim

import "math/bits"

// windowWords is the size of a set of events, in 64-bit words.
const windowWords = 8

// window is how many events the graph has at most, on an exhaustive machine.
// fuzzWindow is how many it has otherwise: half as many take half the time.
const (
	window     = windowWords * 64
	fuzzWindow = window / 2
)

// set is a set of events of the window.
type set [windowWords]uint64

func (s *set) add(e int)      { s[e>>6&(windowWords-1)] |= 1 << (e & 63) }
func (s *set) remove(e int)   { s[e>>6&(windowWords-1)] &^= 1 << (e & 63) }
func (s *set) has(e int) bool { return s[e>>6&(windowWords-1)]>>(e&63)&1 != 0 }

// The operations that follow look at the first n words, those that the events of
// a run have reached. Most often that is up to four, and a loop over so few costs
// more than what it does, so they do four in any case: the others are zero.

// assign is *s = *t. Word by word: a copy by wider moves would wait for the
// narrower stores before it.
func (s *set) assign(t *set, n int) {
	s[0], s[1], s[2], s[3] = t[0], t[1], t[2], t[3]
	for k := 4; k < n && k < windowWords; k++ {
		s[k] = t[k]
	}
}

func (s *set) union(t *set, n int) {
	s[0], s[1], s[2], s[3] = s[0]|t[0], s[1]|t[1], s[2]|t[2], s[3]|t[3]
	for k := 4; k < n && k < windowWords; k++ {
		s[k] |= t[k]
	}
}

// unionInto adds s to each of a and b.
func (s *set) unionInto(a, b *set, n int) {
	a.union(s, n)
	b.union(s, n)
}

func (s *set) intersects(t *set, n int) bool {
	if s[0]&t[0]|s[1]&t[1]|s[2]&t[2]|s[3]&t[3] != 0 {
		return true
	}
	for k := 4; k < n && k < windowWords; k++ {
		if s[k]&t[k] != 0 {
			return true
		}
	}
	return false
}

// minus returns s less t.
func (s *set) minus(t *set, n int) (d set) {
	d[0], d[1], d[2], d[3] = s[0]&^t[0], s[1]&^t[1], s[2]&^t[2], s[3]&^t[3]
	for k := 4; k < n && k < windowWords; k++ {
		d[k] = s[k] &^ t[k]
	}
	return d
}

// each calls do for every event of s, in ascending order. do may not change s.
func (s *set) each(n int, do func(e int)) {
	for k := 0; k < n && k < windowWords; k++ {
		for w := s[k]; w != 0; w &= w - 1 {
			do(k<<6 + bits.TrailingZeros64(w))
		}
	}
}

// clearWords removes what is in n words from the first on.
func (s *set) clearWords(first, n int) {
	for k := first; k < first+n && k < windowWords; k++ {
		s[k] = 0
	}
}
