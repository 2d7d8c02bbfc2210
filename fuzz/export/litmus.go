package export

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// ErrNothing is what comes of a run in which no CPU had to do with another.
var ErrNothing = errors.New("no CPU has to do with another in this run: there is nothing to show in a litmus test")

// Litmus is the run as a C litmus test: the events that matter of each thread, in program order, each load followed by an
// if for what it read, and an exists clause that is what the run read and left behind.
//
// What the test leaves out, other accesses and the address and data dependencies, makes it no stronger than the run: a
// model that allows the run allows the outcome.
func Litmus(name string, t *fuzz.Trace) (string, error) {
	l := &litmusTest{t: t, names: map[*fuzz.Variable]string{}, values: map[*fuzz.Variable][]uint64{}, threads: t.Threads()}
	l.choose()
	if len(l.variables) == 0 {
		return "", ErrNothing
	}
	l.number()
	for thread := range sim.MaxCPUs + 1 {
		if slices.Index(l.threads, thread) >= 0 {
			l.process(thread)
		}
	}
	return l.text(name), nil
}

// litmusTest is a test on its way.
type litmusTest struct {
	t         *fuzz.Trace
	threads   []int
	keep      []bool
	variables []*fuzz.Variable // in the order in which they are used
	names     map[*fuzz.Variable]string
	values    map[*fuzz.Variable][]uint64 // value i is written as i, so that the initial one is 0
	processes []*process
	handover  []handover
}

// choose settles which events the test has: those that matter, and the stores that they read.
func (l *litmusTest) choose() {
	l.keep = l.t.Matters()
	events := l.t.Events()
	for i := len(events) - 1; i >= 0; i-- {
		if l.threads[i] < 0 || events[i].Kind == sim.EvWait {
			l.keep[i] = false
		}
		if l.keep[i] && reads(&events[i]) && events[i].Src >= 0 {
			l.keep[events[i].Src] = true
		}
	}
	l.dropPrivate()
	l.dropRepeats()
	l.dropBarriers()
	for i := range events {
		if v := l.t.Variable(i); v != nil && l.keep[i] && !slices.Contains(l.variables, v) {
			l.variables = append(l.variables, v)
		}
	}
}

// alone says whether the run has one thread: a call that ends with a bug all by itself.
func (l *litmusTest) alone() bool {
	return len(slices.Compact(slices.DeleteFunc(slices.Clone(l.threads), func(thread int) bool { return thread < 0 }))) == 1
}

// dropPrivate drops the accesses to what only one thread uses, if there are others.
func (l *litmusTest) dropPrivate() {
	if l.alone() {
		return
	}
	users := map[*fuzz.Variable]map[int]bool{}
	for i, keep := range l.keep {
		if v := l.t.Variable(i); keep && v != nil {
			if users[v] == nil {
				users[v] = map[int]bool{}
			}
			users[v][l.threads[i]] = true
		}
	}
	for i := range l.keep {
		l.keep[i] = l.keep[i] && len(users[l.t.Variable(i)]) != 1
	}
}

// dropRepeats drops a load that does again what its thread did last.
func (l *litmusTest) dropRepeats() {
	last := map[int]int{} // by thread: its last event, -1 for none
	for i, e := range l.t.Events() {
		if !l.keep[i] || e.Kind == sim.EvNote || e.Kind == sim.EvBug {
			continue
		}
		if k, ok := last[l.threads[i]]; ok && e.Kind == sim.EvRead && e.Order == sim.Once {
			if p := &l.t.Events()[k]; p.Kind == sim.EvRead && p.Src == e.Src && l.t.Variable(i) == l.t.Variable(k) {
				l.keep[i] = false
				continue
			}
		}
		last[l.threads[i]] = i
	}
}

// dropBarriers drops those that stand before or behind all accesses of their thread.
func (l *litmusTest) dropBarriers() {
	events := l.t.Events()
	for i, e := range events {
		if e.Kind == sim.EvFence && l.keep[i] {
			l.keep[i] = l.hasAccess(l.threads[i], events[:i], 0) && l.hasAccess(l.threads[i], events[i:], i)
		}
	}
}

func (l *litmusTest) hasAccess(thread int, events []sim.Event, first int) bool {
	for k := range events {
		if i := first + k; l.keep[i] && l.threads[i] == thread && l.t.Variable(i) != nil {
			return true
		}
	}
	return false
}

var (
	notInName = regexp.MustCompile(`[^a-zA-Z0-9]+`)
	notInTest = regexp.MustCompile(`[^a-zA-Z0-9_+.-]+`)
)

// number gives each variable a name, and each of its values a number.
func (l *litmusTest) number() {
	taken := map[string]bool{}
	for _, v := range l.variables {
		name := strings.Trim(notInName.ReplaceAllString(l.t.Symbols().AddrName(v.Addr), "_"), "_")
		for taken[name] {
			name += "_"
		}
		taken[name], l.names[v] = true, name
		l.values[v] = []uint64{v.Initial}
		for _, s := range v.Stores {
			if l.keep[s.Event] && !slices.Contains(l.values[v], s.Value) {
				l.values[v] = append(l.values[v], s.Value)
			}
		}
	}
}

// after is the number of a variable's value when a store is done, -1 for the initial value.
func (l *litmusTest) after(v *fuzz.Variable, store int) int {
	return slices.Index(l.values[v], v.After(store))
}

// final says what the variables end with that more than one thread stores to, or a thread that is alone.
func (l *litmusTest) final() []string {
	var terms []string
	for _, v := range l.variables {
		last, shared, thread := -1, false, -1
		for _, s := range v.Stores {
			if !l.keep[s.Event] {
				continue
			}
			shared = shared || last >= 0 && l.threads[s.Event] != thread
			last, thread = s.Event, l.threads[s.Event]
		}
		if (shared || last >= 0 && l.alone()) && !l.isLock(v) {
			terms = append(terms, fmt.Sprintf("%s=%d", l.names[v], l.after(v, last)))
		}
	}
	return terms
}

// isLock says whether a variable is a spin lock.
func (l *litmusTest) isLock(v *fuzz.Variable) bool {
	return slices.ContainsFunc(v.Stores, func(s fuzz.Store) bool { return fuzz.IsLocking(&l.t.Events()[s.Event]) })
}

// isAtomic says whether a variable has read-modify-writes.
func (l *litmusTest) isAtomic(v *fuzz.Variable) bool {
	return slices.ContainsFunc(v.Stores, func(s fuzz.Store) bool {
		return l.keep[s.Event] && l.t.Events()[s.Event].Kind == sim.EvRMW
	})
}

func (l *litmusTest) declaration(v *fuzz.Variable) string {
	kind := "int"
	switch {
	case l.isLock(v):
		kind = "spinlock_t"
	case l.isAtomic(v):
		kind = "atomic_t"
	}
	return kind + " *" + l.names[v]
}

func (l *litmusTest) text(name string) string {
	var b strings.Builder
	p, o := l.t.Program, &l.t.Outcome
	fmt.Fprintf(&b, "C %s\n\n(*\n", testName(name))
	fmt.Fprintf(&b, " * A run of %s under %v.\n", p.Kernel, p.Model)
	if o.Bug != nil {
		fmt.Fprintf(&b, " * It ends with: %s\n", o.Title())
	}
	b.WriteString(" *\n * What the numbers stand for:\n")
	for _, v := range l.variables {
		if !l.isLock(v) {
			fmt.Fprintf(&b, " *   %s: %s\n", l.names[v], l.legend(v))
		}
	}
	b.WriteString(" *)\n\n{}\n")
	var terms []string
	for i, p := range l.processes {
		fmt.Fprintf(&b, "\n// %s\n%s", l.t.Doing(p.cpu), p.text(i))
		for _, c := range p.read {
			terms = append(terms, fmt.Sprintf("%d:r%d=%d", i, c.register, c.value))
		}
	}
	b.WriteString("\nexists (")
	width := 0
	for i, term := range append(terms, l.final()...) {
		switch {
		case i > 0 && width > 80:
			b.WriteString(" /\\\n        ")
			width = 0
		case i > 0:
			b.WriteString(" /\\ ")
		}
		b.WriteString(term)
		width += len(term) + 4
	}
	b.WriteString(")\n")
	return b.String()
}

// testName is a name for a test that herd reads.
func testName(name string) string {
	if name = strings.Trim(notInTest.ReplaceAllString(name, "-"), "-"); name == "" {
		return "run"
	}
	return name
}

func (l *litmusTest) legend(v *fuzz.Variable) string {
	var names []string
	for i, value := range l.values[v] {
		names = append(names, fmt.Sprintf("%d = %s", i, l.t.Symbols().ValueName(v.Addr, value)))
	}
	return strings.Join(names, ", ")
}

func reads(e *sim.Event) bool {
	return e.Kind == sim.EvRead || e.Kind == sim.EvRMW || e.Kind == sim.EvRMWFail
}
