package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// I/O from kernel memory, which may be a slab object: its page is got and put as
// that of a user would be.

// __iovIterGetPagesAlloc is __iov_iter_get_pages_alloc, lib/iov_iter.c, v6.0, for
// one page.
func (v60) __iovIterGetPagesAlloc(mm *MM, c *sim.CPU, page Page) { mm.k.getPage(mm, c, page) }

// __iovIterGetPagesAlloc is __iov_iter_get_pages_alloc, lib/iov_iter.c, v6.14
// (b9c0e49abfca). Whoever has the object keeps the slab.
func (v614) __iovIterGetPagesAlloc(mm *MM, c *sim.CPU, page Page) {
	folio := pageFolio(c, page)
	if !mm.k.folioTestSlab(mm, c, folio) {
		mm.folioGet(c, folio)
	}
}

// mmfuzzIovIterGetPages is I/O from the slot's object, which this CPU holds until
// it is done.
func mmfuzzIovIterGetPages(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	word := takeSlot(c, objectSlot(a[0]))
	if word == 0 {
		return
	}
	page := virtToPage(sim.Addr(word &^ slotCacheMask))
	mm.k.__iovIterGetPagesAlloc(mm, c, page)
	mm.k.putPage(mm, c, page)
	mm.mmfuzzFreeSlotObject(c, c.Xchg(objectSlot(a[0]), word))
}
