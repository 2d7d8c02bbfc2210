package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// racyFreePages has as methods the functions that 462a8e08e0e6 changed, as they
// were before.
type racyFreePages struct{}

// patchRacyFreePages is v6.0 as it was released. All other kernels here have
// 462a8e08e0e6 (February 2023, v6.2-rc8), which is no part of the story of
// isolation but needs only its get_page_unless_zero to show.
func patchRacyFreePages() *Kernel {
	return &Kernel{
		Name:        "v6.0-racy-free-pages",
		Parent:      "v6.0",
		Changes:     "__free_pages looks for PageHead after it dropped its reference",
		Source:      "before 462a8e08e0e6 (CVE-2023-52739)",
		Expect:      Expect{SLUB: underAll(bugFreeList), SLAB: underAll(bugFreeList)},
		Faces:       inUseAndFree(),
		__freePages: racyFreePages{}.__freePages,
	}
}

// __freePages is __free_pages, mm/page_alloc.c, v6.0.
func (racyFreePages) __freePages(mm *MM, c *sim.CPU, page Page, order uint) {
	if putPageTestzero(c, page) {
		mm.freeThePage(c, page, order)
	} else if !mm.pageHead(c, page) {
		for order > 0 {
			order--
			mm.freeThePage(c, page+sizeofPage<<order, order)
		}
	}
}
