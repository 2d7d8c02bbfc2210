package fuzz

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const (
	tableWidth = 100
	tableGap   = 2
	endedLine  = "-- every cpu has ended, cpu0 cleans up --"
)

// Table is the run as kernel developers draw it in mail: a column per CPU, time downward, an event a line. Events that do
// not matter are counted and left out, unless all are asked for.
func (t *Trace) Table(all bool) string {
	w := &table{trace: t, width: (tableWidth - tableGap*(t.cpus-1)) / t.cpus, matters: t.Matters(), all: all}
	w.head()
	for i := range t.events {
		if i == t.ended {
			w.line(endedLine)
		}
		w.event(i)
	}
	if t.Outcome.Bug != nil {
		w.line("")
		w.oops()
	}
	if w.hidden > 0 {
		w.line("")
		w.line(fmt.Sprintf("%d steps that play no part are left out.", w.hidden))
	}
	return w.b.String()
}

type table struct {
	b       strings.Builder
	trace   *Trace
	width   int
	matters []bool
	all     bool
	inside  [sim.MaxCPUs]string // the function that was named last
	hidden  int                 // steps left out
}

// head says what each CPU is doing.
func (w *table) head() {
	heads := make([][]string, w.trace.cpus)
	height := 0
	for cpu := range heads {
		heads[cpu] = wrap(fmt.Sprintf("cpu%d: %s", cpu, w.trace.Doing(cpu)), w.width, 6)
		height = max(height, len(heads[cpu]))
	}
	for i := range height {
		line := ""
		for _, h := range heads {
			cell := ""
			if i < len(h) {
				cell = h[i]
			}
			line += fmt.Sprintf("%-*s", w.width+tableGap, cell)
		}
		w.line(line)
	}
	w.line(strings.Repeat(strings.Repeat("-", w.width)+strings.Repeat(" ", tableGap), w.trace.cpus))
}

// Doing is what the CPU's calls are about.
func (t *Trace) Doing(cpu int) string {
	var doing []string
	if cpu < len(t.Program.Calls) {
		for _, call := range t.Program.Calls[cpu] {
			if d := mm.Ops()[call.Op].Doing; !slices.Contains(doing, d) {
				doing = append(doing, d)
			}
		}
	}
	if doing == nil {
		return "idle"
	}
	return strings.Join(doing, ", ")
}

func isCall(e *sim.Event) bool { return e.Kind == sim.EvNote && strings.HasPrefix(e.Note, callMark) }

func (w *table) event(i int) {
	e := &w.trace.events[i]
	switch {
	case isCall(e):
		w.inside[e.CPU], _, _ = strings.Cut(e.Note[len(callMark):], " ")
		w.cell(e.CPU, 0, e.Note[len(callMark):])
	case e.Kind == sim.EvBug:
		w.function(e.CPU, w.trace.rip())
		w.cell(e.CPU, 2, "BUG: "+w.trace.Wrong())
	case !w.all && !w.matters[i]:
		w.hidden++
	default:
		if f := kernelStack(e.Stack); len(f) > 0 {
			w.function(e.CPU, f[0])
		}
		w.cell(e.CPU, 2, eventText(w.trace.mm, e))
	}
}

// function says what function the next events are in.
func (w *table) function(cpu int, name string) {
	if name != "" && name != w.inside[cpu] {
		w.inside[cpu] = name
		w.cell(cpu, 1, name+"()")
	}
}

func (w *table) cell(cpu, indent int, text string) {
	for _, s := range wrap(strings.Repeat(" ", indent)+text, w.width, indent+2) {
		w.line(strings.Repeat(" ", cpu*(w.width+tableGap)) + s)
	}
}

func (w *table) line(text string) { w.b.WriteString(strings.TrimRight(text, " ") + "\n") }

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
