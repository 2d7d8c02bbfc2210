package mm

// patchAligned is Hugh Dickins' patch of 28 September 2022: __aligned(4) on
// rcu_free_slab, and on SLAB's kmem_rcu_free. It does nothing for LIST_POISON2 and for counts of slabs.
func patchAligned() *Kernel {
	return &Kernel{
		Name:    "next-20220927+aligned",
		Parent:  "next-20220927",
		Changes: "__aligned(4) on rcu_free_slab and kmem_rcu_free",
		Source:  "Hugh Dickins, 28 September 2022",
		Expect:  Expect{SLUB: underAll(bugMappingPoison), SLAB: underAll(bugMappingPoison)},
		Also:    readersMisled(),
		aligned: [nrCallbacks]uint64{symRcuFreeSlab: 4, symKmemRcuFree: 4},
	}
}
