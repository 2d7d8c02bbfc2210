package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// skipSlabV0 has as methods the functions that the patch changes.
type skipSlabV0 struct{}

// patchSkipSlabV0 is "mm/migrate: make isolate_movable_page() skip slab
// pages", Matthew Wilcox, 3 October 2022.
func patchSkipSlabV0() *Kernel {
	return &Kernel{
		Name:               "next-20220927+skip-slab-v0",
		Parent:             "next-20220927",
		Changes:            "isolation tries the folio, looks at it again, and passes over slab pages after the movable test; no barriers",
		Source:             "Matthew Wilcox, 3 October 2022",
		Expect:             Expect{SLUB: underAll(bugMappingChanged), SLAB: underAll(bugMappingChanged)},
		Also:               readersMisled(),
		isolateMovablePage: skipSlabV0{}.isolateMovablePage,
	}
}

// isolateMovablePage is isolate_movable_page, mm/migrate.c, Matthew Wilcox, 3 October 2022.
func (skipSlabV0) isolateMovablePage(mm *MM, c *sim.CPU, page Page) bool {
	var mops movableOperations
	folio := pageFolio(c, page)

	// A folio that is on its way to the page allocator has no reference to
	// share.
	if !folioTryGet(c, folio) {
		goto out
	}
	// Without the reference the page may have become part of another folio.
	if pageFolio(c, page) != folio {
		goto outPut
	}

	if !mm.__folioTestMovable(c, folio) {
		goto outPut
	}
	if mm.k.folioTestSlab(mm, c, folio) {
		goto outPut
	}

	// Movable pages are not isolated from a list, so that the lock is what
	// keeps other isolators, migration, and the owner's release away.
	if !mm.folioTrylock(c, folio) {
		goto outPut
	}

	if !mm.pageMovable(c, page) || mm.pageIsolated(c, page) {
		goto outNoIsolated
	}

	mops = pageMovableOps(c, page)
	if !mm.isolatePage(c, mops, page) {
		goto outNoIsolated
	}

	mm.setPageIsolated(c, page)
	mm.folioUnlock(c, folio)
	return true

outNoIsolated:
	mm.folioUnlock(c, folio)
outPut:
	mm.k.putPage(mm, c, folio)
out:
	return false
}
