package mm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Goal: every word of struct page has its name, and those of struct slab stand
// where the kernel's layout has them.
func TestPageWords(t *testing.T) {
	for kernel, want := range map[string]struct{ onMapping, onPageType string }{
		"v6.0":          {"slab_cache", ""},
		"next-20220927": {"slab_list.prev, rcu_head.func, slabs", ""},
		"v6.2":          {"slab_list.prev, rcu_head.func, slabs", ""},
		"v6.10":         {"slab_list.prev, rcu_head.func, slabs", "__page_type"},
	} {
		mm := newKernel(t, kernel)
		next := PageAddr(3)
		for _, w := range mm.PageWords() {
			require.Equal(t, next, PageAddr(3)+w.Offset, "no gap")
			next += 8
			if w.Size == 4 {
				next -= 4
			}
			require.NotEmpty(t, w.Page)
			switch w.Page {
			case "mapping":
				require.Equal(t, want.onMapping, w.Slab, kernel)
			case "page_type":
				require.Equal(t, want.onPageType, w.Slab, kernel)
			}
			page, ok := FindPage(PageAddr(3) + w.Offset)
			require.True(t, ok)
			require.Equal(t, 3, page)
		}
		_, ok := FindPage(PageAddr(NrPages))
		require.False(t, ok)
	}
}
