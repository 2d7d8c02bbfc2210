package sim_test

import (
	"testing"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// every switches to another CPU each so many questions.
type every struct{ n, k int }

func (e *every) Choose(q *sim.Question) int {
	if e.k++; e.k%e.n != 0 || q.Kind != sim.Run {
		return 0
	}
	return q.N() - 1
}

// BenchmarkAccess measures one simulated access: two CPUs that take a lock,
// read and write eight words, and test a flag, with a switch of CPU every 16
// accesses. ns/op is per run of some 100 accesses.
func BenchmarkAccess(b *testing.B) {
	const lock, flag, data = 0x1000, 0x1008, 0x1010
	body := func(c *sim.CPU) {
		for range 3 {
			c.SpinLock(lock)
			for a := sim.Addr(data); a < data+64; a += 8 {
				c.WriteOnce(a, c.ReadOnce(a)+1)
			}
			c.SpinUnlock(lock)
			c.SetBit(1, flag)
			c.SmpRmb()
			c.TestBit(1, flag)
		}
	}
	for _, model := range sim.Models() {
		b.Run(model.String(), func(b *testing.B) {
			m := sim.New(nil)
			defer m.Close()
			m.Map(0x1000, 16)
			steps := 0
			b.ReportAllocs()
			for b.Loop() {
				m.Reset(model, &every{n: 16})
				steps += m.Run(2, body).Steps
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/access")
		})
	}
}
