package mm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Goal: every word of struct page has its name, and those of struct slab stand
// where the kernel's layout has them.
func TestPageWords(t *testing.T) {
	for kernel, onMapping := range map[string]string{
		"v6.0":          "slab_cache",
		"next-20220927": "slab_list.prev, rcu_head.func, slabs",
		"v6.2":          "slab_list.prev, rcu_head.func, slabs",
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
			if w.Page == "mapping" {
				require.Equal(t, onMapping, w.Slab, kernel)
			}
			page, ok := FindPage(PageAddr(3) + w.Offset)
			require.True(t, ok)
			require.Equal(t, 3, page)
		}
		_, ok := FindPage(PageAddr(NrPages))
		require.False(t, ok)
	}
}
