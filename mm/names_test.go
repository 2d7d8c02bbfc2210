package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: words and values are called by names a kernel developer knows.
func TestNames(t *testing.T) {
	mm := newKernel(t, "next-20220927")
	p1 := nthPage(1)
	c1 := &mm.caches[1]
	for _, test := range []struct {
		a    sim.Addr
		addr string
		v    uint64
		val  string
	}{
		{p1.at(pageFlags), "p1.flags", 1<<9 | 1, "locked|slab"},
		{p1.at(pageFlags), "p1.flags", 0, "0x0"},
		{p1.at(pageLruNext), "p1.lru.next", uint64(c1.addr), "c1"},
		{p1.at(pageLruNext), "p1.lru.next", uint64(nthPage(0)) | 1, "p0|tail"},
		{p1.at(pageLruNext), "p1.lru.next", uint64(pageLru(nthPage(2))), "&p2.lru"},
		{p1.at(pageLruPrev), "p1.lru.prev", mm.listPoison2(), "LIST_POISON2"},
		{p1.at(pageLruPrev), "p1.lru.prev", uint64(mm.slabList(slab(nthPage(2)))), "&p2.slab_list"},
		{p1.at(pageLruPrev), "p1.lru.prev", uint64(freeList(2)), "&zone.free[2]"},
		{p1.at(pageMapping), "p1.mapping", 0xffffffff811303aa, "rcu_free_slab"},
		{p1.at(pageMapping), "p1.mapping", 0, "NULL"},
		{p1.at(pageMapping), "p1.mapping", 6, "6"},
		{p1.at(pageMapping), "p1.mapping", uint64(c1.partial()), "&c1.node.partial"},
		{p1.at(pageMapping), "p1.mapping", mm.tailMapping(), "TAIL_MAPPING"},
		{p1.at(pageMapping), "p1.mapping", 0x123456789, "0x123456789"},
		{p1.at(pageMapping) + 4, "p1.mapping+4", 2, "2"},
		{p1.at(pagePrivate), "p1.private", 3, "3"},
		{p1.at(pagePrivate), "p1.private",
			uint64(slabWord(0).withObjects(4).withInuse(1).withFrozen(true).withFreelist(pageAddress(p1) + 32)),
			"1/4 frozen &p1[32]"},
		{p1.at(pageType), "p1.page_type", uint64(pageTypesV60.buddy), "buddy"},
		{p1.at(pageType), "p1.page_type", uint64(pageTypesV60.offline), "offline"},
		{p1.at(pageType), "p1.page_type", uint64(pageTypeNone), "none"},
		{p1.at(pageRefcount), "p1._refcount", 0xffffffff, "-1"},
		{pageAddress(p1) + 16, "p1[16]", 0, "NULL"},
		{pcpOf(1).count(), "cpu1.pcp.count", 4, "4"},
		{pageLru(p1).next(), "p1.lru.next", uint64(pcpOf(2).list()), "&cpu2.pcp.list"},
		{c1.listLock(), "c1.node.list_lock", 1, "1"},
		{c1.nrPartial(), "c1.node.nr_partial", 0, "0"},
		{c1.partial().prev(), "c1.node.partial.prev", 0, "NULL"},
		{c1.cpuSlab(3).freelist(), "c1.cpu3.freelist", uint64(pageAddress(p1)), "&p1[0]"},
		{c1.cpuSlab(0).partial(), "c1.cpu0.partial", uint64(p1), "p1"},
		{zoneLock, "zone.lock", 0, "0"},
		{freeList(1).prev(), "zone.free[1].prev", 0, "NULL"},
		{objectSlot(2), "s2", uint64(pageAddress(p1)) | 1, "&p1[0]|c1"},
		{pageSlot(1), "q1", uint64(p1), "p1"},
		{handleSlots, "z0", 0, "NULL"},
		{stackBase + sizeofStack + 16, "cpu1.stack[1].next", 0, "NULL"},
		{0xffffffff811303aa, "rcu_free_slab", 0, "NULL"},
		{0x1234, "0x1234", 0, "NULL"},
	} {
		require.Equal(t, test.addr, mm.AddrName(test.a))
		require.Equal(t, test.val, mm.ValueName(test.a, test.v), test.addr)
	}
}
