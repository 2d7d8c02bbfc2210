package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// skipSlabV1NoRecheck has as methods the functions that differ from v1's.
type skipSlabV1NoRecheck struct{}

// patchSkipSlabV1NoRecheck is v1 without PageMovable under the page lock. Nobody
// posted it: it shows that Hyeonggon Yoo's counterexample of 25 October passes
// v1's three tests, and that the test under the lock is what stops it.
func patchSkipSlabV1NoRecheck() *Kernel {
	return &Kernel{
		Name:               "next-20220927+skip-slab-v1-no-recheck",
		Parent:             "next-20220927+skip-slab-v1",
		Changes:            "v1 without the test of movable under the page lock",
		Source:             "ours, for the counterexample of Hyeonggon Yoo, 25 October 2022",
		Expect:             Expect{underAll(bugMappingChanged), underAll(bugMappingChanged), underAll(bugMappingChanged)},
		Also:               readersMisled(),
		isolateMovablePage: skipSlabV1NoRecheck{}.isolateMovablePage,
	}
}

// isolateMovablePage is isolate_movable_page, mm/migrate.c, v1 of 24 October
// 2022 less one test.
func (skipSlabV1NoRecheck) isolateMovablePage(mm *MM, c *sim.CPU, page Page) bool {
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

	if mm.pageIsolated(c, page) {
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
