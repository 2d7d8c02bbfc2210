package export

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// traceEvent is an event of the Chrome trace format. Time is in microseconds: an event of the run takes one.
type traceEvent struct {
	Name  string            `json:"name"`
	Phase string            `json:"ph"`
	Time  int               `json:"ts"`
	Len   int               `json:"dur,omitempty"`
	PID   int               `json:"pid"`
	TID   int               `json:"tid"`
	Cat   string            `json:"cat,omitempty"`
	ID    int               `json:"id,omitempty"`
	Bind  string            `json:"bp,omitempty"`
	Scope string            `json:"s,omitempty"`
	Args  map[string]string `json:"args,omitempty"`
}

// Perfetto is the run as a Chrome trace: a track for each CPU, slices for calls, functions and events, and arrows from
// each store to the loads of other CPUs that read it.
func Perfetto(name string, t *fuzz.Trace) (string, error) {
	w := &perfetto{t: t}
	w.add(traceEvent{Name: "process_name", Phase: "M", Args: map[string]string{
		"name": fmt.Sprintf("%s: %s under %v", name, t.Program.Kernel, t.Program.Model)}})
	for cpu := range max(len(t.Program.Calls), 1) {
		w.add(traceEvent{Name: "thread_name", Phase: "M", TID: cpu, Args: map[string]string{
			"name": fmt.Sprintf("cpu%d: %s", cpu, t.Doing(cpu))}})
	}
	for i := range t.Events() {
		w.event(i)
	}
	for cpu := range w.open {
		w.close(cpu, 0)
	}
	return w.text()
}

// text has an event a line.
func (w *perfetto) text() (string, error) {
	var b strings.Builder
	b.WriteString("{\"traceEvents\": [\n")
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	for i := range w.events {
		if i > 0 {
			b.WriteString(",")
		}
		if err := encoder.Encode(&w.events[i]); err != nil {
			return "", err
		}
	}
	b.WriteString("]}\n")
	return b.String(), nil
}

type perfetto struct {
	t      *fuzz.Trace
	events []traceEvent
	open   [sim.MaxCPUs][]string // the slices that a CPU is in, outermost first
	last   [sim.MaxCPUs]int      // when its last event ended
	flows  int
}

func (w *perfetto) add(e traceEvent) { w.events = append(w.events, e) }

func (w *perfetto) event(i int) {
	e := &w.t.Events()[i]
	if call, ok := w.t.Call(i); ok {
		w.close(e.CPU, 0)
		w.begin(e.CPU, i, call)
	}
	if e.Kind == sim.EvNote {
		return
	}
	w.enter(e.CPU, i)
	w.last[e.CPU] = i + 1
	if e.Kind == sim.EvBug {
		w.add(traceEvent{Name: "BUG: " + e.Note, Phase: "i", Time: i, TID: e.CPU, Scope: "g"})
		return
	}
	w.add(traceEvent{Name: w.t.Text(i), Phase: "X", Time: i, Len: 1, TID: e.CPU, Cat: "event",
		Args: map[string]string{"step": fmt.Sprint(e.Step)}})
	if src := e.Src; src >= 0 && reads(e) && w.t.Events()[src].CPU != e.CPU {
		w.flows++
		w.add(traceEvent{Name: "reads", Phase: "s", Time: src, TID: w.t.Events()[src].CPU, Cat: "rf", ID: w.flows})
		w.add(traceEvent{Name: "reads", Phase: "f", Time: i, TID: e.CPU, Cat: "rf", ID: w.flows, Bind: "e"})
	}
}

// enter ends the functions that event i is no longer in, and begins those that it is in.
func (w *perfetto) enter(cpu, i int) {
	stack := w.t.Functions(i)
	open := w.open[cpu]
	same := 1 // the first is the call
	for same < len(open) && same <= len(stack) && open[same] == stack[len(stack)-same] {
		same++
	}
	w.close(cpu, same)
	for k := len(stack) - len(w.open[cpu]); k >= 0; k-- {
		w.begin(cpu, i, stack[k])
	}
}

func (w *perfetto) begin(cpu, time int, name string) {
	w.open[cpu] = append(w.open[cpu], name)
	w.add(traceEvent{Name: name, Phase: "B", Time: time, TID: cpu, Cat: "function"})
}

// close ends all but the first n slices.
func (w *perfetto) close(cpu, n int) {
	for k := len(w.open[cpu]); k > n; k-- {
		w.add(traceEvent{Name: w.open[cpu][k-1], Phase: "E", Time: w.last[cpu], TID: cpu, Cat: "function"})
	}
	w.open[cpu] = w.open[cpu][:min(n, len(w.open[cpu]))]
}
