package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Oracle 2: the owner's functions are called for pages that the owner has, not
// for one that it has cleared or that is another's. Who has a page changes
// under the page lock, and so does what is called; the order of the lock's
// sections is the order in which they run here. What the oracle knows is in
// memory that no kernel code reads, by Peek and Poke, which are no steps.

const (
	bugOwnerCleared = "movable_operations called for a page that its owner has cleared"
	bugOtherOwner   = "movable_operations called for a page of another owner"
)

// setOwner notes that the page belongs to the owner with mops, or to none.
func (mm *MM) setOwner(page Page, mops movableOperations) {
	mm.m.Poke(ownerOf(page), uint64(mops))
}

// checkOwner is the oracle.
func (mm *MM) checkOwner(c *sim.CPU, page Page, mops movableOperations) {
	switch movableOperations(mm.m.Peek(ownerOf(page))) {
	case mops:
	case 0:
		c.Bug(bugOwnerCleared, mm.AddrName(sim.Addr(page)))
	default:
		c.Bug(bugOtherOwner, mm.AddrName(sim.Addr(page)))
	}
}

func ownerOf(page Page) sim.Addr { return shadowBase + 8*sim.Addr(page.index()) }
