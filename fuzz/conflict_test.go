package fuzz

import (
	"os"
	"testing"
)

// Goal: where a bug takes a few switches at the right steps, schedules that switch at conflicts find it far more often than
// chance.
func TestConflictFindsTheFewSwitchesOfABug(t *testing.T) {
	for _, name := range []string{"skip_slab_v0", "lost_page_lock", "slab_pagemovable_not_slab"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile("../crashers/" + name + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			p, err := Parse(string(text))
			if err != nil {
				t.Fatal(err)
			}
			p.Choices = nil
			e := NewExec(nil, nil)
			defer e.Close()
			const schedules = 6000
			byConflict := 0
			e.conflict.learns = true
			e.runSchedule(p, 0, 0)
			e.conflict.learn()
			for seed := range uint64(schedules) {
				e.conflict.reset(seed)
				if o := e.runner.RunWith(p, &e.conflict); o.Title() == p.Bug {
					byConflict++
				}
				e.conflict.learn()
			}
			byChance := 0
			for seed := range uint64(schedules) {
				e.random.reset(seed)
				if o := e.runner.RunWith(p, &e.random); o.Title() == p.Bug {
					byChance++
				}
			}
			t.Logf("of %d schedules: %d at conflicts, %d by chance", schedules, byConflict, byChance)
			if byConflict < 10 || byConflict < 5*byChance {
				t.Errorf("at conflicts %d times, by chance %d times", byConflict, byChance)
			}
		})
	}
}
