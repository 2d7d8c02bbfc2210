package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// /proc/kpageflags, which says of any page what it is. Nobody holds the page.

// The bits of /proc/kpageflags that depend on mapping, and that of slabs, from
// include/uapi/linux/kernel-page-flags.h.
const (
	kpfSlab = 7
	kpfAnon = 12
	kpfKsm  = 21
)

// folioMapping is the mapping of the page's folio, with the tag.
func folioMapping(c *sim.CPU, page Page) uint64 {
	return c.ReadOnce(compoundHead(c, page).at(pageMapping))
}

// pageAnon is PageAnon, include/linux/page-flags.h, v6.0.
func pageAnon(c *sim.CPU, page Page) bool {
	return folioMapping(c, page)&pageMappingAnon != 0
}

// pageKsm is PageKsm, include/linux/page-flags.h, v6.0.
func pageKsm(c *sim.CPU, page Page) bool {
	return folioMapping(c, page)&pageMappingFlags == pageMappingKsm
}

// stablePageFlags is stable_page_flags, fs/proc/page.c, v6.0, as far as mapping
// and slabs go. That a page is a slab keeps it from being called mapped, but
// not from being called anonymous.
func (mm *MM) stablePageFlags(c *sim.CPU, page Page) uint64 {
	u := uint64(0)
	if pageAnon(c, page) {
		u |= 1 << kpfAnon
	}
	if pageKsm(c, page) {
		u |= 1 << kpfKsm
	}
	// The flag of a tail page is its head's.
	if mm.pageSlab(c, page) {
		u |= 1 << kpfSlab
	}
	return u
}
