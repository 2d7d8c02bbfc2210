package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// Oracle 10: other readers of mapping than isolation are not misled by what
// struct slab keeps there. No page here is anonymous, none is huge.
const (
	bugKpageflags   = "stable_page_flags: slab page reported as anon or ksm"
	bugSplitMapping = "split_huge_page_to_list: mapping is not an address_space"
	bugScanned      = "scan_movable_pages: slab page taken for a movable one"
)

// readersMisled are the bugs of a kernel with the new struct slab in which no
// reader but isolation has been told of it.
func readersMisled() []string {
	return []string{bugKpageflags, bugScanned, bugSplitMapping, bugIsolatedAsMovable}
}

// checkKpageflags judges an answer to somebody who asks what a page is.
func checkKpageflags(c *sim.CPU, u uint64) {
	c.WarnOn(u>>kpfSlab&1 != 0 && u&(1<<kpfAnon|1<<kpfKsm) != 0, bugKpageflags)
}

// checkScanned judges a page that has just looked movable, by loads of its own:
// it still does, with what no owner writes there, and is a slab.
func (mm *MM) checkScanned(c *sim.CPU, page Page) {
	v := c.ReadOnce(page.at(pageMapping))
	switch mops := movableOperations(v - pageMappingMovable); {
	case v&pageMappingFlags != pageMappingMovable, mops == 0, mops == zsmallocMops, mops == balloonMops:
		return
	}
	c.WarnOn(mm.pageSlab(c, page), bugScanned)
}
