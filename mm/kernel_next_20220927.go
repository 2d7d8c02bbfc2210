package mm

// The bugs of linux-next of September 2022: what stands on page->mapping of a
// slab page is taken for the address of a struct movable_operations.
const (
	bugMappingRcuFreeSlab = "isolate_movable_page: mapping is not a movable_operations (rcu_free_slab)"
	bugMappingKmemRcuFree = "isolate_movable_page: mapping is not a movable_operations (kmem_rcu_free)"
	bugMappingPoison      = "isolate_movable_page: mapping is not a movable_operations (LIST_POISON2)"
	bugMappingChanged     = "isolate_movable_page: mapping is not a movable_operations (changed since the test)"
)

// kernelNext20220927 is linux-next of 27 September 2022, the reported kernel:
// v6.0 with struct slab rearranged by 65505d1f2338e7.
func kernelNext20220927() *Kernel {
	return &Kernel{
		Name:    "next-20220927",
		Parent:  "v6.0",
		Changes: "struct slab rearranged: list.prev, rcu.func and slabs stand on mapping",
		Source:  "65505d1f2338e7 (linux-next)",
		Expect:  Expect{SLUB: underAll(bugMappingRcuFreeSlab), SLAB: underAll(bugMappingKmemRcuFree)},
		Also:    readersMisled(),
		layouts: &layoutsNext,
	}
}
