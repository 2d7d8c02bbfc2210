package mm

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// NrHeld is how many words AppendHeld appends.
const NrHeld = NrObjectSlots + NrPageSlots + NrHandleSlots + sim.MaxCPUs + 1

// AppendHeld appends, between two runs of the machine, what programs hold: the words of the slots, then for each CPU a bit
// for each page that it has isolated, then how many pages are free. HeldName says what each word is.
func (mm *MM) AppendHeld(words []uint64) []uint64 {
	for slot := slotBase; slot < slotsEnd; slot += 8 {
		words = append(words, mm.m.Peek(slot))
	}
	for cpu := range sim.MaxCPUs {
		isolated := uint64(0)
		mm.eachListed(cpuCc(cpu).migratepages(), func(page Page) { isolated |= 1 << page.index() })
		words = append(words, isolated)
	}
	free := uint64(0)
	for cpu := range sim.MaxCPUs {
		mm.eachListed(pcpOf(cpu).list(), func(Page) { free++ })
	}
	for order := range uint(maxOrder + 1) {
		mm.eachListed(freeList(order), func(Page) { free += 1 << order })
	}
	return append(words, free)
}

// HeldName names word i of AppendHeld.
func (mm *MM) HeldName(i int) string {
	const slots = int(slotsEnd-slotBase) / 8
	switch {
	case i < slots:
		return mm.AddrName(slotBase + 8*sim.Addr(i))
	case i < slots+sim.MaxCPUs:
		return fmt.Sprintf("pages isolated by cpu%d", i-slots)
	}
	return "free pages"
}

// eachListed calls f for each page of a list that is linked by lru, up to as many as there are pages.
func (mm *MM) eachListed(head listHead, f func(Page)) {
	n := 0
	for pos := listHead(mm.m.Peek(head.next())); pos != head && n < NrPages; pos = listHead(mm.m.Peek(pos.next())) {
		f(lruPage(pos))
		n++
	}
}
