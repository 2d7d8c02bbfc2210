package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// zsmalloc, from mm/zsmalloc.c of v6.2: one pool with one size class, two
// pages to a zspage, one object to a page. The locks are v6.2's, where
// pool->lock stands for v6.0's class->lock and migrate_lock (c0547d0b6a4b).
// zspage->lock is a rwlock_t taken as a spin lock: readers exclude each other.
// zspage->isolated is a word of its own and always counted under pool->lock,
// as from 6.5 on (4b5d1e47b694); before, a count could be lost.

const (
	zsPagesPerZspage = 2
	zsObjects        = 2
)

// struct zs_pool.
const (
	poolLock     = poolBase
	poolFullness = poolBase + 8  // size_class.fullness_list
	poolFreeWork = poolBase + 56 // bit 0: WORK_STRUCT_PENDING
	poolWorker   = poolBase + 64 // held by the worker that runs free_work
	sizeofPool   = 72
)

// Fullness groups.
const (
	zsEmpty = iota
	zsAlmost
	zsFull
)

func fullnessList(fullness uint64) listHead { return listHead(poolFullness) + 16*listHead(fullness) }

// zspage is the address of a struct zspage.
type zspage sim.Addr

const (
	zspageInuse     = 0
	zspageFreeobj   = 8
	zspageFirstPage = 16
	zspageIsolated  = 24
	zspageList      = 32 // struct list_head
	zspageLock      = 48
	zspageMagic     = 56
	zspageFullness  = 64
	zspagePool      = 72
	sizeofZspage    = 80

	zsMagic = 0x58 // ZSPAGE_MAGIC
)

func (z zspage) at(offset sim.Addr) sim.Addr { return sim.Addr(z) + offset }
func (z zspage) list() listHead              { return listHead(z.at(zspageList)) }
func listZspage(entry listHead) zspage       { return zspage(entry) - zspageList }

// An object starts with a word that links it to the next free one, or, tagged,
// is its handle. The word after that is the user's.
const (
	zsObjLink         = 0
	zsObjData         = 8
	zsObjWords        = 2
	zsObjTagBits      = 1
	zsObjAllocatedTag = 1
	zsObjEnd          = ^uint64(zsObjAllocatedTag)
)

// A location is what a handle stands for: the page, and the object's index in
// the zspage, which fits in the low bits of the page's address.
func locationToObj(page Page, idx uint64) uint64 { return uint64(page) | idx<<zsObjTagBits }
func objToPage(obj uint64) Page                  { return Page(obj &^ (sizeofPage - 1)) }
func objToIdx(obj uint64) uint64                 { return obj & (sizeofPage - 1) >> zsObjTagBits }

// getZspage is get_zspage, mm/zsmalloc.c, v6.2.
func getZspage(c *sim.CPU, page Page) zspage {
	z := zspage(c.ReadOnce(page.at(pagePrivate)))
	c.BugOn(c.ReadOnce(z.at(zspageMagic)) != zsMagic, "get_zspage: page has no zspage")
	return z
}

func getFirstPage(c *sim.CPU, z zspage) Page { return Page(c.ReadOnce(z.at(zspageFirstPage))) }
func getNextPage(c *sim.CPU, page Page) Page { return Page(c.ReadOnce(page.at(pageIndex))) }

// createPageChain is create_page_chain, mm/zsmalloc.c, v6.2.
func (mm *MM) createPageChain(c *sim.CPU, z zspage, pages *[zsPagesPerZspage]Page) {
	prev := Page(0)
	for i, page := range pages {
		c.WriteOnce(page.at(pagePrivate), uint64(z))
		c.WriteOnce(page.at(pageIndex), 0)
		if i == 0 {
			c.WriteOnce(z.at(zspageFirstPage), uint64(page))
			mm.setPagePrivate(c, page)
		} else {
			c.WriteOnce(prev.at(pageIndex), uint64(page))
		}
		prev = page
	}
}

// initZspage is init_zspage, mm/zsmalloc.c, v6.2: all objects free.
func (mm *MM) initZspage(c *sim.CPU, z zspage) {
	idx := uint64(0)
	for page := getFirstPage(c, z); page != 0; page = getNextPage(c, page) {
		mm.k.setFirstObjOffset(c, page, 0)
		idx++
		link := idx << zsObjTagBits
		if idx == zsObjects {
			link = zsObjEnd
		}
		c.WriteOnce(pageAddress(page)+zsObjLink, link)
	}
	c.WriteOnce(z.at(zspageFreeobj), 0)
}

// allocZspage is alloc_zspage, mm/zsmalloc.c, v6.2.
func (mm *MM) allocZspage(c *sim.CPU) zspage {
	z := zspage(perCPUAlloc(c, zspageCache))
	if z == 0 {
		return 0
	}
	c.WriteOnce(z.at(zspageInuse), 0)
	c.WriteOnce(z.at(zspageIsolated), 0)
	c.WriteOnce(z.at(zspageMagic), zsMagic)
	c.WriteOnce(z.at(zspageLock), 0) // migrate_lock_init

	var pages [zsPagesPerZspage]Page
	for i := range pages {
		pages[i] = mm.allocPages(c, 0, 0)
		if pages[i] == 0 {
			for i--; i >= 0; i-- {
				mm.k.__clearPageZsmalloc(mm, c, pages[i])
				mm.k.__freePages(mm, c, pages[i], 0)
			}
			perCPUFree(c, zspageCache, sim.Addr(z))
			return 0
		}
		mm.k.__setPageZsmalloc(mm, c, pages[i])
	}
	mm.createPageChain(c, z, &pages)
	mm.initZspage(c, z)
	c.WriteOnce(z.at(zspagePool), uint64(poolBase))
	return z
}

// setZsPageMovable is SetZsPageMovable, mm/zsmalloc.c, v6.2. Nobody else may
// lock a page that its owner has just allocated.
func (mm *MM) setZsPageMovable(c *sim.CPU, z zspage) {
	for page := getFirstPage(c, z); page != 0; page = getNextPage(c, page) {
		c.WarnOn(!mm.trylockPage(c, page), "SetZsPageMovable: somebody has locked a page just allocated")
		mm.k.__setPageMovable(mm, c, page, zsmallocMops)
		mm.unlockPage(c, page)
	}
}

// getFullnessGroup is get_fullness_group, mm/zsmalloc.c, v6.2.
func getFullnessGroup(c *sim.CPU, z zspage) uint64 {
	switch c.ReadOnce(z.at(zspageInuse)) {
	case 0:
		return zsEmpty
	case zsObjects:
		return zsFull
	default:
		return zsAlmost
	}
}

// insertZspage is insert_zspage and set_zspage_mapping, mm/zsmalloc.c, v6.2.
func insertZspage(c *sim.CPU, z zspage, fullness uint64) {
	listAdd(c, z.list(), fullnessList(fullness))
	c.WriteOnce(z.at(zspageFullness), fullness)
}

// removeZspage is remove_zspage, mm/zsmalloc.c, v6.2: list_del_init.
func removeZspage(c *sim.CPU, z zspage) {
	__listDelEntry(c, z.list())
	initListHead(c, z.list())
}

// fixFullnessGroup is fix_fullness_group, mm/zsmalloc.c, v6.2.
func fixFullnessGroup(c *sim.CPU, z zspage) uint64 {
	currfg := c.ReadOnce(z.at(zspageFullness))
	newfg := getFullnessGroup(c, z)
	if newfg != currfg {
		removeZspage(c, z)
		insertZspage(c, z, newfg)
	}
	return newfg
}

// objMalloc is obj_malloc, mm/zsmalloc.c, v6.2. The caller has pool->lock.
func objMalloc(c *sim.CPU, z zspage, handle uint64) uint64 {
	idx := c.ReadOnce(z.at(zspageFreeobj))
	page := getFirstPage(c, z)
	for range idx {
		page = getNextPage(c, page)
	}
	link := pageAddress(page) + zsObjLink
	c.WriteOnce(z.at(zspageFreeobj), c.ReadOnce(link)>>zsObjTagBits)
	c.WriteOnce(link, handle|zsObjAllocatedTag)
	c.WriteOnce(z.at(zspageInuse), c.ReadOnce(z.at(zspageInuse))+1)
	return locationToObj(page, idx)
}

// objFree is obj_free, mm/zsmalloc.c, v6.2. The caller has pool->lock.
func objFree(c *sim.CPU, z zspage, obj uint64) {
	link := pageAddress(objToPage(obj)) + zsObjLink
	c.WriteOnce(link, c.ReadOnce(z.at(zspageFreeobj))<<zsObjTagBits)
	c.WriteOnce(z.at(zspageFreeobj), objToIdx(obj))
	c.WriteOnce(z.at(zspageInuse), c.ReadOnce(z.at(zspageInuse))-1)
}

// zsMalloc is zs_malloc, mm/zsmalloc.c, v6.2; 0 if there is no memory.
func (mm *MM) zsMalloc(c *sim.CPU) uint64 {
	handle := uint64(perCPUAlloc(c, handleCache))
	if handle == 0 {
		return 0
	}
	c.SpinLock(poolLock)
	if list := fullnessList(zsAlmost); !listEmpty(c, list) { // find_get_zspage
		z := listZspage(listHead(c.ReadOnce(list.next())))
		obj := objMalloc(c, z, handle)
		fixFullnessGroup(c, z)
		c.WriteOnce(sim.Addr(handle), obj) // record_obj
		c.SpinUnlock(poolLock)
		return handle
	}
	c.SpinUnlock(poolLock)

	z := mm.allocZspage(c)
	if z == 0 {
		perCPUFree(c, handleCache, sim.Addr(handle))
		return 0
	}
	c.SpinLock(poolLock)
	obj := objMalloc(c, z, handle)
	insertZspage(c, z, getFullnessGroup(c, z))
	c.WriteOnce(sim.Addr(handle), obj) // record_obj
	mm.setZsPageMovable(c, z)
	c.SpinUnlock(poolLock)
	return handle
}

// zsMapObject is zs_map_object, a user's access, and zs_unmap_object,
// mm/zsmalloc.c, v6.2.
func zsMapObject(c *sim.CPU, handle uint64) {
	c.SpinLock(poolLock)
	page := objToPage(c.ReadOnce(sim.Addr(handle)))
	z := getZspage(c, page)
	c.SpinLock(z.at(zspageLock)) // migrate_read_lock
	c.SpinUnlock(poolLock)

	data := pageAddress(page) + zsObjData
	c.WriteOnce(data, c.ReadOnce(data)+1)

	c.SpinUnlock(z.at(zspageLock)) // migrate_read_unlock
}
