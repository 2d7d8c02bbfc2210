package fuzz

import (
	"os"
	"testing"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// TestSlabLockIsNotLost runs a scenario in which isolation tries the page lock that SLUB without cmpxchg_double takes for its
// own. It is exhausted where isolation looks for slabs first; where it does not, it goes wrong in another way before long, and
// no run has a lock that is lost or had by both, though SLUB's unlock is not atomic up to v6.6.
func TestSlabLockIsNotLost(t *testing.T) {
	text, err := os.ReadFile("../corpus/scenarios/slab-lock/misled-isolator.txt")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	v := NewVerifier()
	defer v.Close()
	for _, kernel := range []string{"v6.2", "v6.6", "v6.10"} {
		for _, p.Model = range sim.Models() {
			if err := p.SetKernel(kernel); err != nil {
				t.Fatal(err)
			}
			if result := v.Verify(p, 10_000); result.Verdict != Safe {
				t.Errorf("%s under %v: %v", kernel, p.Model, result.Verdict)
			}
		}
	}
	if err := p.SetKernel("next-20220927"); err != nil {
		t.Fatal(err)
	}
	p.Model = sim.SC
	for _, title := range []string{
		"page lock lost to a non-atomic update of flags",
		"folio_unlock: page is not locked",
		"folio_trylock: page is locked by another CPU",
		"bad page state: PG_locked is set",
	} {
		switch result := v.search(p, title, 10_000); {
		case result.Witness == nil:
			t.Error("isolation is not misled here: this tests nothing")
		case result.Witness.Bug == title:
			t.Errorf("next-20220927: %s\n%s", title, result.Witness)
		}
	}
}
