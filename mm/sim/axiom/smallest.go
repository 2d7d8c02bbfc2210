package axiom

import (
	"slices"
	"strings"
)

// Smallest removes from p what is not needed for wrong to hold.
func Smallest(p *Program, wrong func(*Program) bool) *Program {
	for {
		smaller := false
		for t := range p.Threads {
			for i := range p.Threads[t] {
				if q := without(p, t, i); wrong(q) {
					p, smaller = q, true
					break
				}
			}
			if smaller {
				break
			}
		}
		if !smaller {
			return p
		}
	}
}

// without is p less one step, and less the step that closes what it opens.
func without(p *Program, thread, step int) *Program {
	q := &Program{Init: p.Init}
	for t, steps := range p.Threads {
		if t == thread {
			gone := map[int]bool{step: true}
			if pair := pairOf(steps, step); pair >= 0 {
				gone[pair] = true
			}
			var kept Thread
			for i, s := range steps {
				if !gone[i] {
					kept = append(kept, s)
				}
			}
			steps = kept
		}
		if len(steps) > 0 {
			q.Threads = append(q.Threads, slices.Clone(steps))
		}
	}
	return q
}

// pairOf finds the unlock that belongs to a lock, and the other way round.
func pairOf(steps Thread, i int) int {
	find := func(want string, step int) int {
		for k := i + step; k >= 0 && k < len(steps); k += step {
			if steps[k].String() == want {
				return k
			}
		}
		return -1
	}
	text := steps[i].String()
	switch {
	case text == "rcu_read_lock()":
		return find("rcu_read_unlock()", 1)
	case text == "rcu_read_unlock()":
		return find("rcu_read_lock()", -1)
	case strings.HasPrefix(text, "spin_lock("):
		return find(strings.Replace(text, "lock", "unlock", 1), 1)
	case strings.HasPrefix(text, "spin_unlock("):
		return find(strings.Replace(text, "unlock", "lock", 1), -1)
	}
	return -1
}
