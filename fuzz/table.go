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
// words that a single CPU uses are counted and left out, as they cannot be part of a race; a run of one CPU is shown whole.
func (t *Trace) Table() string {
	w := &table{trace: t, width: (tableWidth - tableGap*(t.cpus-1)) / t.cpus, shared: sharedWords(t.events)}
	header, rule := "", ""
	for cpu := range t.cpus {
		header += fmt.Sprintf("%-*s", w.width+tableGap, fmt.Sprintf("cpu%d", cpu))
		rule += strings.Repeat("-", w.width) + strings.Repeat(" ", tableGap)
	}
	w.line(header)
	w.line(rule)
	for i := range t.events {
		if i == t.ended {
			w.flush()
			w.line(endedLine)
		}
		w.event(&t.events[i])
	}
	w.flush()
	if bug := t.Outcome.Bug; bug != nil {
		w.line("")
		for _, s := range wrap("BUG: "+bug.Title, tableWidth, 5) {
			w.line(s)
		}
		w.detail(bug)
	}
	return w.b.String()
}

const tableGap = 2

type table struct {
	b      strings.Builder
	trace  *Trace
	width  int
	shared map[sim.Addr]uint8
	inside [sim.MaxCPUs]string // the function that was named last
	hidden [sim.MaxCPUs]int    // steps left out since the last line
}

// sharedWords returns for each 64-bit word the set of CPUs that use it.
func sharedWords(events []sim.Event) map[sim.Addr]uint8 {
	words := map[sim.Addr]uint8{}
	for i := range events {
		if e := &events[i]; isAccess(e) {
			words[e.Addr&^7] |= 1 << e.CPU
		}
	}
	return words
}

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
	if e.Kind == sim.EvNote && strings.HasPrefix(e.Note, callMark) {
		w.flushCPU(e.CPU)
		w.inside[e.CPU], _, _ = strings.Cut(e.Note[len(callMark):], " ")
		w.cell(e.CPU, 0, e.Note[len(callMark):])
		return
	}
	if set := w.shared[e.Addr&^7]; isAccess(e) && w.trace.cpus > 1 && set&(set-1) == 0 {
		w.hidden[e.CPU]++
		return
	}
	w.flushCPU(e.CPU)
	if len(e.Stack) > 0 && e.Stack[0] != w.inside[e.CPU] {
		w.inside[e.CPU] = e.Stack[0]
		w.cell(e.CPU, 1, e.Stack[0]+"()")
	}
	w.cell(e.CPU, 2, eventText(w.trace.names, e))
}

// flushCPU says how many steps of a CPU were left out.
func (w *table) flushCPU(cpu int) {
	if n := w.hidden[cpu]; n > 0 {
		w.hidden[cpu] = 0
		w.cell(cpu, 2, fmt.Sprintf("... %d", n))
	}
}

func (w *table) flush() {
	for cpu := range w.hidden {
		w.flushCPU(cpu)
	}
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
	if len(bug.Stack) > 0 {
		for _, s := range wrap(fmt.Sprintf("     on cpu%d in %s", bug.CPU, strings.Join(bug.Stack, " < ")), tableWidth, 7) {
			w.line(s)
		}
	}
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
