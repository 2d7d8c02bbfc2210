package mm

import (
	"fmt"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Names for traces and for details of bugs.

// AddrName names a word of memory: p0.mapping, c1.node.list_lock, s0.
func (mm *MM) AddrName(a sim.Addr) string {
	switch off := a - vmemmap; {
	case off < NrPages*sizeofPage:
		return fmt.Sprintf("p%d%s", off/sizeofPage, pageFieldName(off%sizeofPage))
	case isObjectAddr(a):
		off := a - directMap
		return fmt.Sprintf("p%d[%d]", off/pageSize, off%pageSize)
	case a >= objectSlots && a < pageSlots:
		return fmt.Sprintf("s%d", (a-objectSlots)/8)
	case a >= pageSlots && a < handleSlots:
		return fmt.Sprintf("q%d", (a-pageSlots)/8)
	case a >= handleSlots && a < slotsEnd:
		return fmt.Sprintf("z%d", (a-handleSlots)/8)
	case a == zoneLock:
		return "zone.lock"
	case a >= zonePageblocks && a < zoneBase+8*zoneWords:
		return fmt.Sprintf("zone.pageblock[%d].migratetype", (a-zonePageblocks)/8)
	case a >= zoneFreeArea && a < zonePageblocks:
		off := a - zoneFreeArea
		return fmt.Sprintf("zone.free[%d]%s", off/16, listField(off%16))
	case a >= pcpBase && a < pcpBase+sim.MaxCPUs*sizeofPerCPUPages:
		off := a - pcpBase
		fields := [...]string{"lock", "count", "list.next", "list.prev"}
		return fmt.Sprintf("cpu%d.pcp.%s", off/sizeofPerCPUPages, fields[off%sizeofPerCPUPages/8])
	case a >= cacheBase && a < cacheBase+NrCaches*sizeofKmemCache:
		off := a - cacheBase
		return fmt.Sprintf("c%d%s", off/sizeofKmemCache, mm.alloc.cacheField(off%sizeofKmemCache))
	case a >= arrayCacheBase && a < arrayCachesEnd:
		return arrayCacheName(a - arrayCacheBase)
	case a >= freelistBase && a < freelistsEnd:
		off := a - freelistBase
		return fmt.Sprintf("p%d.freelist[%d]", off/sizeofFreelist, off%sizeofFreelist)
	case a == slobLock:
		return "slob_lock"
	case a == freeSlobLarge.next() || a == freeSlobLarge.prev():
		return "free_slob_large" + listField(a-sim.Addr(freeSlobLarge))
	case a >= stackBase && a < stackBase+sim.MaxCPUs*sizeofStack:
		off := a - stackBase
		return fmt.Sprintf("cpu%d.stack[%d]%s", off/sizeofStack, off%sizeofStack/16, listField(off%16))
	}
	if name, ok := mm.ownerAddrName(a); ok {
		return name
	}
	if name, ok := fenceName(a); ok {
		return name
	}
	for i := range symbols {
		if mm.text[i] == uint64(a) {
			return symbols[i].name
		}
	}
	return fmt.Sprintf("%#x", uint64(a))
}

func pageFieldName(off sim.Addr) string {
	switch off {
	case pageFlags:
		return ".flags"
	case pageLruNext:
		return ".lru.next"
	case pageLruPrev:
		return ".lru.prev"
	case pageMapping:
		return ".mapping"
	case pageMapping + 4:
		return ".mapping+4"
	case pageIndex:
		return ".index"
	case pagePrivate:
		return ".private"
	case pageType:
		return ".page_type"
	case pageRefcount:
		return "._refcount"
	default:
		return fmt.Sprintf("+%d", off)
	}
}

func listField(off sim.Addr) string {
	if off == 8 {
		return ".prev"
	}
	return ".next"
}

// ValueName names the value v of the word at a: by what the word is if that
// says, else as a pointer.
func (mm *MM) ValueName(a sim.Addr, v uint64) string {
	pointer := true
	if off := a - vmemmap; off < NrPages*sizeofPage {
		switch off % sizeofPage {
		case pageFlags:
			return mm.flagsName(v)
		case pageType:
			return mm.pageTypeName(uint32(v))
		case pageRefcount:
			return fmt.Sprint(int32(v))
		case pagePrivate:
			if w := slabWord(v); mm.layout.counters == pagePrivate && w.objects() != 0 && w.objects() <= maxObjects {
				return mm.slabWordName(w)
			}
			pointer = false
		case pageIndex:
			pointer = false
		}
	} else if off := a - cacheBase; off < NrCaches*sizeofKmemCache {
		pointer = off%sizeofKmemCache >= 16
	} else if off := a - pcpBase; off < sim.MaxCPUs*sizeofPerCPUPages {
		pointer = off%sizeofPerCPUPages >= 16
	} else if a == zoneLock {
		pointer = false
	}
	if v == 0 && pointer {
		return "NULL"
	}
	return mm.pointerName(v)
}

// pointerName names v as a pointer, or as a small number.
func (mm *MM) pointerName(v uint64) string {
	for i := range symbols {
		if mm.text[i] == v {
			return symbols[i].name
		}
	}
	switch v {
	case mm.listPoison1():
		return "LIST_POISON1"
	case mm.listPoison2():
		return "LIST_POISON2"
	case mm.tailMapping():
		return "TAIL_MAPPING"
	}
	if name, ok := mm.ownerValueName(v); ok {
		return name
	}
	a := sim.Addr(v)
	switch {
	case a-vmemmap < NrPages*sizeofPage:
		return mm.pagePointerName(a)
	case v < 4096:
		return fmt.Sprint(v)
	case a >= cacheBase && a < cacheBase+NrCaches*sizeofKmemCache && (a-cacheBase)%sizeofKmemCache == 0:
		return fmt.Sprintf("c%d", (a-cacheBase)/sizeofKmemCache)
	}
	if a >= cacheBase && a < cacheBase+NrCaches*sizeofKmemCache || listHead(a) == freeSlobLarge {
		return "&" + strings.TrimSuffix(mm.AddrName(a), ".next")
	}
	for cpu := range sim.MaxCPUs {
		if listHead(v) == pcpOf(cpu).list() {
			return fmt.Sprintf("&cpu%d.pcp.list", cpu)
		}
	}
	if a >= zoneFreeArea && a < zonePageblocks {
		return fmt.Sprintf("&zone.free[%d]", (a-zoneFreeArea)/16)
	}
	if slot := a &^ slotCacheMask; slot != a && isObjectAddr(slot) {
		return fmt.Sprintf("&%s|c%d", mm.AddrName(slot), a&slotCacheMask)
	}
	if isObjectAddr(a) {
		return "&" + mm.AddrName(a)
	}
	return fmt.Sprintf("%#x", v)
}

func (mm *MM) pagePointerName(a sim.Addr) string {
	i, off := (a-vmemmap)/sizeofPage, (a-vmemmap)%sizeofPage
	switch {
	case off == 0:
		return fmt.Sprintf("p%d", i)
	case off == 1:
		return fmt.Sprintf("p%d|tail", i)
	case off == mm.layout.rcuHead && off != pageLruNext:
		return fmt.Sprintf("&p%d.slab_list", i)
	case off == pageLruNext:
		return fmt.Sprintf("&p%d.lru", i)
	default:
		return fmt.Sprintf("&p%d+%d", i, off)
	}
}

func (mm *MM) flagsName(v uint64) string {
	f := mm.k.flags
	var names []string
	for _, b := range [...]struct {
		nr   uint
		name string
	}{
		{f.locked, "locked"}, {f.active, "active"}, {f.slab, "slab"}, {f.private, "private"}, {f.head, "head"},
		{f.isolated, "isolated"}, {f.movableOps, "movable_ops"},
	} {
		if v>>b.nr&1 != 0 {
			names = append(names, b.name)
			v &^= 1 << b.nr
		}
	}
	if v != 0 || names == nil {
		names = append(names, fmt.Sprintf("%#x", v))
	}
	return strings.Join(names, "|")
}

func (mm *MM) pageTypeName(v uint32) string {
	t := mm.k.types
	switch {
	case v == pageTypeNone:
		return "none"
	case v == t.buddy:
		return "buddy"
	case v == t.offline:
		return "offline"
	case t.slab != 0 && v == t.slab:
		return "slab"
	}
	if t.zsmalloc != 0 && v&^firstObjPageTypeMask == t.zsmalloc {
		return fmt.Sprintf("zsmalloc, first object at %d", v&firstObjPageTypeMask)
	}
	return fmt.Sprintf("%#x", v)
}

func (mm *MM) slabWordName(w slabWord) string {
	name := fmt.Sprintf("%d/%d", w.inuse(), w.objects())
	if w.frozen() {
		name += " frozen"
	}
	if p := w.freelist(); p != 0 {
		name += " " + mm.pointerName(uint64(p))
	}
	return name
}
