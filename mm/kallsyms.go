package mm

import (
	"slices"
	"strings"
)

// Where functions are. A compiler aligns functions by target and options, and
// __attribute__((aligned(n))) sets the alignment of one: in gcc it may lower
// it. Measured with gcc 12 and clang 14.

// symbol is a function whose address is data: first the callbacks, then
// the members of the structs movable_operations.
type symbol uint8

const (
	symRcuFreeSlab symbol = iota
	symKmemRcuFree
	symSwFenceDummyNotify
	symRcuLeakCallback
	symZsPageIsolate
	symZsPageMigrate
	symZsPagePutback
	symBalloonPageIsolate
	symBalloonPageMigrate
	symBalloonPagePutback
	nrSymbols

	nrCallbacks = symSwFenceDummyNotify + 1
)

// symbols has the addresses that functions have when none is aligned. That of
// rcu_free_slab is the report's, that of sw_fence_dummy_notify is of v5.15-rc1;
// those of the others are made up, with the low bits of rcu_free_slab for the
// RCU callbacks.
var symbols = [nrSymbols]struct {
	name    string
	address uint64
}{
	symRcuFreeSlab:        {"rcu_free_slab", 0xffffffff811303aa},
	symKmemRcuFree:        {"kmem_rcu_free", 0xffffffff8112f6d2},
	symRcuLeakCallback:    {"rcu_leak_callback", 0xffffffff810a2c0e},
	symSwFenceDummyNotify: {"sw_fence_dummy_notify", 0xffffffff814d408b},
	symZsPageIsolate:      {"zs_page_isolate", 0xffffffff81133c15},
	symZsPageMigrate:      {"zs_page_migrate", 0xffffffff81133e07},
	symZsPagePutback:      {"zs_page_putback", 0xffffffff811342b3},
	symBalloonPageIsolate: {"balloon_page_isolate", 0xffffffff8112a0e1},
	symBalloonPageMigrate: {"balloon_page_migrate", 0xffffffff8112a15b},
	symBalloonPagePutback: {"balloon_page_putback", 0xffffffff8112a127},
}

// target is what a target decides besides the alignment of functions.
type target struct {
	name        string
	poisonDelta uint64 // POISON_POINTER_DELTA
	bigEndian   bool
	instruction uint64 // functions start at a multiple of this
	thumb       bool   // bit 0 of a function's address is set
}

const poisonDelta64 = 0xdead000000000000 // CONFIG_ILLEGAL_POINTER_VALUE

// Of the 32-bit targets only the addresses of functions are modelled: struct
// page is that of 64 bits.
var (
	x86    = target{name: "x86-64", poisonDelta: poisonDelta64, instruction: 1}
	arm64  = target{name: "aarch64", poisonDelta: poisonDelta64, instruction: 4}
	riscv  = target{name: "riscv64", poisonDelta: poisonDelta64, instruction: 2}
	s390   = target{name: "s390x", bigEndian: true, instruction: 2}
	m68k   = target{name: "m68k", bigEndian: true, instruction: 2}
	thumb2 = target{name: "arm-thumb", instruction: 2, thumb: true}
	ppc64  = target{name: "ppc64-elfv1", poisonDelta: 0x5deadbeef0000000, bigEndian: true, instruction: 4}
)

// aligning is how a compiler aligns one function under some options, or its
// descriptor (ppc64 ELFv1), whose address then is the function's.
type aligning struct {
	plain   uint64 // bytes; 0 is not known
	maxSkip uint64 // of plain: not aligned if that takes more; 0 is no limit
	four    uint64 // with aligned(4)
}

// A toolchain's columns: -Os, -O2, -Os -falign-functions=16, -O2
// -falign-functions=16. The first row and column are the default.
var ccOptions = [4]string{"-Os", "-O2", "-Os,-falign-functions=16", "-O2,-falign-functions=16"}

var toolchains = []struct {
	compiler string
	target   *target
	aligning [4]aligning
}{
	{"gcc-12", &x86, [4]aligning{{1, 0, 4}, {16, 0, 4}, {1, 0, 4}, {16, 0, 4}}},
	{"gcc-12", &arm64, [4]aligning{{4, 0, 4}, {16, 11, 4}, {4, 0, 4}, {16, 0, 4}}},
	{"gcc-12", &riscv, [4]aligning{{2, 0, 4}, {2, 0, 4}, {2, 0, 4}, {16, 0, 4}}},
	{"gcc-12", &s390, [4]aligning{{8, 0, 8}, {8, 0, 8}, {8, 0, 8}, {16, 0, 16}}},
	{"gcc-12", &m68k, [4]aligning{{2, 0, 4}, {2, 0, 4}, {2, 0, 4}, {16, 0, 4}}},
	{"gcc-12", &thumb2, [4]aligning{{2, 0, 4}, {4, 3, 4}, {2, 0, 4}, {16, 0, 4}}},
	{"gcc-12", &ppc64, [4]aligning{{8, 0, 8}, {8, 0, 8}, {8, 0, 8}, {8, 0, 8}}},
	{"clang-14", &x86, [4]aligning{{1, 0, 4}, {16, 0, 16}, {}, {16, 0, 16}}},
	{"clang-14", &arm64, [4]aligning{{4, 0, 4}, {4, 0, 4}, {}, {16, 0, 4}}},
	{"clang-14", &riscv, [4]aligning{{2, 0, 4}, {2, 0, 4}, {}, {16, 0, 4}}},
	{"clang-14", &m68k, [4]aligning{{2, 0, 4}, {2, 0, 4}, {}, {16, 0, 4}}},
	{"clang-14", &s390, [4]aligning{{2, 0, 4}, {16, 0, 16}, {}, {16, 0, 16}}},
}

// build is one value of the config key cc.
type build struct {
	name   string
	target *target
	aligning
}

var builds = allBuilds()

func allBuilds() []build {
	var all []build
	for _, t := range toolchains {
		for i, a := range t.aligning {
			if a.plain != 0 {
				all = append(all, build{t.compiler + "," + t.target.name + "," + ccOptions[i], t.target, a})
			}
		}
	}
	return all
}

func ccValues() []string {
	var names []string
	for i := range builds {
		names = append(names, builds[i].name)
	}
	return names
}

// parseCC returns the index in builds of a text such as "gcc-12,-O2", in which
// x86-64 and -Os may be left out; -1 if there is none.
func parseCC(text string) int {
	words := strings.Split(text, ",")
	if len(words) < 2 || strings.HasPrefix(words[1], "-") {
		words = slices.Insert(words, 1, x86.name)
	}
	if len(words) < 3 || !strings.HasPrefix(words[2], "-O") {
		words = slices.Insert(words, 2, "-Os")
	}
	name := strings.Join(words, ",")
	return slices.IndexFunc(builds, func(b build) bool { return b.name == name })
}

// address returns where b puts a function that would be at natural without
// alignment; attribute is the n of aligned(n), or 0.
func (b *build) address(natural, attribute uint64) uint64 {
	align := b.plain
	if attribute != 0 {
		align = max(b.four, attribute)
	}
	a := roundUp(natural, b.target.instruction)
	if up := roundUp(a, align); attribute != 0 || b.maxSkip == 0 || up-a <= b.maxSkip {
		a = up
	}
	if b.target.thumb {
		a |= 1
	}
	return a
}

func roundUp(v, align uint64) uint64 { return (v + align - 1) &^ (align - 1) }

// linkText sets the addresses of functions: where the compiler puts them, or,
// for a callback, where the config says; and aligned as the source wants it.
func (mm *MM) linkText() {
	b := &builds[mm.cfg.chosen[cfgCC]]
	mm.target = b.target
	for i := range symbols {
		mm.text[i] = b.address(symbols[i].address, 0)
	}
	for i, attribute := range mm.k.aligned {
		if given := mm.cfg.address[i]; given != 0 {
			mm.text[i] = roundUp(given, max(attribute, 1))
		} else {
			mm.text[i] = b.address(symbols[i].address, attribute)
		}
	}
}
