package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// The memory map of a machine. Addresses are those of x86-64.
const (
	// NrPages is how many page frames there are: p0, p1, ...
	NrPages = 1 << maxOrder
	// NrCaches is how many slab caches there are: c0 is ordinary, c1
	// SLAB_TYPESAFE_BY_RCU.
	NrCaches = 2
	// NrObjectSlots, NrPageSlots and NrHandleSlots say how many words there
	// are in which a program keeps what it has allocated.
	NrObjectSlots = 8
	NrPageSlots   = 4
	NrHandleSlots = 4

	// maxOrder is the order of all pages as one block, and the largest there
	// is.
	maxOrder = 4
	// pageblockOrder is larger than the order of any slab, as in the kernel.
	pageblockOrder = 3

	vmemmap sim.Addr = 0xffffea0000040000 // struct page of p0, pfn 0x1000
	// directMap is page_address of p0. A page of the model has only as many
	// bytes as objects need.
	directMap sim.Addr = 0xffff888001000000
	pageSize  sim.Addr = 128

	zoneBase  sim.Addr = 0xffff88803fffb000 // struct zone
	pcpBase   sim.Addr = 0xffff88803fffc000 // struct per_cpu_pages of each CPU
	cacheBase sim.Addr = 0xffff888002000000 // struct kmem_cache, one after the other
	// Of SLAB: array_caches of the CPUs, lists of free objects. Of SLOB: its lock
	// and list.
	arrayCacheBase sim.Addr = 0xffff888002010000
	freelistBase   sim.Addr = 0xffff888002018000
	slobBase       sim.Addr = 0xffff888002019000

	slotBase  sim.Addr = 0xffffc90000000000
	stackBase sim.Addr = 0xffffc90000010000 // list heads on the CPUs' stacks

	objectSlots = slotBase
	pageSlots   = objectSlots + 8*NrObjectSlots
	handleSlots = pageSlots + 8*NrPageSlots
	slotsEnd    = handleSlots + 8*NrHandleSlots
)

// struct zone: the lock, the list heads of free_area by order, and the migrate type
// of each pageblock.
const (
	zoneLock       = zoneBase
	zoneFreeArea   = zoneBase + 8
	zonePageblocks = zoneFreeArea + 16*(maxOrder+1)
	zoneWords      = 1 + 2*(maxOrder+1) + nrPageblocks
)

func (mm *MM) mapMemory() {
	mm.m.Map(vmemmap, NrPages*sizeofPage/8)
	mm.m.Map(directMap, NrPages*int(pageSize)/8)
	mm.m.Map(cacheBase, NrCaches*sizeofKmemCache/8)
	mm.m.Map(arrayCacheBase, int(arrayCachesEnd-arrayCacheBase)/8)
	mm.m.Map(freelistBase, int(freelistsEnd-freelistBase)/8)
	mm.m.Map(slobBase, slobWords)
	mm.m.Map(zoneBase, zoneWords)
	mm.m.Map(pcpBase, sim.MaxCPUs*sizeofPerCPUPages/8)
	mm.m.Map(slotBase, int(slotsEnd-slotBase)/8)
	mm.m.Map(stackBase, sim.MaxCPUs*sizeofStack/8)
	for i := range NrPages {
		mm.m.Split(nthPage(i).at(pageType))
	}
}

// nthPage is the Page that a program calls p0, p1, ...
func nthPage(i int) Page { return Page(vmemmap) + Page(i)*sizeofPage }

// index is the inverse of nthPage, wrong for what is no Page.
func (p Page) index() int { return int(sim.Addr(p)-vmemmap) / sizeofPage }

// isPage reports whether there is a struct page at p.
func (p Page) isPage() bool {
	off := sim.Addr(p) - vmemmap
	return off < NrPages*sizeofPage && off%sizeofPage == 0
}

// pageAddress is page_address: where the page's bytes are.
func pageAddress(page Page) sim.Addr { return directMap + sim.Addr(page.index())*pageSize }

// virtToPage is virt_to_page. Like the kernel's it believes that a is in the
// direct map.
func virtToPage(a sim.Addr) Page { return nthPage(int((a - directMap) / pageSize)) }
