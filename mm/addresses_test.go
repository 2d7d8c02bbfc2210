package mm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Goal: the table of builds says what the low bits of callbacks can be:
// any under -Os on x86-64, none but 00 where functions are aligned or have
// descriptors, bit 0 always set for thumb, and aligned(4) cures what it is on.
func TestLowBitsOfCallbacks(t *testing.T) {
	any4, even, zero := []uint64{0, 1, 2, 3}, []uint64{0, 2}, []uint64{0}
	require.Equal(t, []string{"rcu_free_slab", "kmem_rcu_free", "rcu_leak_callback"}, MappingCallbacks())
	for _, test := range []struct {
		build                string
		plain, aligned, leak []uint64 // the first two of what next-20220927+aligned aligns
	}{
		{"gcc-12,x86-64,-Os", any4, zero, any4},
		{"gcc-12,x86-64,-O2", zero, zero, zero},
		{"gcc-12,x86-64,-Os,-falign-functions=16", any4, zero, any4},
		{"clang-14,x86-64,-Os", any4, zero, any4},
		{"gcc-12,riscv64,-O2", even, zero, even},
		{"gcc-12,riscv64,-O2,-falign-functions=16", zero, zero, zero},
		{"gcc-12,m68k,-Os", even, zero, even},
		{"gcc-12,aarch64,-O2", zero, zero, zero},
		{"gcc-12,s390x,-Os", zero, zero, zero},
		{"clang-14,s390x,-Os", even, zero, even},
		{"gcc-12,ppc64-elfv1,-Os", zero, zero, zero},
		{"gcc-12,arm-thumb,-Os", []uint64{1, 3}, []uint64{1}, []uint64{1, 3}},
		{"gcc-12,arm-thumb,-O2", []uint64{1}, []uint64{1}, []uint64{1}},
	} {
		for kernel, want := range map[string][]uint64{
			"next-20220927": test.plain, "next-20220927+aligned": test.aligned, "v6.2": test.plain,
		} {
			found := false
			for _, row := range findKernel(t, kernel).Addresses() {
				if row.Build != test.build {
					continue
				}
				found = true
				require.Equal(t, [...][]uint64{want, want, test.leak}, row.LowBits, "%s, %s", kernel, test.build)
			}
			require.True(t, found, test.build)
		}
	}
}

// Goal: what a build can give and what it gives agree.
func TestAddressesAreAmongThosePossible(t *testing.T) {
	for _, kernel := range []string{"next-20220927", "next-20220927+aligned"} {
		k := findKernel(t, kernel)
		for i, row := range k.Addresses() {
			b := &builds[i]
			require.Equal(t, b.name, row.Build)
			require.Equal(t, b.target.bigEndian, row.BigEndian)
			r := k.resolve()
			for j, s := range mappingCallbacks {
				address := b.address(symbols[s].address, r.attribute(s))
				require.Contains(t, row.LowBits[j], address&pageMappingFlags, row.Build)
			}
		}
	}
}
