package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// What tests look at between two runs of the machine.

// word is what stands at an offset of struct page.
func (mm *MM) word(page Page, offset sim.Addr) uint64 { return mm.m.Peek(page.at(offset)) }

// list returns the pages on a list that is linked by lru.
func (mm *MM) list(head listHead) []int {
	pages := []int{}
	for pos := listHead(mm.m.Peek(head.next())); pos != head; pos = listHead(mm.m.Peek(pos.next())) {
		pages = append(pages, lruPage(pos).index())
	}
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
	n := 0
	for cpu := range sim.MaxCPUs {
		n += len(mm.list(pcpOf(cpu).list()))
	}
	for order := range uint(maxOrder + 1) {
		n += len(mm.list(freeList(order))) << order
	}
	return n
}

// on runs f on CPU 0, for the steps of a test that are no op.
func (mm *MM) on(f func(c *sim.CPU)) *sim.Bug { return mm.m.Run(1, f).Bug }
