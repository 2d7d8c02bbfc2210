package mm

// v60 has as methods the functions of v6.0 that later kernels change; they
// stand in the files named after the kernel's.
type v60 struct{}

// kernelV60 is v6.0 (October 2022), and 6.0.y and 6.1.y as far as this model
// goes: struct slab has slab_cache on page->mapping.
func kernelV60() *Kernel {
	return &Kernel{
		Name:                   "v6.0",
		Changes:                "the old struct slab: slab_cache stands on mapping",
		Source:                 "v6.0",
		layouts:                &layoutsV60,
		flags:                  &pageFlagsV60,
		types:                  &pageTypesV60,
		folioTestSlab:          v60{}.folioTestSlab,
		__folioSetSlab:         v60{}.__folioSetSlab,
		__folioClearSlab:       v60{}.__folioClearSlab,
		__pageMovable:          v60{}.__pageMovable,
		isolateMovablePage:     v60{}.isolateMovablePage,
		allocSlabPage:          v60{}.allocSlabPage,
		__freeSlab:             v60{}.__freeSlab,
		freeSlab:               v60{}.freeSlab,
		kmemGetpages:           v60{}.kmemGetpages,
		kmemFreepages:          v60{}.kmemFreepages,
		__freePages:            v60{}.__freePages,
		__allocPages:           v60{}.__allocPages,
		getPage:                v60{}.getPage,
		putPage:                v60{}.putPage,
		skipIsolationOnOrder:   v60{}.skipIsolationOnOrder,
		__setPageZsmalloc:      v60{}.__setPageZsmalloc,
		__clearPageZsmalloc:    v60{}.__clearPageZsmalloc,
		setFirstObjOffset:      v60{}.setFirstObjOffset,
		getFirstObjOffset:      v60{}.getFirstObjOffset,
		resetFirstObjOffset:    v60{}.resetFirstObjOffset,
		resetPageType:          v60{}.resetPageType,
		__setPageMovable:       v60{}.__setPageMovable,
		__clearPageMovable:     v60{}.__clearPageMovable,
		putbackMovablePage:     v60{}.putbackMovablePage,
		moveToNewPage:          v60{}.moveToNewPage,
		zsPageIsolate:          v60{}.zsPageIsolate,
		zsPageMigrate:          v60{}.zsPageMigrate,
		zsPagePutback:          v60{}.zsPagePutback,
		balloonPageIsolate:     v60{}.balloonPageIsolate,
		balloonPageDelete:      v60{}.balloonPageDelete,
		hwPoisonHandlable:      v60{}.hwPoisonHandlable,
		__iovIterGetPagesAlloc: v60{}.__iovIterGetPagesAlloc,
		__i915SwFenceInit:      v60{}.__i915SwFenceInit,
		__i915SwFenceNotify:    v60{}.__i915SwFenceNotify,
		slabUnlock:             v60{}.slabUnlock,
	}
}
