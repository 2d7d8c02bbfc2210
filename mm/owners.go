package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Memory of the owners of movable pages and of those who isolate such pages.
const (
	ownersBase sim.Addr = 0xffff888003000000

	poolBase    = ownersBase
	balloonBase = poolBase + sizeofPool
	perCPUBase  = balloonBase + sizeofBalloon
	shadowBase  = perCPUBase + sim.MaxCPUs*sizeofPerCPU
	ownersEnd   = shadowBase + 8*NrPages
)

// What a CPU has: its stack's compact_control and list heads, then the free
// lists of zsmalloc's own caches.
const (
	stackCcOffset = 0
	stackRetPages = 16 // migrate_pages: struct list_head
	stackPages    = 32 // struct list_head
	handleCache   = perCPUCache(48)
	zspageCache   = handleCache + sizeofPerCPUCache + perCPUObjects*8
	sizeofPerCPU  = sim.Addr(zspageCache) + sizeofPerCPUCache + perCPUObjects*sizeofZspage
)

func perCPU(id int) sim.Addr { return perCPUBase + sim.Addr(id)*sizeofPerCPU }

// onStack is a list head on this CPU's stack.
func onStack(c *sim.CPU, offset sim.Addr) listHead { return listHead(perCPU(c.ID()) + offset) }

// stackCc is the compact_control on this CPU's stack.
func stackCc(c *sim.CPU) compactControl { return cpuCc(c.ID()) }

func cpuCc(id int) compactControl { return compactControl(perCPU(id) + stackCcOffset) }

// perCPUCache stands for the slab caches of zsmalloc, which are no part of what
// is tested: an allocator in which no CPU meets another. What a CPU frees, that
// CPU allocates again. Offset in a CPU's memory of: first free object, number
// of objects ever used, objects.
type perCPUCache sim.Addr

const (
	sizeofPerCPUCache = 16
	perCPUObjects     = 8
)

func (k perCPUCache) objectSize() sim.Addr {
	if k == handleCache {
		return 8
	}
	return sizeofZspage
}

// perCPUAlloc returns 0 if the CPU has used up its objects and freed none.
func perCPUAlloc(c *sim.CPU, k perCPUCache) sim.Addr {
	free := perCPU(c.ID()) + sim.Addr(k)
	used := free + 8
	if object := sim.Addr(c.ReadOnce(free)); object != 0 {
		c.WriteOnce(free, c.ReadOnce(object))
		return object
	}
	n := c.ReadOnce(used)
	if n == perCPUObjects {
		return 0
	}
	c.WriteOnce(used, n+1)
	return free + sizeofPerCPUCache + sim.Addr(n)*k.objectSize()
}

func perCPUFree(c *sim.CPU, k perCPUCache, object sim.Addr) {
	free := perCPU(c.ID()) + sim.Addr(k)
	c.WriteOnce(object, c.ReadOnce(free))
	c.WriteOnce(free, uint64(object))
}

func (mm *MM) mapOwners() {
	mm.m.Map(ownersBase, int(ownersEnd-ownersBase)/8)
	mm.m.Map(constData, constDataWords)
	mm.m.Map(fenceBase, int(fencesEnd-fenceBase)/8)
}

// bootOwners sets up an empty pool, an empty balloon, and no page isolated.
func (mm *MM) bootOwners() {
	mm.bootMovableOperations()
	for fullness := range uint64(zsFull + 1) {
		mm.pokeListHead(fullnessList(fullness))
	}
	mm.pokeListHead(vbDevInfo.pages())
	for i := range sim.MaxCPUs {
		mm.pokeListHead(cpuCc(i).migratepages())
	}
}

func (mm *MM) pokeListHead(list listHead) {
	mm.m.Poke(list.next(), uint64(list))
	mm.m.Poke(list.prev(), uint64(list))
}

// finishOwners puts back all that is isolated, whichever CPU isolated it, and
// then frees what owners and users have. No other CPU runs, so that Peek may
// tell what there is to do.
func (mm *MM) finishOwners(c *sim.CPU) {
	for i := range sim.MaxCPUs {
		if list := cpuCc(i).migratepages(); mm.m.Peek(list.next()) != uint64(list) {
			mm.putbackMovablePages(c, list)
		}
	}
	for i := range uint8(NrHandleSlots) {
		if slot := handleSlot(i); mm.m.Peek(slot) != 0 {
			mm.freeSlotHandle(c, takeSlot(c, slot))
		}
	}
	mm.asyncFreeZspage(c)
	for mm.m.Peek(vbNumPages) != 0 && mm.leakBalloon(c) {
	}
	for i := range uint8(NrPageSlots) {
		if slot := pageSlot(i); mm.m.Peek(slot) != 0 {
			mm.putSlotPage(c, takeSlot(c, slot))
		}
	}
	for i := range uint8(NrObjectSlots) {
		if slot := objectSlot(i); mm.m.Peek(slot) != 0 {
			mm.mmfuzzFreeSlotObject(c, takeSlot(c, slot))
		}
	}
}
