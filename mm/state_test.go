package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// What tests look at between two runs of the machine.

// word is what stands at an offset of struct page.
func (mm *MM) word(page Page, offset sim.Addr) uint64 { return mm.m.Peek(page.at(offset)) }

// list returns the pages on a list that is linked by lru.
func (mm *MM) list(head listHead) []int {
	pages := []int{}
	mm.eachListed(head, func(page Page) { pages = append(pages, page.index()) })
	return pages
}

// isolated returns the pages that a CPU has isolated, the last one first.
func (mm *MM) isolated(cpu int) []int { return mm.list(cpuCc(cpu).migratepages()) }

// refcount is the newest value of _refcount.
func (mm *MM) refcount(page Page) int { return int(int32(mm.m.Peek32(page.at(pageRefcount)))) }

// isFlag reports whether a bit of page->flags is set.
func (mm *MM) isFlag(page Page, nr uint) bool { return mm.word(page, pageFlags)>>nr&1 != 0 }

// freePages counts the pages of the buddy allocator and of the CPUs' lists.
func (mm *MM) freePages() int {
	held := mm.AppendHeld(nil)
	return int(held[len(held)-1])
}

// on runs f on CPU 0, for the steps of a test that are no op.
func (mm *MM) on(f func(c *sim.CPU)) *sim.Bug { return mm.m.Run(1, f).Bug }

// Goal: what programs hold is named, and changes with what they do.
func TestHeld(t *testing.T) {
	mm := newKernel(t, "v6.0")
	held := func() map[string]uint64 {
		of := map[string]uint64{}
		for i, word := range mm.AppendHeld(nil) {
			of[mm.HeldName(i)] = word
		}
		return of
	}
	before := held()
	require.Len(t, before, NrHeld)
	require.Equal(t, uint64(NrPages), before["free pages"])
	require.Nil(t, mm.run(t, "zs_malloc z1; isolate_movable_page p0; kmem_cache_alloc c1 s2"))
	after := held()
	require.NotZero(t, after["z1"])
	require.Equal(t, uint64(1), after["pages isolated by cpu0"])
	require.Equal(t, "&p2[0]|c1", mm.ValueName(objectSlot(2), after["s2"]))
	require.Less(t, after["free pages"], before["free pages"])
	require.Zero(t, after["s0"]+after["q0"]+after["pages isolated by cpu1"])
}
