package fuzz

import (
	"fmt"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// oops writes what the kernel would: the title, what is wrong, where, and the page that it happened to, as the slab
// allocator sees it and as compaction does.
func (w *table) oops() {
	t, bug := w.trace, w.trace.Outcome.Bug
	w.paragraph("BUG: " + bug.Title)
	for detail := range strings.Lines(bug.Detail) {
		w.paragraph(strings.TrimRight(detail, "\n"))
	}
	w.line(fmt.Sprintf("CPU: %d Comm: %s", bug.CPU, t.comm()))
	if stack := kernelStack(bug.Stack); len(stack) > 0 {
		w.line("RIP: " + t.rip())
		w.line("Call Trace:")
		for _, name := range stack[t.ripFrame():] {
			w.line(" " + name)
		}
	}
	if page, ok := t.BuggyPage(); ok {
		w.page(page)
	}
}

func (w *table) paragraph(text string) {
	for _, s := range wrap(text, tableWidth, 2) {
		w.line(s)
	}
}

// Wrong says what was about to be done, or what the bug is if that is all there is to say.
func (t *Trace) Wrong() string {
	bug := t.Outcome.Bug
	if first, _, _ := strings.Cut(bug.Detail, "\n"); first != "" {
		return first
	}
	return bug.Title
}

// comm is what the CPU that had the bug was doing.
func (t *Trace) comm() string {
	last := t.lastCall()
	switch {
	case last < 0 && t.ended < 0:
		return "swapper" // as at boot
	case last < 0 || last == t.ended:
		return "clean-up"
	}
	name, _, _ := strings.Cut(t.events[last].Note[len(callMark):], " ")
	op, _ := mm.FindOp(name)
	return mm.Ops()[op].Doing
}

// rip is the function that had the bug, "" if that is none of the kernel's.
func (t *Trace) rip() string {
	stack := kernelStack(t.Outcome.Bug.Stack)
	if len(stack) == 0 {
		return ""
	}
	return stack[t.ripFrame()]
}

// ripFrame is the place of rip in the stack: the function that the title names if it is there, since a call through a
// pointer, which has a frame in the simulated kernel, has none before it is done.
func (t *Trace) ripFrame() int {
	bug := t.Outcome.Bug
	for i, name := range kernelStack(bug.Stack) {
		if strings.HasPrefix(bug.Title, name+":") {
			return i
		}
	}
	return 0
}

// BuggyPage is the page that was accessed last before the bug, in the call that ended with it.
func (t *Trace) BuggyPage() (page int, ok bool) {
	bug := t.Outcome.Bug
	if bug == nil {
		return 0, false
	}
	for i := len(t.events) - 1; i >= 0 && i > t.ended; i-- {
		e := &t.events[i]
		if e.CPU != bug.CPU {
			continue
		}
		if isCall(e) {
			break
		}
		if page, ok = mm.FindPage(e.Addr); ok && isAccess(e) {
			return page, true
		}
	}
	return 0, false
}

// page shows the words of a page at the end of the run, and marks the word that the last access was to.
func (w *table) page(page int) {
	const layout = "%c%3d  %-37s %-9s %16s %s"
	last := w.trace.lastAddr()
	w.line(fmt.Sprintf("%-6s%-37s %s", fmt.Sprintf("p%d", page), "as the slab allocator sees it", "as compaction sees it"))
	for _, word := range w.trace.mm.PageWords() {
		a := mm.PageAddr(page) + word.Offset
		mark := ' '
		if a == last {
			mark = '*'
		}
		value := w.trace.Value(a, word.Size, len(w.trace.events))
		w.paragraph(fmt.Sprintf(layout, mark, word.Offset, word.Slab, word.Page, fmt.Sprintf("%0*x", 2*word.Size, value),
			w.trace.mm.ValueName(a, value)))
	}
}

// lastAddr is what the CPU that had the bug accessed last.
func (t *Trace) lastAddr() sim.Addr {
	for i := len(t.events) - 1; i >= 0; i-- {
		if e := &t.events[i]; e.CPU == t.Outcome.Bug.CPU && isAccess(e) {
			return e.Addr
		}
	}
	return 0
}
