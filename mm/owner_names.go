package mm

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// ownerAddrName names the memory that owners.go maps.
func (mm *MM) ownerAddrName(a sim.Addr) (string, bool) {
	switch {
	case a >= poolBase && a < balloonBase:
		return "pool." + poolField(a-poolBase), true
	case a >= balloonBase && a < perCPUBase:
		return "balloon." + balloonField(a-balloonBase), true
	case a >= perCPUBase && a < shadowBase:
		off := a - perCPUBase
		return perCPUName(int(off/sizeofPerCPU), off%sizeofPerCPU), true
	case a >= constData && a < constData+8*constDataWords:
		mops := a &^ 31
		field := [...]string{"isolate_page", "migrate_page", "putback_page", "end"}[(a-mops)/8]
		return mopsName(movableOperations(mops)) + "." + field, true
	}
	return "", false
}

// ownerValueName names v if it points to memory that owners.go maps, or to one
// of the owners' functions.
func (mm *MM) ownerValueName(v uint64) (string, bool) {
	for _, fn := range movableText {
		if fn.address == v {
			return fn.name, true
		}
	}
	switch mops := movableOperations(v &^ pageMappingMovable); mops {
	case zsmallocMops, balloonMops:
		if v&pageMappingMovable != 0 {
			return mopsName(mops) + "|MOVABLE", true
		}
		return mopsName(mops), true
	}
	if a := sim.Addr(v); a >= perCPUBase && a < shadowBase {
		off := (a - perCPUBase) % sizeofPerCPU
		if off >= sim.Addr(zspageCache) && (off-sim.Addr(zspageCache)-sizeofPerCPUCache)%sizeofZspage == 0 {
			return fmt.Sprintf("zspage%d", zspageNumber(a)), true
		}
	}
	a := sim.Addr(v)
	if off := a &^ zsObjAllocatedTag; off >= ownersBase && off < shadowBase {
		name, _ := mm.ownerAddrName(off)
		if a != off {
			name += "|allocated"
		}
		return "&" + name, true
	}
	return "", false
}

func mopsName(mops movableOperations) string {
	if mops == zsmallocMops {
		return "zsmalloc_mops"
	}
	return "balloon_mops"
}

func poolField(off sim.Addr) string {
	switch {
	case off == 0:
		return "lock"
	case off == poolFreeWork-poolBase:
		return "free_work"
	case off == poolWorker-poolBase:
		return "worker"
	default:
		off -= poolFullness - poolBase
		return [...]string{"empty", "almost", "full"}[off/16] + listField(off%16)
	}
}

func balloonField(off sim.Addr) string {
	return [...]string{"balloon_lock", "num_pages", "pages_lock",
		"pages.next", "pages.prev", "isolated_pages"}[off/8]
}

func perCPUName(cpu int, off sim.Addr) string {
	switch {
	case off < stackRetPages:
		return fmt.Sprintf("cpu%d.migratepages%s", cpu, listField(off%16))
	case off < stackPages:
		return fmt.Sprintf("cpu%d.ret_pages%s", cpu, listField(off%16))
	case off < sim.Addr(handleCache):
		return fmt.Sprintf("cpu%d.pages%s", cpu, listField(off%16))
	case off < sim.Addr(zspageCache):
		return perCPUCacheName("handle", cpu, off-sim.Addr(handleCache), 8)
	default:
		return perCPUCacheName("zspage", cpu, off-sim.Addr(zspageCache), sizeofZspage)
	}
}

// perCPUCacheName names a word of a perCPUCache. Objects are numbered over all
// CPUs.
func perCPUCacheName(object string, cpu int, off, size sim.Addr) string {
	switch off {
	case 0:
		return fmt.Sprintf("cpu%d.%s_cache.free", cpu, object)
	case 8:
		return fmt.Sprintf("cpu%d.%s_cache.used", cpu, object)
	}
	off -= sizeofPerCPUCache
	name := fmt.Sprintf("%s%d", object, cpu*perCPUObjects+int(off/size))
	if size == sizeofZspage {
		name += "." + [...]string{"inuse", "freeobj", "first_page", "isolated", "list.next", "list.prev",
			"lock", "magic", "fullness", "pool"}[off%size/8]
	}
	return name
}

// zspageNumber numbers the zspage at a as perCPUCacheName does.
func zspageNumber(a sim.Addr) int {
	off := a - perCPUBase
	cpu, off := int(off/sizeofPerCPU), off%sizeofPerCPU
	return cpu*perCPUObjects + int((off-sim.Addr(zspageCache)-sizeofPerCPUCache)/sizeofZspage)
}
