package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: a page that is freed with the tag of a movable page on mapping is a
// free page like any other, whoever drops the last reference. The owner clears
// the operations and leaves the tag; free_pages_prepare clears that. An owner
// that leaves the operations gets away with it only if nobody isolates.
func TestPageFreedWithTheTag(t *testing.T) {
	letGo := func(mm *MM, c *sim.CPU) { mm.leakBalloon(c) }
	// What an owner must not do: the page is still movable when it is put.
	forget := func(mm *MM, c *sim.CPU) {
		page := lruPage(listHead(c.ReadOnce(vbDevInfo.pages().next())))
		mm.listDel(c, pageLru(page))
		mm.__clearPageOffline(c, page)
		c.WriteOnce(page.at(pagePrivate), 0)
		c.WriteOnce(vbNumPages, c.ReadOnce(vbNumPages)-1)
		mm.setOwner(page, 0)
		mm.k.putPage(mm, c, page)
	}
	for _, test := range []struct {
		name     string
		letGo    func(mm *MM, c *sim.CPU)
		isolator int // steps of isolation that are done first, -1 for none at all
		freedBy  int
		want     string
	}{
		{"no isolator", letGo, -1, 0, ""},
		{"the isolator comes too late", letGo, 0, 0, ""},
		{"the isolator has its reference", letGo, 1, 1, ""},
		{"the isolator has seen the operations", letGo, 2, 1, ""},
		{"operations left, no isolator", forget, -1, 0, ""},
		{"operations left, the isolator comes too late", forget, 0, 0, ""},
		{"operations left, the isolator has its reference", forget, 1, 0, bugOwnerCleared},
	} {
		for _, kernel := range []string{"v6.0", "next-20220927"} {
			t.Run(test.name+"/"+kernel, func(t *testing.T) {
				mm := bootConfig(t, findKernel(t, kernel), "", &stepsFirst{cpu: 1, steps: test.isolator})
				require.Nil(t, mm.run(t, "fill_balloon"))
				bug := mm.m.Run(2, func(c *sim.CPU) {
					if c.ID() == 0 {
						test.letGo(mm, c)
					} else if test.isolator >= 0 {
						mm.k.isolateMovablePage(mm, c, nthPage(0))
					}
				}).Bug
				require.Equal(t, test.want, title(bug))
				if bug != nil {
					return
				}
				require.Zero(t, mm.word(nthPage(0), pageMapping))
				require.Contains(t, mm.list(pcpOf(test.freedBy).list()), 0)
				require.Nil(t, mm.Finish().Bug)
				require.Equal(t, NrPages, mm.freePages())
			})
		}
	}
}

// stepsFirst runs a CPU for so many steps before any other.
type stepsFirst struct{ cpu, steps int }

func (s *stepsFirst) Choose(q *sim.Question) int {
	if q.Kind != sim.Run || q.Forced {
		return 0
	}
	first := s.steps > 0
	if q.CPU == s.cpu {
		s.steps--
	}
	for answer := range q.N() {
		if (q.Target(answer) == s.cpu) == first {
			return answer
		}
	}
	return 0
}

// Goal: it is free_pages_prepare that clears the tag: a page that gets past it
// with the tag is a bad page when it is allocated again.
func TestTagLeftOnAFreePage(t *testing.T) {
	mm := newKernel(t, "v6.2")
	mm.m.Poke(nthPage(0).at(pageMapping), pageMappingMovable)
	require.Equal(t, bugBadMapping, title(mm.run(t, "alloc_pages o0 q0")))
}
