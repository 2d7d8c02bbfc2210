package fuzz

import "github.com/mmfuzz/mmfuzz/mm/sim"

// burst stays on the dull path up to a step drawn beforehand, leaves it there, and for a while switches often: for bugs
// that need a few switches close together, and everything in order before. Late loads and stores come by chance as in
// random.
type burst struct {
	late  random
	odds  uint64 // out of 256: another CPU runs, within the burst
	until int    // Run questions to the start of the burst, and below 0 into it
}

// burstLength is how many Run questions a burst takes.
const burstLength = 40

// reset draws where the burst begins, in a run of about length steps.
func (b *burst) reset(seed uint64, length int) {
	b.late.reset(seed)
	r := &b.late.rng
	b.odds = 128 >> r.intn(4)
	b.until = r.intn(max(length, 1))
}

// Choose answers q.
func (b *burst) Choose(q *sim.Question) int {
	if q.Kind != sim.Run || q.Forced {
		return b.late.Choose(q)
	}
	b.until--
	x := b.late.rng.next()
	if b.until > -1 || b.until < -burstLength || b.until < -1 && x&0xff >= b.odds {
		return 0
	}
	return 1 + int((x>>8)%uint64(q.N-1))
}
