package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Isolation and migration, and the owners of movable pages. What a CPU isolates
// goes on its own list, and only from there it is put back or migrated.

// mmfuzzIsolateMovablePage does what soft_offline_in_use_page and
// do_migrate_range do with a page that is on no LRU list.
func mmfuzzIsolateMovablePage(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	page := nthPage(int(a[0] % NrPages))
	if mm.k.isolateMovablePage(mm, c, page) {
		listAdd(c, pageLru(page), stackCc(c).migratepages())
	}
}

func mmfuzzIsolateMigratepagesBlock(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	first, last := pageRange(a)
	mm.isolateMigratepagesBlock(c, first, last+1, false)
}

func mmfuzzIsolateMigratepagesRange(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	first, last := pageRange(a)
	mm.isolateMigratepagesBlock(c, first, last+1, true)
}

// pageRange is the pages from the first argument to the second, in whichever
// order they are given.
func pageRange(a [MaxArgs]uint8) (first, last int) {
	first, last = int(a[0]%NrPages), int(a[1]%NrPages)
	return min(first, last), max(first, last)
}

func mmfuzzPutbackMovablePages(mm *MM, c *sim.CPU, _ [MaxArgs]uint8) {
	mm.putbackMovablePages(c, stackCc(c).migratepages())
}

func mmfuzzMigratePages(mm *MM, c *sim.CPU, _ [MaxArgs]uint8) {
	mm.migratePages(c, stackCc(c).migratepages())
}

func handleSlot(i uint8) sim.Addr { return handleSlots + 8*sim.Addr(i%NrHandleSlots) }

// freeSlotHandle frees what was in a slot.
func (mm *MM) freeSlotHandle(c *sim.CPU, handle uint64) {
	if handle != 0 {
		mm.zsFree(c, handle)
	}
}

func mmfuzzZsMalloc(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	if handle := mm.zsMalloc(c); handle != 0 {
		mm.freeSlotHandle(c, c.Xchg(handleSlot(a[0]), handle))
	}
}

func mmfuzzZsFree(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	mm.freeSlotHandle(c, takeSlot(c, handleSlot(a[0])))
}

func mmfuzzZsMapObject(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	handle := takeSlot(c, handleSlot(a[0]))
	if handle == 0 {
		return
	}
	zsMapObject(c, handle)
	mm.freeSlotHandle(c, c.Xchg(handleSlot(a[0]), handle))
}

func mmfuzzAsyncFreeZspage(mm *MM, c *sim.CPU, _ [MaxArgs]uint8) { mm.asyncFreeZspage(c) }

func mmfuzzFillBalloon(mm *MM, c *sim.CPU, _ [MaxArgs]uint8) { mm.fillBalloon(c) }

func mmfuzzLeakBalloon(mm *MM, c *sim.CPU, _ [MaxArgs]uint8) { mm.leakBalloon(c) }
