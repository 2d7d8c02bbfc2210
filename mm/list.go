package mm

import "github.com/mmfuzz/mmfuzz/mm/sim"

// listHead is the address of a struct list_head: next, then prev.
type listHead sim.Addr

func (l listHead) next() sim.Addr { return sim.Addr(l) }
func (l listHead) prev() sim.Addr { return sim.Addr(l) + 8 }

func pageLru(page Page) listHead  { return listHead(page.at(pageLruNext)) }
func lruPage(entry listHead) Page { return Page(entry) - pageLruNext }

// Poison of include/linux/poison.h; POISON_POINTER_DELTA depends on the target.
const (
	listPoison1 = 0x100
	listPoison2 = 0x122
	poisonTail  = 0x400 // TAIL_MAPPING
)

func (mm *MM) listPoison1() uint64 { return mm.target.poisonDelta + listPoison1 }
func (mm *MM) listPoison2() uint64 { return mm.target.poisonDelta + listPoison2 }
func (mm *MM) tailMapping() uint64 { return mm.target.poisonDelta + poisonTail }

// initListHead is INIT_LIST_HEAD, include/linux/list.h, v6.0.
func initListHead(c *sim.CPU, list listHead) {
	c.WriteOnce(list.next(), uint64(list))
	c.WriteOnce(list.prev(), uint64(list))
}

// __listAdd is __list_add, include/linux/list.h, v6.0.
func __listAdd(c *sim.CPU, entry, prev, next listHead) {
	c.WriteOnce(next.prev(), uint64(entry))
	c.WriteOnce(entry.next(), uint64(next))
	c.WriteOnce(entry.prev(), uint64(prev))
	c.WriteOnce(prev.next(), uint64(entry))
}

// listAdd is list_add, include/linux/list.h, v6.0.
func listAdd(c *sim.CPU, entry, head listHead) {
	__listAdd(c, entry, head, listHead(c.ReadOnce(head.next())))
}

// listAddTail is list_add_tail, include/linux/list.h, v6.0.
func listAddTail(c *sim.CPU, entry, head listHead) {
	__listAdd(c, entry, listHead(c.ReadOnce(head.prev())), head)
}

// __listDelEntry is __list_del_entry, include/linux/list.h, v6.0, without
// CONFIG_DEBUG_LIST.
func __listDelEntry(c *sim.CPU, entry listHead) {
	prev := listHead(c.ReadOnce(entry.prev()))
	next := listHead(c.ReadOnce(entry.next()))
	c.WriteOnce(next.prev(), uint64(prev))
	c.WriteOnce(prev.next(), uint64(next))
}

// listDel is list_del, include/linux/list.h, v6.0: the entry is left poisoned.
func (mm *MM) listDel(c *sim.CPU, entry listHead) {
	__listDelEntry(c, entry)
	c.WriteOnce(entry.next(), mm.listPoison1())
	c.WriteOnce(entry.prev(), mm.listPoison2())
}

// listMove is list_move, include/linux/list.h, v6.0.
func listMove(c *sim.CPU, entry, head listHead) {
	__listDelEntry(c, entry)
	listAdd(c, entry, head)
}

// listMoveTail is list_move_tail, include/linux/list.h, v6.0.
func listMoveTail(c *sim.CPU, entry, head listHead) {
	__listDelEntry(c, entry)
	listAddTail(c, entry, head)
}

// listEmpty is list_empty, include/linux/list.h, v6.0.
func listEmpty(c *sim.CPU, head listHead) bool {
	return c.ReadOnce(head.next()) == uint64(head)
}

// listSplice is list_splice, include/linux/list.h, v6.0: list goes to the front
// of head.
func listSplice(c *sim.CPU, list, head listHead) {
	if listEmpty(c, list) {
		return
	}
	first := listHead(c.ReadOnce(list.next()))
	last := listHead(c.ReadOnce(list.prev()))
	at := listHead(c.ReadOnce(head.next()))
	c.WriteOnce(first.prev(), uint64(head))
	c.WriteOnce(head.next(), uint64(first))
	c.WriteOnce(last.next(), uint64(at))
	c.WriteOnce(at.prev(), uint64(last))
}
