package fuzz

import "math/bits"

// rng is splitmix64: small, fast, and the same everywhere for ever, so that a seed in a report stays good.
type rng uint64

func (r *rng) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	return mix64(uint64(*r))
}

// mix64 is splitmix64's output function: it spreads every bit of z over the whole word.
func mix64(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// intn returns a number from 0 to n-1.
func (r *rng) intn(n int) int {
	hi, _ := bits.Mul64(r.next(), uint64(n))
	return int(hi)
}

// oneIn is true once in n times, on average.
func (r *rng) oneIn(n int) bool { return r.intn(n) == 0 }

// hashBytes is FNV-1a with a last mix.
func hashBytes(data []byte) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, b := range data {
		h = (h ^ uint64(b)) * 0x100000001b3
	}
	return mix64(h)
}
