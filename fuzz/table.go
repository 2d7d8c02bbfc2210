package fuzz

import (
	"fmt"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const (
	tableWidth = 100
	endedLine  = "-- every cpu has ended, cpu0 cleans up --"
)

// Table is the run as kernel developers draw it in mail: a column per CPU, time downward, an event a line. Steps on
// words that play no part are counted and left out.
func (t *Trace) Table() string {
	w := &table{trace: t, width: (tableWidth - tableGap*(t.cpus-1)) / t.cpus, inPlay: wordsInPlay(t), wide: wideWords(t.events)}
	header, rule := "", ""
	for cpu := range t.cpus {
		header += fmt.Sprintf("%-*s", w.width+tableGap, fmt.Sprintf("cpu%d", cpu))
		rule += strings.Repeat("-", w.width) + strings.Repeat(" ", tableGap)
	}
	w.line(header)
	w.line(rule)
	for i := range t.events {
		if i == t.ended {
			w.line(endedLine)
		}
		w.event(&t.events[i])
	}
	if bug := t.Outcome.Bug; bug != nil {
		w.line("")
		for _, s := range wrap("BUG: "+bug.Title, tableWidth, 5) {
			w.line(s)
		}
		w.detail(bug)
	}
	if w.hidden > 0 {
		w.line("")
		w.line(fmt.Sprintf("%d steps on other words are left out.", w.hidden))
	}
	return w.b.String()
}

const tableGap = 2

type table struct {
	b      strings.Builder
	trace  *Trace
	width  int
	inPlay map[sim.Addr]bool
	wide   map[sim.Addr]bool
	inside [sim.MaxCPUs]string // the function that was named last
	hidden int                 // steps left out
}

// wordsInPlay returns the words that can have to do with a bug: those that the call that ended with it uses, and another
// call as well. Without a bug they are the words that more than one call uses.
func wordsInPlay(t *Trace) map[sim.Addr]bool {
	last, wide := t.lastCall(), wideWords(t.events)
	calls := map[sim.Addr]map[int]bool{} // by their first event
	current := [sim.MaxCPUs]int{}
	for i := range t.events {
		e := &t.events[i]
		if isCall(e) || i == t.ended {
			current[e.CPU] = i
		}
		if !isAccess(e) {
			continue
		}
		word := wordOf(e, wide)
		if calls[word] == nil {
			calls[word] = map[int]bool{}
		}
		calls[word][current[e.CPU]] = true
	}
	inPlay := map[sim.Addr]bool{}
	for word, users := range calls {
		inPlay[word] = len(users) > 1 && (last < 0 || users[last])
	}
	return inPlay
}

// wideWords returns the 64-bit words that are ever accessed as a whole.
func wideWords(events []sim.Event) map[sim.Addr]bool {
	wide := map[sim.Addr]bool{}
	for i := range events {
		if e := &events[i]; isAccess(e) && e.Size == 8 {
			wide[e.Addr] = true
		}
	}
	return wide
}

// wordOf returns the variable that e accesses: half a word is one of its own unless there are accesses to the whole.
func wordOf(e *sim.Event, wide map[sim.Addr]bool) sim.Addr {
	if wide[e.Addr&^7] {
		return e.Addr &^ 7
	}
	return e.Addr
}

// lastCall returns the first event of the call that ended with the bug, -1 without a bug.
func (t *Trace) lastCall() int {
	last := -1
	if t.Outcome.Bug == nil {
		return last
	}
	for i := range t.events {
		if e := &t.events[i]; e.CPU == t.Outcome.Bug.CPU && (isCall(e) || i == t.ended) {
			last = i
		}
	}
	return last
}

func isCall(e *sim.Event) bool { return e.Kind == sim.EvNote && strings.HasPrefix(e.Note, callMark) }

func isAccess(e *sim.Event) bool {
	switch e.Kind {
	case sim.EvRead, sim.EvWrite, sim.EvRMW, sim.EvRMWFail, sim.EvWait:
		return true
	}
	return false
}

func (w *table) event(e *sim.Event) {
	if e.Kind == sim.EvBug {
		w.cell(e.CPU, 1, "BUG, see below")
		return
	}
	if isCall(e) {
		w.inside[e.CPU], _, _ = strings.Cut(e.Note[len(callMark):], " ")
		w.cell(e.CPU, 0, e.Note[len(callMark):])
		return
	}
	if isAccess(e) && !w.inPlay[wordOf(e, w.wide)] && e.Late == 0 {
		w.hidden++
		return
	}
	if f := kernelStack(e.Stack); len(f) > 0 && f[0] != w.inside[e.CPU] {
		w.inside[e.CPU] = f[0]
		w.cell(e.CPU, 1, f[0]+"()")
	}
	w.cell(e.CPU, 2, eventText(w.trace.names, e))
}

func (w *table) cell(cpu, indent int, text string) {
	for _, s := range wrap(strings.Repeat(" ", indent)+text, w.width, indent+2) {
		w.line(strings.Repeat(" ", cpu*(w.width+tableGap)) + s)
	}
}

func (w *table) line(text string) { w.b.WriteString(strings.TrimRight(text, " ") + "\n") }

func (w *table) detail(bug *sim.Bug) {
	for paragraph := range strings.Lines(bug.Detail) {
		for _, s := range wrap("     "+strings.TrimRight(paragraph, "\n"), tableWidth, 7) {
			w.line(s)
		}
	}
	if stack := kernelStack(bug.Stack); len(stack) > 0 {
		for _, s := range wrap(fmt.Sprintf("     on cpu%d in %s", bug.CPU, strings.Join(stack, " < ")), tableWidth, 7) {
			w.line(s)
		}
	}
}

// kernelStack returns the functions that are the kernel's: what stands in for its callers has a prefix of ours.
func kernelStack(stack []string) []string {
	for i, name := range stack {
		if strings.HasPrefix(name, "mmfuzz_") {
			return stack[:i]
		}
	}
	return stack
}

// wrap breaks text at spaces into lines of at most width; all but the first are indented.
func wrap(text string, width, indent int) []string {
	var lines []string
	for len(text) > width {
		cut := strings.LastIndexByte(text[:width+1], ' ')
		if cut <= indent {
			cut = width
		}
		lines = append(lines, strings.TrimRight(text[:cut], " "))
		text = strings.Repeat(" ", indent) + strings.TrimLeft(text[cut:], " ")
	}
	return append(lines, text)
}
