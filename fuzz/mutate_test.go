package fuzz

import (
	"bytes"
	"testing"
)

// TestMutantsAreOfTheShape checks that mutants of mutants, and what is made of two, have bytes that decode to them, and that
// a seed always gives the same one.
func TestMutantsAreOfTheShape(t *testing.T) {
	for _, shape := range Shapes() {
		m, again := NewMutator(shape), NewMutator(shape)
		var data, other []byte
		changed := 0
		for seed := range uint64(5000) {
			mutant := bytes.Clone(m.Mutate(data, 4096, seed))
			if seed%4 == 3 {
				mutant = bytes.Clone(m.CrossOver(mutant, other, 4096, seed))
			} else if !bytes.Equal(mutant, again.Mutate(data, 4096, seed)) {
				t.Fatalf("%s: seed %d gives two mutants", shape.Name, seed)
			}
			p := newDecoder().decode(shape, mutant)
			encoded, err := shape.Encode(p)
			if err != nil || !bytes.Equal(encoded, mutant) {
				t.Fatalf("%s, seed %d: %v: the mutant is not what its program encodes to:\n%s", shape.Name, seed, err, p)
			}
			if !bytes.Equal(mutant, data) {
				changed++
			}
			other, data = data, mutant
			if seed%500 == 499 {
				data = randomBytes(&m.mutator.rng, 300)
			}
		}
		if changed < 4000 {
			t.Errorf("%s: %d of 5000 mutants are new", shape.Name, changed)
		}
		if n := len(m.Mutate(data, 13, 1)); n > 13 {
			t.Errorf("%s: %d bytes where there is room for 13", shape.Name, n)
		}
	}
}

// TestEachMutationDoesWhatItSays checks that from one program each way to change one is met.
func TestEachMutationDoesWhatItSays(t *testing.T) {
	shape, err := FindShape("FuzzCompaction")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse("kernel v6.2\nmodel lkmm\n\ncpu0 kmem_cache_alloc c1 s0\ncpu0 kmem_cache_free s0\n" +
		"cpu1 isolate_movable_page p0\n\ncpu0@3 run cpu1\ncpu1@2 read late 1\n")
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]int{}
	m := newMutator(shape)
	for seed := range uint64(3000) {
		q := m.mutate(p, seed)
		for what, is := range map[string]bool{
			"more calls":    q.NumCalls() > p.NumCalls(),
			"fewer calls":   q.NumCalls() < p.NumCalls(),
			"as many calls": q.NumCalls() == p.NumCalls() && !sameCalls(p, q),
			"another CPU":   len(q.Calls) > 2,
			"more choices":  len(q.Choices) > len(p.Choices),
			"fewer choices": len(q.Choices) < len(p.Choices),
			"other choices": len(q.Choices) == len(p.Choices) && !containsChoice(q.Choices, p.Choices[0]),
			"config":        p.Config != q.Config,
		} {
			if is {
				met[what]++
			}
		}
	}
	for _, what := range []string{"more calls", "fewer calls", "as many calls", "another CPU", "more choices", "fewer choices", "other choices", "config"} {
		if met[what] < 100 {
			t.Errorf("%s: %d of 3000 mutants", what, met[what])
		}
	}
}

func sameCalls(p, q *Program) bool {
	a, b := p.Clone(), q.Clone()
	a.Choices, b.Choices, a.Config = nil, nil, b.Config
	return a.SameRun(b)
}

// TestAddressesChangeInTheBitsThatMatter checks that from the address of the report all kinds of addresses are met.
func TestAddressesChangeInTheBitsThatMatter(t *testing.T) {
	shape, err := FindShape("FuzzFunctionAddress")
	if err != nil {
		t.Fatal(err)
	}
	m := NewMutator(shape)
	lowBits := map[uint64]int{}
	canonical := map[bool]int{}
	for seed := range uint64(4000) {
		a := newDecoder().decode(shape, m.Mutate(AddressInput(reportAddress), 4096, seed)).Config.Address("rcu_free_slab")
		lowBits[a&3]++
		canonical[a>>47 == 0 || a>>47 == 1<<17-1]++
	}
	for bits := range uint64(4) {
		if lowBits[bits] < 50 {
			t.Errorf("low bits %02b: %d of 4000", bits, lowBits[bits])
		}
	}
	if canonical[false] < 50 || canonical[true] < 50 {
		t.Errorf("canonical: %v", canonical)
	}
}
