package mm

import (
	"slices"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Readers of mapping besides isolation. They look at any page, whoever has it.

// readerOps are their ops. Most kernels have known bugs there (see Kernel.Also),
// which would end most programs that have them.
var readerOps = [...]string{
	"kpageflags", "soft_offline_page", "scan_movable_pages", "start_isolate_page_range", "__iov_iter_get_pages_alloc",
}

// fenceOps have nothing to do with pages.
var fenceOps = [...]string{"__i915_sw_fence_init", "i915_sw_fence_commit", "i915_sw_fence_await",
	"i915_sw_fence_complete", "i915_sw_fence_check_if_after"}

// Apart reports whether the op is one that random programs leave out, since
// what it shows is known and stands in the way of what is not.
func (op *Op) Apart() bool {
	return slices.Contains(readerOps[:], op.Name) || slices.Contains(fenceOps[:], op.Name)
}

// mmfuzzKpageflags is a read of /proc/kpageflags.
func mmfuzzKpageflags(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	u := mm.stablePageFlags(c, nthPage(int(a[0]%NrPages)))
	checkKpageflags(c, u)
}

// mmfuzzSoftOfflinePage is a write to soft_offline_page in sysfs.
func mmfuzzSoftOfflinePage(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	mm.softOfflinePage(c, nthPage(int(a[0]%NrPages)))
}

// mmfuzzScanMovablePages is a round of offline_pages: it ends a scan that finds
// nothing, and would go on for ever with one that always finds something.
func mmfuzzScanMovablePages(mm *MM, c *sim.CPU, a [MaxArgs]uint8) {
	first, last := pageRange(a)
	if pfn, err := mm.scanMovablePages(c, first, last+1); err == 0 {
		mm.doMigrateRange(c, pfn, last+1)
	}
}
