package fuzz

import (
	"os"
	"testing"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: where a bug takes two switches close together at the end of a long run, bursts find it far more often than chance.
func TestBurstFindsSwitchesCloseTogether(t *testing.T) {
	text, err := os.ReadFile("../crashers/skip_slab_v0.txt")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	r := NewRunner()
	defer r.Close()
	const schedules = 6000
	count := func(draw func(seed uint64) sim.Chooser) (found int) {
		for i := range schedules {
			if o := r.RunWith(p, draw(uint64(i))); o.Title() == p.Bug {
				found++
			}
		}
		return found
	}
	var byBurst burst
	bursts := count(func(seed uint64) sim.Chooser {
		byBurst.reset(seed, stepsPerCall*p.NumCalls())
		return &byBurst
	})
	var byChance random
	chance := count(func(seed uint64) sim.Chooser {
		byChance.reset(seed)
		return &byChance
	})
	t.Logf("of %d schedules: %d by bursts, %d by chance", schedules, bursts, chance)
	if bursts < 10 || bursts < 3*chance {
		t.Errorf("bursts found it %d times, chance %d times", bursts, chance)
	}
}
