package mm

import (
	"fmt"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Oracle 1: what is taken for the address of a struct movable_operations is the
// address of one. caller is about to load the function pointer at that offset
// of mops, which it has from page->mapping.
func (mm *MM) checkMovableOperations(c *sim.CPU, caller string, mops movableOperations, offset sim.Addr, page Page) {
	if mops == zsmallocMops || mops == balloonMops {
		return
	}
	mapping := uint64(mops) + pageMappingMovable
	c.Bug(caller+": mapping is not a movable_operations ("+mm.mappingName(mapping)+")",
		mm.mappingDetail(mapping, offset, page))
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
	case mapping == mm.text[mm.callback()]:
		return symbols[mm.callback()].name
	case mapping == mm.listPoison2():
		return "LIST_POISON2"
	case mm.layout.slabs == pageMapping && uint32(mapping) <= slabsMax && (upper == 0 || upper == mm.listPoison2()>>32):
		return "slabs"
	default:
		return "other"
	}
}

// mappingDetail says what kind of address is dereferenced, and why.
func (mm *MM) mappingDetail(mapping uint64, offset sim.Addr, page Page) string {
	load := sim.Addr(mapping-pageMappingMovable) + offset
	member := [...]string{"isolate_page", "migrate_page", "putback_page"}[offset/8]
	kind, fault := sim.AddrKind(load), sim.Fault(load)
	if mm.m.Mapped(load) {
		kind, fault = "mapped, but not a movable_operations", ""
	}
	detail := fmt.Sprintf("load of mops->%s at %016x: %s\n%s is %016x (%s)",
		member, uint64(load), kind, mm.AddrName(page.at(pageMapping)), mapping, mm.mappingName(mapping))
	if fault != "" {
		detail += "\n" + fault
	}
	return detail
}

// slabFields is what struct slab has at the offset, by the allocator's layout.
func (mm *MM) slabFields(offset sim.Addr) string {
	switch offset {
	case pageFlags:
		return "__page_flags"
	case pageRefcount:
		return "__page_refcount"
	}
	l := mm.layout
	var names []string
	for _, f := range [...]struct {
		offset        sim.Addr
		first, second string // of two words
	}{
		{l.slabCache, "slab_cache", ""},
		{l.slabList, "slab_list.next", "slab_list.prev"},
		{l.rcuHead, "rcu_head.next", "rcu_head.func"},
		{l.slabs, "slabs", ""},
		{l.counters, "freelist, counters", ""},
		{l.freelist, "freelist", ""},
		{l.sMem, "s_mem", ""},
		{l.units, "units", ""},
		{l.active, "active", ""},
	} {
		switch {
		case f.offset == 0: // there is none
		case f.offset == offset:
			names = append(names, f.first)
		case f.offset+8 == offset && f.second != "":
			names = append(names, f.second)
		}
	}
	return strings.Join(names, ", ")
}
