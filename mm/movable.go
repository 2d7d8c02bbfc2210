package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// movableOperations is the address of a struct movable_operations.
type movableOperations sim.Addr

// struct movable_operations, include/linux/migrate.h, v6.0: the wild load of
// the reported crash is that of the first member.
const (
	mopsIsolatePage = 0
	mopsMigratePage = 8
	mopsPutbackPage = 16
)

// The owners' operations, in the kernel's constant data. A compiler aligns
// them, so that bit 1 of their address is clear.
const (
	constData    sim.Addr          = 0xffffffff82000000
	zsmallocMops movableOperations = movableOperations(constData)
	balloonMops  movableOperations = movableOperations(constData) + 32

	constDataWords = 8
)

// The owners' functions in kernel text, which no configuration moves.
const (
	textZsPageIsolate uint64 = 0xffffffff81320000 + iota*0x40
	textZsPageMigrate
	textZsPagePutback
	textBalloonPageIsolate
	textBalloonPageMigrate
	textBalloonPagePutback
)

// movableText has their names. Each three are a struct movable_operations.
var movableText = [...]struct {
	address uint64
	name    string
}{
	{textZsPageIsolate, "zs_page_isolate"},
	{textZsPageMigrate, "zs_page_migrate"},
	{textZsPagePutback, "zs_page_putback"},
	{textBalloonPageIsolate, "balloon_page_isolate"},
	{textBalloonPageMigrate, "balloon_page_migrate"},
	{textBalloonPagePutback, "balloon_page_putback"},
}

// bootMovableOperations sets up the constant data.
func (mm *MM) bootMovableOperations() {
	for i := range sim.Addr(3) {
		mm.m.Poke(sim.Addr(zsmallocMops)+8*i, movableText[i].address)
		mm.m.Poke(sim.Addr(balloonMops)+8*i, movableText[3+i].address)
	}
}

// isolatePage is the call mops->isolate_page(page).
func (mm *MM) isolatePage(c *sim.CPU, mops movableOperations, page Page) bool {
	mm.checkMovableOperations(c, "isolate_movable_page", mops, mopsIsolatePage, page)
	fn := c.ReadOnce(sim.Addr(mops) + mopsIsolatePage)
	switch fn {
	case textZsPageIsolate:
		return mm.k.zsPageIsolate(mm, c, page)
	case textBalloonPageIsolate:
		return mm.k.balloonPageIsolate(mm, c, page)
	}
	c.Oops("isolate_movable_page: call of what is no isolate_page", sim.Addr(fn))
	return false
}

// migratePage is the call mops->migrate_page(newpage, page).
func (mm *MM) migratePage(c *sim.CPU, mops movableOperations, newpage, page Page) int {
	mm.checkMovableOperations(c, "move_to_new_page", mops, mopsMigratePage, page)
	fn := c.ReadOnce(sim.Addr(mops) + mopsMigratePage)
	switch fn {
	case textZsPageMigrate:
		return mm.k.zsPageMigrate(mm, c, newpage, page)
	case textBalloonPageMigrate:
		return mm.balloonPageMigrate(c, newpage, page)
	}
	c.Oops("move_to_new_page: call of what is no migrate_page", sim.Addr(fn))
	return 0
}

// putbackPage is the call mops->putback_page(page).
func (mm *MM) putbackPage(c *sim.CPU, mops movableOperations, page Page) {
	mm.checkMovableOperations(c, "putback_movable_page", mops, mopsPutbackPage, page)
	fn := c.ReadOnce(sim.Addr(mops) + mopsPutbackPage)
	switch fn {
	case textZsPagePutback:
		mm.k.zsPagePutback(mm, c, page)
	case textBalloonPagePutback:
		mm.balloonPagePutback(c, page)
	default:
		c.Oops("putback_movable_page: call of what is no putback_page", sim.Addr(fn))
	}
}
