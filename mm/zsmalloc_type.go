package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Where in a page of zsmalloc the first object begins stands in page_type. From
// v6.11 on such pages have a type, which leaves the low 24 bits for that
// (43d746dc49bb); before, the offset was all there was.

const firstObjPageTypeMask = 1<<pageTypeShift - 1 // FIRST_OBJ_PAGE_TYPE_MASK

// __setPageZsmalloc is nothing in v6.0.
func (v60) __setPageZsmalloc(*MM, *sim.CPU, Page) {}

// __clearPageZsmalloc is nothing in v6.0.
func (v60) __clearPageZsmalloc(*MM, *sim.CPU, Page) {}

// setFirstObjOffset is set_first_obj_offset, mm/zsmalloc.c, v6.2.
func (v60) setFirstObjOffset(c *sim.CPU, page Page, offset uint32) {
	c.WriteOnce32(page.at(pageType), offset)
}

// getFirstObjOffset is get_first_obj_offset, mm/zsmalloc.c, v6.2.
func (v60) getFirstObjOffset(c *sim.CPU, page Page) uint32 { return c.ReadOnce32(page.at(pageType)) }

// resetFirstObjOffset is page_mapcount_reset, include/linux/mm.h, v6.0.
func (v60) resetFirstObjOffset(c *sim.CPU, page Page) {
	c.WriteOnce32(page.at(pageType), pageTypeNone)
}

// __setPageZsmalloc is __SetPageZsmalloc, include/linux/page-flags.h, v6.12.
func (v610) __setPageZsmalloc(mm *MM, c *sim.CPU, page Page) {
	mm.k.types.set(c, page, mm.k.types.zsmalloc)
}

// __clearPageZsmalloc is __ClearPageZsmalloc, include/linux/page-flags.h, v6.12.
func (v610) __clearPageZsmalloc(mm *MM, c *sim.CPU, page Page) {
	mm.k.types.clear(c, page, mm.k.types.zsmalloc)
}

// setFirstObjOffset is set_first_obj_offset, mm/zsmalloc.c, v6.12.
func (v610) setFirstObjOffset(c *sim.CPU, page Page, offset uint32) {
	a := page.at(pageType)
	c.WriteOnce32(a, c.ReadOnce32(a)&^firstObjPageTypeMask|offset)
}

// getFirstObjOffset is get_first_obj_offset, mm/zsmalloc.c, v6.12.
func (v610) getFirstObjOffset(c *sim.CPU, page Page) uint32 {
	return c.ReadOnce32(page.at(pageType)) & firstObjPageTypeMask
}

// resetFirstObjOffset is reset_first_obj_offset, mm/zsmalloc.c, v6.12.
func (v610) resetFirstObjOffset(c *sim.CPU, page Page) {
	a := page.at(pageType)
	c.WriteOnce32(a, c.ReadOnce32(a)|firstObjPageTypeMask)
}
