package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Users of pages. A slot holds one counted reference and passes by xchg. The
// low bits of its word say how to free a block that is not compound, which has
// one user, who knows its order.
const (
	slotBlock      = 1
	slotOrderShift = 1
)

func pageSlot(i uint8) sim.Addr { return pageSlots + 8*sim.Addr(i%NrPageSlots) }

func slotPage(word uint64) Page { return Page(word &^ (sizeofPage - 1)) }

// putSlotPage puts the reference that was in a slot.
func (mm *MM) putSlotPage(c *sim.CPU, word uint64) {
	switch {
	case word == 0:
	case word&slotBlock != 0:
		mm.k.__freePages(mm, c, slotPage(word), uint(word&(sizeofPage-1))>>slotOrderShift)
	default:
		mm.k.putPage(mm, c, slotPage(word))
	}
}

func mmfuzzAllocPages(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	order := uint(a[0]) % uint(ArgOrder.Count())
	if page := mm.allocPages(c, order, gfpComp); page != 0 {
		mm.putSlotPage(c, c.Xchg(pageSlot(a[1]), uint64(page)))
	}
}

func mmfuzzGetFreePages(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	order := uint(a[0]) % uint(ArgOrder.Count())
	if page := mm.allocPages(c, order, 0); page != 0 {
		word := uint64(page) | uint64(order)<<slotOrderShift | slotBlock
		mm.putSlotPage(c, c.Xchg(pageSlot(a[1]), word))
	}
}

func mmfuzzPutPage(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	mm.putSlotPage(c, takeSlot(c, pageSlot(a[0])))
}

func mmfuzzGetPage(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	word := takeSlot(c, pageSlot(a[0]))
	if word == 0 {
		return
	}
	if word&slotBlock == 0 {
		mm.k.getPage(mm, c, slotPage(word))
		mm.putSlotPage(c, c.Xchg(pageSlot(a[1]), word))
	}
	mm.putSlotPage(c, c.Xchg(pageSlot(a[0]), word))
}

// mmfuzzLockPage is a user of the page that holds its lock for a while. It may
// set and clear PG_referenced at any time, if it does so atomically.
func mmfuzzLockPage(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	word := takeSlot(c, pageSlot(a[0]))
	if word == 0 {
		return
	}
	page := slotPage(word)
	mm.lockPage(c, page)
	c.SetBit(mm.k.flags.referenced, page.at(pageFlags))
	c.ClearBit(mm.k.flags.referenced, page.at(pageFlags))
	mm.unlockPage(c, page)
	mm.putSlotPage(c, c.Xchg(pageSlot(a[0]), word))
}

// setPagePrivate is SetPagePrivate, include/linux/page-flags.h, v6.0: atomic.
func (mm *MM) setPagePrivate(c *sim.CPU, page Page) { c.SetBit(mm.k.flags.private, page.at(pageFlags)) }

// clearPagePrivate is ClearPagePrivate, the same file: atomic.
func (mm *MM) clearPagePrivate(c *sim.CPU, page Page) {
	c.ClearBit(mm.k.flags.private, page.at(pageFlags))
}
