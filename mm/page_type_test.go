package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: a page has one type, which is tested for no other; from v6.12 on to set
// a second one, or to clear one that is not there, is a bug, and what is below the
// type is the owner's.
func TestPageTypes(t *testing.T) {
	page := nthPage(0)
	for _, kernel := range []string{"v6.0", "v6.10", "v6.17"} {
		mm := newKernel(t, kernel)
		types := *mm.k.types
		all := []uint32{types.buddy, types.offline}
		if types.slab != 0 {
			all = append(all, types.slab, types.zsmalloc)
		}
		for _, typ := range all {
			require.Nil(t, mm.on(func(c *sim.CPU) {
				types.set(c, page, typ)
				c.BugOn(c.ReadOnce32(page.at(pageType)) != typ, "page_type is that of the type")
				for _, other := range all {
					c.BugOn(types.test(c, page, other) != (other == typ), "the type and no other")
				}
				types.clear(c, page, typ)
				c.BugOn(c.ReadOnce32(page.at(pageType)) != pageTypeNone, "no type")
				c.BugOn(types.test(c, page, typ), "no type")
			}), "%s %#x", kernel, typ)
		}
		if types.slab == 0 {
			continue
		}
		set := func(c *sim.CPU) { types.set(c, page, types.slab) }
		require.Equal(t, bugOtherPageType, title(mm.on(func(c *sim.CPU) { types.clear(c, page, types.slab) })))
		mm = newKernel(t, kernel)
		require.Equal(t, bugHasPageType, title(mm.on(func(c *sim.CPU) { set(c); types.set(c, page, types.offline) })))
		mm = newKernel(t, kernel)
		require.Nil(t, mm.run(t, "zs_malloc z0"))
		require.Nil(t, mm.on(func(c *sim.CPU) {
			mm.k.setFirstObjOffset(c, page, 64)
			c.BugOn(mm.k.getFirstObjOffset(c, page) != 64, "offset")
			c.BugOn(!mm.pageZsmalloc(c, page), "type")
		}))
		require.Equal(t, "zsmalloc, first object at 64", mm.ValueName(page.at(pageType), uint64(mm.m.Peek32(page.at(pageType)))))
		require.Nil(t, mm.Finish().Bug)
	}
}

// Goal: in v6.17 flag and type of a movable page stay until it is freed, and go
// then. Before, its owner takes them away.
func TestMovableUntilFreed(t *testing.T) {
	for kernel, stays := range map[string]bool{"v6.14": false, "v6.17": true} {
		for _, life := range []struct{ begin, end string }{
			{"zs_malloc z0", "zs_free z0"},
			{"fill_balloon", "leak_balloon"},
		} {
			mm := newKernel(t, kernel)
			require.Nil(t, mm.run(t, life.begin))
			movable := false
			look := func(c *sim.CPU) { movable = mm.k.__pageMovable(mm, c, nthPage(0)) }
			// A reference of ours keeps the page from being freed.
			require.Nil(t, mm.on(func(c *sim.CPU) { mm.k.getPage(mm, c, nthPage(0)); look(c) }))
			require.True(t, movable)
			require.Nil(t, mm.run(t, life.end))
			require.Nil(t, mm.on(look))
			require.True(t, movable, "mapping keeps the tag, or flags the flag")
			typed := mm.m.Peek32(nthPage(0).at(pageType)) != pageTypeNone
			require.Equal(t, stays, typed, "%s %s", kernel, life.begin)
			require.Nil(t, mm.on(func(c *sim.CPU) { mm.k.putPage(mm, c, nthPage(0)); look(c) }))
			require.False(t, movable)
			require.Equal(t, pageTypeNone, mm.m.Peek32(nthPage(0).at(pageType)))
			require.Nil(t, mm.Finish().Bug)
		}
	}
}
