package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: the balloon has its pages on its list, movable and marked offline, and
// gives back all it took.
func TestBalloon(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Nil(t, mm.run(t, "fill_balloon; fill_balloon"))
	require.Equal(t, []int{1, 0}, mm.list(vbDevInfo.pages()))
	require.Equal(t, uint64(2), mm.m.Peek(vbNumPages))
	for i := range 2 {
		require.Equal(t, uint64(balloonMops)|pageMappingMovable, mm.word(nthPage(i), pageMapping))
		require.Equal(t, mm.k.types.offline, mm.m.Peek32(nthPage(i).at(pageType)))
	}
	require.Nil(t, mm.run(t, "leak_balloon; leak_balloon; leak_balloon"))
	require.Equal(t, NrPages, mm.freePages())
	require.Nil(t, mm.Finish().Bug)
}

// Goal: an isolated page is on its isolator's list and not on the balloon's.
// The balloon leaves it alone; putback and migration give it back.
func TestBalloonPageIsolated(t *testing.T) {
	for _, tt := range []struct {
		giveBack string
		page     int // in the balloon afterwards
	}{
		{"putback_movable_pages", 0},
		{"migrate_pages", 1},
	} {
		t.Run(tt.giveBack, func(t *testing.T) {
			mm := newKernel(t, "v6.0")
			require.Nil(t, mm.run(t, "fill_balloon; isolate_movable_page p0"))
			require.Empty(t, mm.list(vbDevInfo.pages()))
			require.Equal(t, []int{0}, mm.isolated(0))
			require.Equal(t, uint64(1), mm.m.Peek(vbDevInfo.isolatedPages()))

			require.Nil(t, mm.run(t, "leak_balloon"), "it has no page that it could give")
			require.Equal(t, uint64(1), mm.m.Peek(vbNumPages))

			require.Nil(t, mm.run(t, tt.giveBack))
			require.Equal(t, []int{tt.page}, mm.list(vbDevInfo.pages()))
			require.Equal(t, uint64(0), mm.m.Peek(vbDevInfo.isolatedPages()))
			require.Equal(t, NrPages-1, mm.freePages())
			require.Nil(t, mm.Finish().Bug)
		})
	}
}

// Goal: migration does not wait for balloon_lock. It tries again, then leaves
// the page isolated.
func TestBalloonMigrationGivesWay(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Nil(t, mm.run(t, "fill_balloon; isolate_movable_page p0"))
	require.Nil(t, mm.on(func(c *sim.CPU) { c.SpinLock(vbBalloonLock) }))
	require.Nil(t, mm.run(t, "migrate_pages"))
	require.Equal(t, []int{0}, mm.isolated(0))
	require.True(t, mm.isFlag(nthPage(0), mm.k.flags.isolated))
	require.Equal(t, 2, mm.refcount(nthPage(0)))
	require.Equal(t, NrPages-1, mm.freePages())

	require.Nil(t, mm.on(func(c *sim.CPU) { c.SpinUnlock(vbBalloonLock) }))
	require.Nil(t, mm.run(t, "migrate_pages"))
	require.Equal(t, []int{1}, mm.list(vbDevInfo.pages()))
	require.Nil(t, mm.Finish().Bug)
}

// Goal: the balloon notices a page that was lost, and who locks a page that it
// has just allocated.
func TestBalloonBugs(t *testing.T) {
	mm := newKernel(t, "v6.0")
	require.Nil(t, mm.run(t, "fill_balloon"))
	mm.m.Poke(vbNumPages, 2)
	require.Equal(t, "balloon_page_dequeue: pages of the balloon are lost", title(mm.run(t, "leak_balloon; leak_balloon")))

	mm = newKernel(t, "v6.0")
	require.Nil(t, mm.on(func(c *sim.CPU) { mm.lockPage(c, mm.allocPages(c, 0, 0)) }))
	bug := mm.on(func(c *sim.CPU) { mm.balloonPageEnqueue(c, nthPage(0)) })
	require.Equal(t, "balloon_page_enqueue_one: somebody has locked a page just allocated", title(bug))
}
