package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// hwPoisonSlab has as methods the functions that 2fde9e7f9e6d changed.
type hwPoisonSlab struct{}

// patchHwPoisonSlab is "mm/memory-failure: fix crash in split_huge_page_to_list
// from soft_offline_page", Miaohe Lin, January 2024, on v6.6: merged in v6.8.
func patchHwPoisonSlab() *Kernel {
	return &Kernel{
		Name:              "v6.6+hwpoison-slab",
		Parent:            "v6.6",
		Changes:           "soft offline passes over slab pages",
		Source:            "2fde9e7f9e6d (Miaohe Lin, 26 January 2024)",
		Also:              []string{bugKpageflags, bugScanned, bugIsolatedAsMovable},
		hwPoisonHandlable: hwPoisonSlab{}.hwPoisonHandlable,
	}
}

// hwPoisonHandlable is HWPoisonHandlable, mm/memory-failure.c, v6.8
// (2fde9e7f9e6d), with MF_SOFT_OFFLINE.
func (hwPoisonSlab) hwPoisonHandlable(mm *MM, c *sim.CPU, page Page) bool {
	if mm.pageSlab(c, page) {
		return false
	}
	if mm.k.__pageMovable(mm, c, page) {
		return true
	}
	return mm.testPageLru(c, page)
}
