package mm

// v610 has as methods the functions that differ in v6.10 to v6.13.
type v610 struct{}

// kernelV610 is v6.10 to v6.13, with the page types and flag bits of v6.12: a
// type is the top byte of page_type, and pages of zsmalloc have one. The text of
// isolation, and of the slab side, is v6.6's.
func kernelV610() *Kernel {
	return &Kernel{
		Name:                 "v6.10",
		Parent:               "v6.6",
		Changes:              "the slab mark is a page type and no flag; compaction passes over large compound pages only; page types and flag bits of v6.12",
		Source:               "46df8e73a4a3 (v6.10), 4ffca5a96678 (v6.12), 2fde9e7f9e6d (v6.8)",
		Expect:               Expect{SLUB: Verdicts{LKMM: bugMappingChanged}},
		Also:                 []string{bugKpageflags, bugScanned, bugIsolatedAsMovable},
		layouts:              &layoutsV68,
		flags:                &pageFlagsV612,
		types:                &pageTypesV612,
		folioTestSlab:        v610{}.folioTestSlab,
		__folioSetSlab:       v610{}.__folioSetSlab,
		__folioClearSlab:     v610{}.__folioClearSlab,
		skipIsolationOnOrder: v610{}.skipIsolationOnOrder,
		__setPageZsmalloc:    v610{}.__setPageZsmalloc,
		__clearPageZsmalloc:  v610{}.__clearPageZsmalloc,
		slabUnlock:           v610{}.slabUnlock,
		hwPoisonHandlable:    hwPoisonSlab{}.hwPoisonHandlable,
		setFirstObjOffset:    v610{}.setFirstObjOffset,
		getFirstObjOffset:    v610{}.getFirstObjOffset,
		resetFirstObjOffset:  v610{}.resetFirstObjOffset,
	}
}
