package export

import (
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

// page is what page.html shows, and run what page.js steps through.
type (
	page struct {
		Name, Title, Kernel, Model, Text string
		CSS                              template.CSS
		JS                               template.JS
		Run                              run
	}
	run struct {
		CPUs  []string    `json:"cpus"` // what each is doing
		Words []word      `json:"words"`
		Pages []pageState `json:"pages"`
		Steps []step      `json:"steps"`
		Page  int         `json:"page"` // of Pages, the one to begin with
	}
	// word is a word of struct page.
	word struct {
		Offset int    `json:"offset"`
		Page   string `json:"page"`
		Slab   string `json:"slab"`
	}
	// pageState is a page before the run.
	pageState struct {
		Name   string  `json:"name"`
		Values []value `json:"values"` // by word
	}
	value struct {
		Hex  string `json:"hex"`
		Name string `json:"name"`
	}
	step struct {
		CPU     int      `json:"cpu"`
		Step    int      `json:"step"` // of its CPU
		Call    string   `json:"call,omitempty"`
		Text    string   `json:"text,omitempty"`
		In      []string `json:"in,omitempty"` // innermost first
		Kind    string   `json:"kind"`
		Matters bool     `json:"matters"`
		Late    bool     `json:"late,omitempty"`
		Source  int      `json:"source"` // the step whose store it read, -1 for none
		At      *place   `json:"at,omitempty"`
		Sets    []change `json:"sets,omitempty"`
	}
	// place is a word of a page.
	place struct {
		Page int `json:"page"`
		Word int `json:"word"`
	}
	change struct {
		place
		value
	}
)

// HTML is the run as a page that needs nothing else: a lane for each CPU, to be stepped through, with the words of struct
// page as they are at each step.
func HTML(name string, t *fuzz.Trace) (string, error) {
	parsed, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return "", err
	}
	p := t.Program.Clone()
	p.Trace = t.Table(false)
	title := t.Outcome.Title()
	if title == "" {
		title = "no bug"
	}
	var b strings.Builder
	err = parsed.Execute(&b, page{Name: testName(name), Title: title, Kernel: p.Kernel, Model: p.Model.String(), Text: p.String(),
		CSS: template.CSS(pageCSS), JS: template.JS(pageJS), Run: newRun(t)})
	return b.String(), err
}

func newRun(t *fuzz.Trace) run {
	w := &runWriter{t: t, words: t.PageWords(), run: run{Pages: []pageState{}, Steps: []step{}}}
	for _, pw := range w.words {
		w.run.Words = append(w.run.Words, word{int(pw.Offset), pw.Page, pw.Slab})
	}
	for cpu := range max(len(t.Program.Calls), 1) {
		w.run.CPUs = append(w.run.CPUs, t.Doing(cpu))
	}
	w.pages()
	matters := t.Matters()
	for i := range t.Events() {
		w.step(i, matters[i])
	}
	return w.run
}

type runWriter struct {
	t      *fuzz.Trace
	words  []mm.PageWord
	frames []int // the page frames that the run accesses
	run    run
}

// pages finds the pages that the run accesses, and begins with the one that the bug is about, else with the one that mattered
// last.
func (w *runWriter) pages() {
	for i := range w.t.Events() {
		if w.t.Variable(i) == nil {
			continue
		}
		if frame, ok := mm.FindPage(w.t.Events()[i].Addr); ok && !slices.Contains(w.frames, frame) {
			w.frames = append(w.frames, frame)
		}
	}
	slices.Sort(w.frames)
	for _, frame := range w.frames {
		state := pageState{Name: fmt.Sprintf("p%d", frame)}
		for k := range w.words {
			state.Values = append(state.Values, w.value(frame, k, 0))
		}
		w.run.Pages = append(w.run.Pages, state)
	}
	frame, ok := w.t.BuggyPage()
	for i, matters := range w.t.Matters() {
		if a, access := mm.FindPage(w.t.Events()[i].Addr); access && matters && !ok {
			frame = a
		}
	}
	w.run.Page = max(slices.Index(w.frames, frame), 0)
}

// value is what a word of a page has before an event.
func (w *runWriter) value(frame, word, event int) value {
	pw := w.words[word]
	a := mm.PageAddr(frame) + pw.Offset
	v := w.t.Value(a, pw.Size, event)
	return value{fmt.Sprintf("%0*x", 2*pw.Size, v), w.t.Symbols().ValueName(a, v)}
}

func (w *runWriter) step(i int, matters bool) {
	e := &w.t.Events()[i]
	s := step{CPU: e.CPU, Step: e.Step, In: w.t.Functions(i), Kind: kind(e), Matters: matters, Late: e.Late > 0, Source: -1}
	s.Call, _ = w.t.Call(i)
	switch {
	case e.Kind == sim.EvBug:
		s.Text = "BUG: " + w.t.Wrong()
	case e.Kind != sim.EvNote:
		s.Text = w.t.Text(i)
	}
	if reads(e) {
		s.Source = e.Src
	}
	if w.t.Variable(i) != nil {
		w.touch(&s, i)
	}
	w.run.Steps = append(w.run.Steps, s)
}

// touch says which word of a page a step is to, and which words of it have another value then.
func (w *runWriter) touch(s *step, i int) {
	e := &w.t.Events()[i]
	frame, ok := mm.FindPage(e.Addr)
	if !ok {
		return
	}
	page := slices.Index(w.frames, frame)
	for k, pw := range w.words {
		a := mm.PageAddr(frame) + pw.Offset
		if e.Addr >= a && e.Addr < a+sim.Addr(pw.Size) {
			s.At = &place{page, k}
		}
		if before, after := w.value(frame, k, i), w.value(frame, k, i+1); before != after {
			s.Sets = append(s.Sets, change{place{page, k}, after})
		}
	}
}

func kind(e *sim.Event) string {
	switch e.Kind {
	case sim.EvRead:
		return "load"
	case sim.EvWrite:
		return "store"
	case sim.EvRMW, sim.EvRMWFail:
		return "rmw"
	case sim.EvFence:
		return "fence"
	case sim.EvBug:
		return "bug"
	case sim.EvNote:
		return "call"
	}
	return "rcu"
}
