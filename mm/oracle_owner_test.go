package mm

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// unlockedOps is a kernel broken on purpose: it takes the operations from
// mapping before it has the page lock, and does not look again.
type unlockedOps struct{}

func (unlockedOps) isolateMovablePage(mm *MM, c *sim.CPU, page Page) bool {
	if !getPageUnlessZero(c, page) {
		return false
	}
	mops := pageMovableOps(c, page)
	if mops != zsmallocMops && mops != balloonMops {
		mm.k.putPage(mm, c, page)
		return false
	}
	mm.lockPage(c, page)
	isolated := mm.isolatePage(c, mops, page)
	if isolated {
		mm.setPageIsolated(c, page)
	}
	mm.unlockPage(c, page)
	if !isolated {
		mm.k.putPage(mm, c, page)
	}
	return isolated
}

// unreferencedOps is one that holds no reference besides, and so gives back at
// once what it has isolated.
type unreferencedOps struct{}

func (unreferencedOps) isolateMovablePage(mm *MM, c *sim.CPU, page Page) bool {
	mops := pageMovableOps(c, page)
	if mops != zsmallocMops && mops != balloonMops {
		return false
	}
	mm.lockPage(c, page)
	if mm.isolatePage(c, mops, page) {
		mm.putbackPage(c, mops, page)
	}
	mm.unlockPage(c, page)
	return false
}

// titles runs the program on v6.0, with isolate in place of
// isolate_movable_page if not nil, under many random schedules, and returns the
// titles of all bugs.
func titles(t *testing.T, isolate func(*MM, *sim.CPU, Page) bool, p ...string) []string {
	k, err := FindKernel("v6.0")
	require.NoError(t, err)
	if isolate != nil {
		k.isolateMovablePage = isolate
	}
	mm := New(k)
	defer mm.Machine().Close()
	calls := program(p).parse(t)
	found := []string{}
	for seed := range 5000 {
		r := splitmix(seed)
		mm.Boot(Config{}, sim.SC, &randomChooser{r: &r, rate: 4 << r.intn(4)})
		bug := runCalls(mm, calls)
		if bug == nil {
			bug = mm.Finish().Bug
		}
		if bug != nil && !slices.Contains(found, bug.Title) {
			found = append(found, bug.Title)
		}
	}
	return found
}

// Goal: oracle 2 fires where an owner's function is called for a page that the
// owner has cleared, or that another owner has by now, and not for the same
// programs on a kernel that looks under the lock.
func TestOwnerOracle(t *testing.T) {
	const (
		freed   = "zs_malloc z0; zs_free z0"
		reused  = "zs_malloc z0; zs_free z0; fill_balloon"
		isolate = "isolate_movable_page p1" // of two pages freed, the first to be reused
	)
	require.Equal(t, []string{bugOwnerCleared}, titles(t, unlockedOps{}.isolateMovablePage, freed, isolate))
	require.Subset(t, titles(t, unreferencedOps{}.isolateMovablePage, reused, isolate), []string{bugOwnerCleared, bugOtherOwner})
	require.Empty(t, titles(t, nil, freed, isolate))
	require.Empty(t, titles(t, nil, reused, isolate))
}
