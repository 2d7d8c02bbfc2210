package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: rcu_free_slab is where compiler, target, options and attribute put it.
func TestAddressOfRcuFreeSlab(t *testing.T) {
	for _, test := range []struct {
		config         string
		plain, aligned uint64 // in next-20220927 and with __aligned(4)
	}{
		{"", 0xffffffff811303aa, 0xffffffff811303ac},
		{"cc=gcc-12,-O2", 0xffffffff811303b0, 0xffffffff811303ac},
		{"cc=gcc-12,-Os,-falign-functions=16", 0xffffffff811303aa, 0xffffffff811303ac},
		{"cc=clang-14,-O2", 0xffffffff811303b0, 0xffffffff811303b0},
		{"cc=gcc-12,riscv64,-O2", 0xffffffff811303aa, 0xffffffff811303ac},
		{"cc=gcc-12,aarch64,-O2", 0xffffffff811303b0, 0xffffffff811303ac},
		{"cc=gcc-12,aarch64,-Os", 0xffffffff811303ac, 0xffffffff811303ac},
		{"cc=gcc-12,s390x,-Os", 0xffffffff811303b0, 0xffffffff811303b0},
		{"cc=clang-14,s390x,-Os", 0xffffffff811303aa, 0xffffffff811303ac},
		{"cc=gcc-12,arm-thumb,-Os", 0xffffffff811303ab, 0xffffffff811303ad},
		{"cc=gcc-12,ppc64-elfv1,-Os", 0xffffffff811303b0, 0xffffffff811303b0},
		{"rcu_free_slab=ffffffff8100000e", 0xffffffff8100000e, 0xffffffff81000010},
		{"cc=gcc-12,-O2 rcu_free_slab=ffffffff8100000e", 0xffffffff8100000e, 0xffffffff81000010},
	} {
		t.Run(test.config, func(t *testing.T) {
			mm := bootConfig(t, findKernel(t, "next-20220927"), test.config, sim.Dull{})
			require.Equal(t, test.plain, mm.text[symRcuFreeSlab])
			mm = bootConfig(t, findKernel(t, "next-20220927+aligned"), test.config, sim.Dull{})
			require.Equal(t, test.aligned, mm.text[symRcuFreeSlab])
		})
	}
}

// Goal: no build of the patched kernel puts rcu_free_slab where its address
// reads as MOVABLE, and some builds of the reported kernel do.
func TestAlignedIsNeverMovable(t *testing.T) {
	movable := func(kernel, cc string) bool {
		mm := bootConfig(t, findKernel(t, kernel), "cc="+cc, sim.Dull{})
		return mm.text[symRcuFreeSlab]&pageMappingFlags == pageMappingMovable
	}
	found := 0
	for _, cc := range ccValues() {
		require.False(t, movable("next-20220927+aligned", cc), cc)
		if movable("next-20220927", cc) {
			found++
		}
	}
	require.Positive(t, found)
}

// Goal: an alignment with a limit is left out when it would skip more.
func TestAlignmentMaxSkip(t *testing.T) {
	b := build{target: &arm64, aligning: aligning{plain: 16, maxSkip: 11, four: 4}}
	for _, test := range []struct{ natural, attribute, want uint64 }{
		{0x1004, 0, 0x1004}, // 12 to skip
		{0x1008, 0, 0x1010},
		{0x1000, 0, 0x1000},
		{0x1002, 0, 0x1004},
		{0x1006, 4, 0x1008},
	} {
		require.Equal(t, test.want, b.address(test.natural, test.attribute), "%#x", test.natural)
	}
}
