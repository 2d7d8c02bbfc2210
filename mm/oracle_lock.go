package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Oracle 4: the page lock and the slab mark, which share the flags word with
// updates that are not atomic.
const (
	bugUnlockUnlocked = "folio_unlock: page is not locked"
	bugLockNoPage     = "folio_trylock: not a page"
	bugLockedTwice    = "folio_trylock: page is locked by another CPU"
	bugLockLost       = "page lock lost to a non-atomic update of flags"
	bugSlabLost       = "slab mark lost to a non-atomic update of flags"
)

// StrayLock returns the titles of what comes of a page lock that was taken on a
// page whose user does not expect it. On a kernel whose isolation takes pages
// for movable that are none, these are faces of that bug.
func StrayLock() []string {
	return []string{bugUnlockUnlocked, bugLockedTwice, bugLockLost, bugSlabLost, bugBadLocked}
}

// checkTrylock notes that c has taken the lock.
func (mm *MM) checkTrylock(c *sim.CPU, folio Page) {
	if !folio.isPage() {
		c.Oops(bugLockNoPage, sim.Addr(folio))
	}
	p := mm.shadow.page(folio)
	if p.locker != 0 {
		c.Bug(bugLockedTwice, "")
	}
	p.locker = uint8(c.ID()) + 1
}

// noteUnlock notes that the lock has been released.
func (mm *MM) noteUnlock(folio Page) { mm.shadow.page(folio).locker = 0 }

// checkFlagsLost is called after each non-atomic update of flags.
func (mm *MM) checkFlagsLost(c *sim.CPU, page Page) {
	p := mm.shadow.page(page)
	flags := mm.m.Peek(page.at(pageFlags))
	if p.locker != 0 && flags>>mm.k.flags.locked&1 == 0 {
		c.Bug(bugLockLost, "")
	}
	if p.slab && mm.k.flags.slab != noPageFlag && flags>>mm.k.flags.slab&1 == 0 {
		c.Bug(bugSlabLost, "")
	}
}
