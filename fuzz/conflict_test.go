package fuzz

import (
	"os"
	"testing"

	"github.com/mmfuzz/mmfuzz/mm/sim"
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

// everywhere is asked at every step, whatever the chooser that it passes questions on to wants.
type everywhere struct{ to sim.Chooser }

func (e *everywhere) Choose(q *sim.Question) int {
	answer := e.to.Choose(q)
	q.AskAt(nil)
	return answer
}

// Goal: not to be asked at steps where nothing can follow changes no schedule.
func TestConflictIsAskedWhereItMatters(t *testing.T) {
	e := NewExec(Shapes()[0], nil)
	defer e.Close()
	schedules := map[uint64]bool{}
	for seed := range uint64(300) {
		r := rng(seed)
		p := e.Program(randomBytes(&r, 100))
		p.Kernel, p.Model = "v6.2", sim.Models()[seed%3]
		e.conflict.forget()
		for i := range 12 {
			e.conflict.learns = i < 2
			want := e.runner.RunWith(p, &everywhere{e.chooser(p, seed, i)})
			e.conflict.learn()
			if i < 2 {
				continue
			}
			if got := e.runner.RunWith(p, e.chooser(p, seed, i)); got.Hash != want.Hash {
				t.Fatalf("schedule %d of seed %d:\n%v", i, seed, p)
			}
			schedules[want.Hash] = true
		}
	}
	if len(schedules) < 700 {
		t.Errorf("only %d different schedules", len(schedules))
	}
}
