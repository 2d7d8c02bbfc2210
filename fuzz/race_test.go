package fuzz

import "testing"

// Where in memory a bug happened to show does not make it another one.
func TestField(t *testing.T) {
	for word, want := range map[string]string{
		"p0.mapping":         "mapping",
		"p12.mapping+4":      "mapping+4",
		"p3+56":              "+56",
		"c1+80":              "+80",
		"c1.node.nr_slabs":   "nr_slabs",
		"p3[64]":             "object",
		"p12[0]":             "object",
		"p2.freelist[7]":     "freelist",
		"c0.cpu1.entry[3]":   "entry",
		"zone.free[3].prev":  "prev",
		"s0":                 "slot",
		"q11":                "slot",
		"z3":                 "slot",
		"handle17":           "handle",
		"zspage17.inuse":     "inuse",
		"slob_lock":          "slob_lock",
		"0x10":               "0x10",
		"i915_sw_fence_lock": "i915_sw_fence_lock",
	} {
		if got := field(word); got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
}
