package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// skipSlabV1NoFolioRecheck has as methods the functions that differ from v1's.
type skipSlabV1NoFolioRecheck struct{}

// patchSkipSlabV1NoFolioRecheck is v1 without a second page_folio once there is
// a reference. Nobody posted it: it shows what that test is for. A page whose
// head was another when page_folio looked is a page that no reference holds and
// no lock covers, and it is the wrong folio that is asked whether it is a slab.
func patchSkipSlabV1NoFolioRecheck() *Kernel {
	return &Kernel{
		Name:               "next-20220927+skip-slab-v1-no-folio-recheck",
		Parent:             "next-20220927+skip-slab-v1",
		Changes:            "v1 without the second look whether the page is still in the folio",
		Source:             "ours, for the re-check of page_folio in v0, v1 and v2",
		Expect:             Expect{SLUB: underAll(bugMappingPoison), SLAB: underAll(bugMappingPoison), SLOB: underAll(bugBadType)},
		Also:               readersMisled(),
		Faces:              isolatedUnheld(),
		isolateMovablePage: skipSlabV1NoFolioRecheck{}.isolateMovablePage,
	}
}

// isolatedUnheld returns the titles of what comes of isolating a page by another
// page's reference and lock. Its owner takes it back and frees it meanwhile:
// while its mapping and private are read, or as it stands on the list of
// isolated pages.
func isolatedUnheld() []string {
	return append(inUseAndFree(),
		bugMappingPoison, bugLockNoPage, bugOwnerCleared, bugOtherOwner, bugRefcountUnderflow, bugLeak,
		"unable to handle access in balloon_page_isolate",
		"unable to handle access in get_zspage",
		"unable to handle access in zs_page_isolate",
	)
}

// isolateMovablePage is isolate_movable_page, mm/migrate.c, v1 of 24 October
// 2022 less one test.
func (skipSlabV1NoFolioRecheck) isolateMovablePage(mm *MM, c *sim.CPU, page Page) bool {
	var mops movableOperations
	folio := pageFolio(c, page)

	// A folio that is on its way to the page allocator has no reference to
	// share.
	if !folioTryGet(c, folio) {
		goto out
	}

	if mm.k.folioTestSlab(mm, c, folio) {
		goto outPut
	}
	// Pairs with the smp_wmb in slab freeing, __free_slab.
	c.SmpRmb()
	if !mm.__folioTestMovable(c, folio) {
		goto outPut
	}
	// Pairs with the smp_wmb in slab allocation, alloc_slab_page.
	c.SmpRmb()
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
