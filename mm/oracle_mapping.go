package mm

import (
	"fmt"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Oracle 1: what is taken for the address of a struct movable_operations is the
// address of one. caller is about to load a function pointer at mops, which it
// has from page->mapping.
func (mm *MM) checkMovableOperations(c *sim.CPU, caller string, mops movableOperations, page Page) {
	if mops == zsmallocMops || mops == balloonMops {
		return
	}
	mapping := uint64(mops) + pageMappingMovable
	c.Bug(caller+": mapping is not a movable_operations ("+mm.mappingName(mapping)+")",
		mm.mappingDetail(mapping, page))
}

// mappingName names what stands on mapping. It is for titles, and so says only
// what kind of value it is. A value that is not movable did not pass the tests:
// whatever it is, it came after another that did.
func (mm *MM) mappingName(mapping uint64) string {
	const slabsMax = 120 // the largest limit of slabs
	upper := mapping >> 32
	switch {
	case mapping&pageMappingFlags != pageMappingMovable || mapping == pageMappingMovable:
		return "changed since the test"
	case mapping == mm.text[symRcuFreeSlab]:
		return "rcu_free_slab"
	case mapping == mm.listPoison2():
		return "LIST_POISON2"
	case mm.layout.slabs == pageMapping && uint32(mapping) <= slabsMax && (upper == 0 || upper == mm.listPoison2()>>32):
		return "slabs"
	default:
		return "other"
	}
}

// mappingDetail says what kind of address is dereferenced, and shows the page's
// words as struct page and as struct slab have them.
func (mm *MM) mappingDetail(mapping uint64, page Page) string {
	mops := sim.Addr(mapping - pageMappingMovable)
	kind := sim.AddrKind(mops)
	if mm.m.Mapped(mops) {
		kind = "mapped, but not a movable_operations"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s is %016x (%s), ops->isolate_page is a load at %016x: %s\n",
		mm.AddrName(page.at(pageMapping)), mapping, mm.mappingName(mapping), uint64(mops), kind)
	for offset := sim.Addr(0); offset < pageType; offset += 8 {
		a := page.at(offset)
		fmt.Fprintf(&b, "%3d  %-9s  %-37s %016x %s\n", offset, pageField(offset), mm.slabFields(offset),
			mm.m.Peek(a), mm.ValueName(a, mm.m.Peek(a)))
	}
	fmt.Fprintf(&b, "%3d  %-9s  %-37s %d", pageRefcount, "_refcount", "__page_refcount",
		int32(mm.m.Peek32(page.at(pageRefcount))))
	return b.String()
}

// pageField is what struct page has at the offset.
func pageField(offset sim.Addr) string {
	return [...]string{"flags", "lru.next", "lru.prev", "mapping", "index", "private"}[offset/8]
}

// slabFields is what struct slab has at the offset, by the kernel's layout.
func (mm *MM) slabFields(offset sim.Addr) string {
	l := mm.layout
	fields := [...]struct {
		offset sim.Addr
		name   string
	}{
		{pageFlags, "__page_flags"},
		{l.slabCache, "slab_cache"},
		{l.slabList, "slab_list.next"},
		{l.slabList + 8, "slab_list.prev"},
		{l.rcuHead, "rcu_head.next"},
		{l.rcuHead + 8, "rcu_head.func"},
		{l.slabs, "slabs"},
		{l.counters, "freelist, counters"},
	}
	var names []string
	for _, f := range fields {
		if f.offset == offset {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, ", ")
}
