package fuzz

import (
	"math/bits"
	"slices"
)

// uses holds the CPUs that use each of some places in memory, and from bit 8 on those that store to it.
type uses struct {
	of   []uint16
	list []int32 // the places that are used
}

func (u *uses) add(i int32, cpu int, reads bool) {
	if int(i) >= len(u.of) {
		u.of = slices.Grow(u.of, int(i)+1-len(u.of))[:i+1]
	}
	if u.of[i] == 0 {
		u.list = append(u.list, i)
	}
	cpus := uint16(1) << cpu
	if !reads {
		cpus |= cpus << 8
	}
	u.of[i] |= cpus
}

func (u *uses) clear() {
	for _, i := range u.list {
		u.of[i] = 0
	}
	u.list = u.list[:0]
}

// conflict reports whether a step of that CPU at i conflicts: another CPU uses it, and one of the two stores to it.
func (u *uses) conflict(i int32, cpu int, reads bool) bool {
	others := u.of[i] &^ (0x0101 << cpu)
	if reads {
		others >>= 8
	}
	return others != 0
}

// otherThan returns the CPUs for which there is another one among cpus.
func otherThan(cpus uint16) uint16 {
	switch bits.OnesCount16(cpus) {
	case 0:
		return 0
	case 1:
		return 0xff &^ cpus
	}
	return 0xff
}
