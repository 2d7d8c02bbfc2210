package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// PageWord is a word of struct page, with the names that those who look at it
// have for it.
type PageWord struct {
	Offset sim.Addr
	Size   uint8  // bytes, 4 or 8
	Page   string // struct page, as compaction sees it
	Slab   string // struct slab, by the kernel's layout; "" if it has nothing there
}

// PageWords returns the words of struct page in order.
func (mm *MM) PageWords() []PageWord {
	words := []PageWord{
		{Offset: pageFlags, Size: 8, Page: "flags"},
		{Offset: pageLruNext, Size: 8, Page: "lru.next"},
		{Offset: pageLruPrev, Size: 8, Page: "lru.prev"},
		{Offset: pageMapping, Size: 8, Page: "mapping"},
		{Offset: pageIndex, Size: 8, Page: "index"},
		{Offset: pagePrivate, Size: 8, Page: "private"},
		{Offset: pageType, Size: 4, Page: "page_type"},
		{Offset: pageRefcount, Size: 4, Page: "_refcount"},
	}
	for i := range words {
		w := &words[i]
		w.Slab = mm.slabFields(w.Offset)
		if w.Offset == pageType && w.Slab == "" && mm.k.types.slab != 0 {
			w.Slab = "__page_type" // 46df8e73a4a3: it has the slab mark
		}
	}
	return words
}

// PageAddr is the address of the struct page of a page frame.
func PageAddr(page int) sim.Addr { return sim.Addr(nthPage(page)) }

// FindPage returns the page frame in whose struct page the address is.
func FindPage(a sim.Addr) (page int, ok bool) {
	off := a - vmemmap
	return int(off / sizeofPage), off < NrPages*sizeofPage
}
