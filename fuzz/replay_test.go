package fuzz

import (
	"testing"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// A CPU that blocks where one other can run is asked about by some machines and not by others: a choice that is made when it
// blocks again at the same step has the same key on all.
func TestBlockingWithOneCPULeftDoesNotCount(t *testing.T) {
	var b blockCount
	q := sim.Question{Kind: sim.Run, CPU: 0, Step: 5, Forced: true}
	for i, test := range []struct {
		others uint8
		want   int
	}{{0b10, 0}, {0b110, 0}, {0b100, 0}, {0b110, 1}} {
		q.Others = test.others
		if got := b.count(&q); got != test.want {
			t.Errorf("question %d: again %d, want %d", i, got, test.want)
		}
	}
}
