package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// ArgKind says what an argument of an op names.
type ArgKind uint8

const (
	// ArgCache is a slab cache: c0 is ordinary, c1 SLAB_TYPESAFE_BY_RCU.
	ArgCache ArgKind = iota
	// ArgObject is a slot that can hold one slab object.
	ArgObject
	// ArgPage is a page frame, whoever has it at the time.
	ArgPage
	// ArgPageRef is a slot that can hold one counted reference to a page.
	ArgPageRef
	// ArgOrder is the order of an allocation.
	ArgOrder
	// ArgHandle is a slot that can hold one zsmalloc handle.
	ArgHandle
	// ArgFence is a fence of i915.
	ArgFence
)

var argKinds = [...]struct {
	prefix string
	count  int
}{
	ArgCache:   {"c", NrCaches},
	ArgObject:  {"s", NrObjectSlots},
	ArgPage:    {"p", NrPages},
	ArgPageRef: {"q", NrPageSlots},
	ArgOrder:   {"o", 4},
	ArgHandle:  {"z", NrHandleSlots},
	ArgFence:   {"f", NrFenceSlots},
}

// Prefix is what stands before the number in a program text: p for p0.
func (k ArgKind) Prefix() string { return argKinds[k].prefix }

// Count is how many values there are, a power of two. They count from 0.
func (k ArgKind) Count() int { return argKinds[k].count }

// Arg is one argument of an op.
type Arg struct {
	Name string
	Kind ArgKind
}

// MaxArgs is the most arguments an op has.
const MaxArgs = 3

// Call is one call of a program: an index into Ops and the arguments, those
// that the op does not have being 0.
type Call struct {
	Op   uint8
	Args [MaxArgs]uint8
}

// Op is an entry point of the kernel that a program may call. A call whose
// precondition fails does nothing. A precondition is a hand-over that a kernel
// could do, such as an xchg of a slot, and never a look at the model's state:
// that would be a synchronisation no kernel has.
type Op struct {
	Name string // C name
	Args []Arg
	Help string
	// Doing is what a CPU is busy with that calls it, for the heads of tables.
	Doing string
	run   func(mm *MM, c *sim.CPU, a [MaxArgs]uint8)
}

var (
	argCache  = Arg{"cache", ArgCache}
	argObject = Arg{"object", ArgObject}
	argPage   = Arg{"page", ArgPage}
	argFirst  = Arg{"first", ArgPage}
	argLast   = Arg{"last", ArgPage}
	argRef    = Arg{"ref", ArgPageRef}
	argTo     = Arg{"to", ArgPageRef}
	argOrder  = Arg{"order", ArgOrder}
	argHandle = Arg{"handle", ArgHandle}
	argFence  = Arg{"fence", ArgFence}
)

// ops is the one table of entry points. Its order is the order of the byte
// encoding: append, or seeds change their meaning.
var ops = [...]Op{
	// Slab users.
	{"kmem_cache_alloc", []Arg{argCache, argObject},
		"allocate from the cache into the slot; an object that was there is freed", "slab alloc", mmfuzzKmemCacheAlloc},
	{"kmem_cache_free", []Arg{argObject},
		"free the slot's object", "slab free", mmfuzzKmemCacheFree},
	{"kmem_cache_shrink", []Arg{argCache},
		"flush this CPU's slabs and discard the empty ones of the node", "slab shrink", mmfuzzKmemCacheShrink},
	{"flush_cpu_slab", []Arg{argCache},
		"give this CPU's slab and its partial slabs back to the node", "slab flush", mmfuzzFlushCpuSlab},
	{"rcu_do_batch", nil,
		"run the RCU callbacks whose grace period has ended", "rcu softirq", mmfuzzRcuDoBatch},
	{"rcu_read_lock", []Arg{argObject},
		"read the slot's object in one read-side section, if its cache is typesafe", "rcu reader", mmfuzzRcuReadLock},
	{"synchronize_rcu", nil,
		"wait for the readers there are", "rcu wait", mmfuzzSynchronizeRcu},

	// Isolation.
	{"isolate_movable_page", []Arg{argPage},
		"isolate the page, on success onto this CPU's list", "compaction", mmfuzzIsolateMovablePage},
	{"isolate_migratepages_block", []Arg{argFirst, argLast},
		"compaction: scan the range and isolate what can move", "compaction", mmfuzzIsolateMigratepagesBlock},
	{"isolate_migratepages_range", []Arg{argFirst, argLast},
		"the same for alloc_contig_range, which looks into compound pages too", "alloc_contig", mmfuzzIsolateMigratepagesRange},
	{"putback_movable_pages", nil,
		"give the pages on this CPU's list back to their owners", "putback", mmfuzzPutbackMovablePages},
	{"migrate_pages", nil,
		"migrate the pages on this CPU's list; those that fail stay on it", "migration", mmfuzzMigratePages},

	// Owners of movable pages.
	{"zs_malloc", []Arg{argHandle},
		"allocate a zsmalloc object; one that was in the slot is freed", "zsmalloc", mmfuzzZsMalloc},
	{"zs_free", []Arg{argHandle},
		"free the slot's zsmalloc object, and its zspage if that was the last", "zsmalloc", mmfuzzZsFree},
	{"zs_map_object", []Arg{argHandle},
		"map the slot's zsmalloc object, write to it, unmap it", "zsmalloc", mmfuzzZsMapObject},
	{"async_free_zspage", nil,
		"free the empty zspages that zs_free could not lock", "zsmalloc", mmfuzzAsyncFreeZspage},
	{"fill_balloon", nil,
		"inflate the balloon by a page", "balloon", mmfuzzFillBalloon},
	{"leak_balloon", nil,
		"deflate the balloon by a page", "balloon", mmfuzzLeakBalloon},

	// Plain users of pages.
	{"alloc_pages", []Arg{argOrder, argRef},
		"allocate a page, compound if the order is not 0; what was in the slot is put", "page alloc", mmfuzzAllocPages},
	{"put_page", []Arg{argRef},
		"put the slot's reference", "page free", mmfuzzPutPage},
	{"get_page", []Arg{argRef, argTo},
		"take a second reference, into the second slot", "page user", mmfuzzGetPage},
	{"lock_page", []Arg{argRef},
		"lock the slot's page, set and clear a flag under the lock, unlock it", "page user", mmfuzzLockPage},
	{"__get_free_pages", []Arg{argOrder, argRef},
		"allocate a block that is not compound; put_page frees it whole", "page alloc", mmfuzzGetFreePages},

	// Other readers of mapping.
	{"kpageflags", []Arg{argPage},
		"ask /proc/kpageflags what the page is", "/proc/kpageflags", mmfuzzKpageflags},
	{"soft_offline_page", []Arg{argPage},
		"soft offline: migrate the page if it is of a kind that can be", "soft offline", mmfuzzSoftOfflinePage},
	{"scan_movable_pages", []Arg{argFirst, argLast},
		"memory offlining: scan the range for a movable page, and migrate from there on", "offline_pages", mmfuzzScanMovablePages},

	// Page isolation.
	{"start_isolate_page_range", []Arg{argFirst, argLast, argObject},
		"mark the pageblocks of the range if all in it can move, while holding the slot's object; unmark them",
		"page isolation", mmfuzzStartIsolatePageRange},

	// Users of slab pages.
	{"__iov_iter_get_pages_alloc", []Arg{argObject},
		"get the page of the slot's object for I/O and put it, while holding the object", "I/O", mmfuzzIovIterGetPages},

	// The fence of i915.
	{"__i915_sw_fence_init", []Arg{argFence},
		"make the fence, unless that was done", "i915", mmfuzzSwFenceInit},
	{"i915_sw_fence_commit", []Arg{argFence},
		"complete the fence for its maker, once", "i915", mmfuzzSwFenceCommit},
	{"i915_sw_fence_await", []Arg{argFence},
		"let the fence wait for one more", "i915", mmfuzzSwFenceAwait},
	{"i915_sw_fence_complete", []Arg{argFence},
		"complete the fence for one of those", "i915", mmfuzzSwFenceComplete},
	{"i915_sw_fence_check_if_after", []Arg{argFence},
		"mark the fence as seen in its flags, and clear the mark", "i915", mmfuzzSwFenceCheckIfAfter},
}

// Ops returns the table of entry points. It must not be changed.
func Ops() []Op { return ops[:] }

// FindOp returns the index of the op with that name.
func FindOp(name string) (int, bool) {
	for i := range ops {
		if ops[i].Name == name {
			return i, true
		}
	}
	return 0, false
}
