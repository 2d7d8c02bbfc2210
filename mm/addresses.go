package mm

// mappingCallbacks are the RCU callbacks that can stand on page->mapping.
// rcu_leak_callback takes the place of another when that is queued twice, with
// CONFIG_DEBUG_OBJECTS_RCU_HEAD.
var mappingCallbacks = [...]symbol{symRcuFreeSlab, symKmemRcuFree, symRcuLeakCallback}

// MappingCallbacks returns the names of the RCU callbacks that can stand on
// page->mapping.
func MappingCallbacks() []string {
	var names []string
	for _, s := range mappingCallbacks {
		names = append(names, symbols[s].name)
	}
	return names
}

// AddressRow is what the low two bits of the callbacks' addresses can be in one
// build of a kernel.
type AddressRow struct {
	Build     string // a value of the config key cc
	BigEndian bool   // slabs is the upper half of the word on mapping
	// LowBits has for each of MappingCallbacks the values that are possible, in
	// ascending order.
	LowBits [len(mappingCallbacks)][]uint64
}

// Addresses returns a row for each build whose alignment of functions is known.
func (k *Kernel) Addresses() []AddressRow {
	r := k.resolve()
	rows := make([]AddressRow, len(builds))
	for i := range builds {
		b := &builds[i]
		rows[i] = AddressRow{Build: b.name, BigEndian: b.target.bigEndian}
		for j, s := range mappingCallbacks {
			rows[i].LowBits[j] = b.lowBits(r.attribute(s))
		}
	}
	return rows
}

// attribute returns the n of aligned(n), 0 for none.
func (k *Kernel) attribute(s symbol) uint64 {
	if int(s) < len(k.aligned) {
		return k.aligned[s]
	}
	return 0
}

// lowBits returns what the low two bits of an address can be, wherever the
// linker puts the function.
func (b *build) lowBits(attribute uint64) []uint64 {
	var possible [pageMappingFlags + 1]bool
	const everyCase = 64 // no alignment is larger
	for natural := range uint64(everyCase) {
		possible[b.address(natural, attribute)&pageMappingFlags] = true
	}
	var bits []uint64
	for v, is := range possible {
		if is {
			bits = append(bits, uint64(v))
		}
	}
	return bits
}

// Movable reports whether low bits among these read as PAGE_MAPPING_MOVABLE.
func Movable(lowBits []uint64) bool {
	for _, v := range lowBits {
		if v == pageMappingMovable {
			return true
		}
	}
	return false
}
