package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// pageMovableNotSlab has as methods the functions that the patch changes.
type pageMovableNotSlab struct{}

// patchPageMovableNotSlab is the first suggestion of the thread: __PageMovable
// looks for slab too. Allocation and freeing stay as they are.
func patchPageMovableNotSlab() *Kernel {
	return &Kernel{
		Name:          "next-20220927+pagemovable-not-slab",
		Parent:        "next-20220927",
		Changes:       "__PageMovable is false for slab pages, in isolation, migration and compaction; no barriers",
		Source:        "the thread, 27 September 2022",
		Expect:        Expect{SLUB: underAll(bugMappingChanged), SLAB: underAll(bugMappingChanged)},
		Also:          []string{bugKpageflags, bugScanned},
		__pageMovable: pageMovableNotSlab{}.__pageMovable,
	}
}

// __pageMovable is __PageMovable, include/linux/page-flags.h, the thread,
// 27 September 2022.
func (pageMovableNotSlab) __pageMovable(mm *MM, c *sim.CPU, page Page) bool {
	return c.ReadOnce(page.at(pageMapping))&pageMappingFlags == pageMappingMovable && !mm.pageSlab(c, page)
}
