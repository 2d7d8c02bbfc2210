package export

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// process is the code of one thread.
type process struct {
	l         *litmusTest
	thread    int
	cpu       int
	variables []*fuzz.Variable
	extra     []string // declarations of variables that stand for what is no memory in the run
	lines     []string
	depth     int
	read      []condition
	pending   []condition // ifs to be opened before the next event
	open      []string    // what ends the sections that the code is in, in which no if is opened
}

// condition is what a register has in the run.
type condition struct{ register, value int }

// handover is a callback that one thread queued and another runs: what orders the two is no memory in the run.
type handover struct {
	queued, begins int // events
	name           string
}

// process appends the code of a thread, if it has any.
func (l *litmusTest) process(thread int) {
	p := &process{l: l, thread: thread}
	l.findHandovers()
	for i := range l.t.Events() {
		if l.threads[i] != thread {
			continue
		}
		p.cpu = l.t.Events()[i].CPU
		if h := l.begins(i); h != nil {
			p.acquire(h)
		}
		if l.keep[i] {
			p.event(i)
		}
	}
	p.closeSections()
	if len(p.variables) > 0 {
		l.processes = append(l.processes, p)
	}
}

// findHandovers finds the callbacks that are run by another thread than queued them.
func (l *litmusTest) findHandovers() {
	if l.handover != nil {
		return
	}
	l.handover = []handover{}
	events := l.t.Events()
	queued := map[sim.Addr]int{}
	for i := range events {
		switch e := &events[i]; e.Kind {
		case sim.EvCallRcu:
			queued[e.Addr] = i
		case sim.EvCallback:
			call, ok := queued[e.Addr]
			if ok && l.threads[i] >= 0 && l.threads[call] != l.threads[i] {
				name := notInName.ReplaceAllString(l.t.Symbols().AddrName(e.Addr), "_") + "_queued"
				l.handover = append(l.handover, handover{queued: call, begins: callbackBegins(events, i), name: name})
			}
		}
	}
	l.numberHandovers()
}

// numberHandovers tells those apart that have the same name: the rcu_head of a page is queued again in its next life, and
// waiting for that must not end with what was queued before.
func (l *litmusTest) numberHandovers() {
	all, seen := map[string]int{}, map[string]int{}
	for _, h := range l.handover {
		all[h.name]++
	}
	for i := range l.handover {
		if name := l.handover[i].name; all[name] > 1 {
			seen[name]++
			l.handover[i].name = fmt.Sprintf("%s_%d", name, seen[name])
		}
	}
}

// callbackBegins returns the load of the callback's function, two events of the same CPU before the one that says that the
// callback runs: other CPUs can come in between.
func callbackBegins(events []sim.Event, says int) int {
	i := says
	for range 2 {
		for i--; events[i].CPU != events[says].CPU; i-- {
		}
	}
	return i
}

func (l *litmusTest) begins(event int) *handover {
	i := slices.IndexFunc(l.handover, func(h handover) bool { return h.begins == event })
	if i < 0 {
		return nil
	}
	return &l.handover[i]
}

// acquire waits for a callback to be queued, and for the readers if the test has any.
func (p *process) acquire(h *handover) {
	p.declare(h.name)
	p.load("smp_load_acquire("+h.name+")", 1, "the callback is queued")
	if slices.ContainsFunc(p.l.t.Events(), func(e sim.Event) bool { return e.Kind == sim.EvRcuLock }) {
		p.statement("synchronize_rcu();", "")
	}
}

// declare makes a hand-over a parameter, once.
func (p *process) declare(name string) {
	if declaration := "int *" + name; !slices.Contains(p.extra, declaration) {
		p.extra = append(p.extra, declaration)
	}
}

func (p *process) event(i int) {
	e := &p.l.t.Events()[i]
	v := p.l.t.Variable(i)
	if v != nil && !slices.Contains(p.variables, v) {
		p.variables = append(p.variables, v)
	}
	switch {
	case e.Kind == sim.EvFence:
		p.statement(e.Fence.String()+"();", "")
	case e.Kind == sim.EvRcuLock:
		p.statement("rcu_read_lock();", "")
		p.open = append(p.open, "rcu_read_unlock();")
	case e.Kind == sim.EvRcuUnlock:
		p.end("rcu_read_unlock();")
	case e.Kind == sim.EvSyncEnd:
		p.statement("synchronize_rcu();", "")
	case e.Kind == sim.EvCallRcu:
		if k := slices.IndexFunc(p.l.handover, func(h handover) bool { return h.queued == i }); k >= 0 {
			name := p.l.handover[k].name
			p.declare(name)
			p.statement("smp_store_release("+name+", 1);", "call_rcu")
		}
	case v == nil, fuzz.IsLocking(e) && e.Kind == sim.EvRMWFail:
	case fuzz.IsLocking(e) && e.Kind == sim.EvRMW:
		p.statement("spin_lock("+p.l.names[v]+");", "")
		p.open = append(p.open, "spin_unlock("+p.l.names[v]+");")
	case fuzz.IsLocking(e):
		p.end("spin_unlock(" + p.l.names[v] + ");")
	default:
		p.access(i, e, v)
	}
}

// access is a load, store or read-modify-write.
func (p *process) access(i int, e *sim.Event, v *fuzz.Variable) {
	name, atomic := p.l.names[v], p.l.isAtomic(v)
	if e.Kind == sim.EvWrite {
		value := p.l.after(v, i)
		p.statement(fmt.Sprintf("%s, %d);", storeCall(e.Order, name, atomic), value), p.l.valueName(v, value))
		return
	}
	old := p.l.after(v, e.Src)
	if e.Kind != sim.EvRMW {
		p.load(loadCall(e.Order, name, atomic)+")", old, p.l.valueName(v, old))
		return
	}
	value := p.l.after(v, i)
	comment := ""
	if from, to := p.l.valueName(v, old), p.l.valueName(v, value); from+to != "" {
		comment = cmp.Or(from, fmt.Sprint(old)) + " => " + cmp.Or(to, fmt.Sprint(value))
	}
	if e.Order == sim.NoReturn {
		p.statement(fmt.Sprintf("atomic_add(%d, %s);", value-old, name), comment)
		return
	}
	p.load(fmt.Sprintf("atomic_cmpxchg%s(%s, %d, %d)", suffix(e.Order), name, old, value), old, comment)
}

// valueName says what a number stands for, "" for itself.
func (l *litmusTest) valueName(v *fuzz.Variable, value int) string {
	if name := l.t.Symbols().ValueName(v.Addr, l.values[v][value]); name != fmt.Sprint(value) {
		return name
	}
	return ""
}

// storeCall is a store up to the value.
func storeCall(o sim.Order, name string, atomic bool) string {
	switch {
	case atomic && o == sim.Release:
		return "atomic_set_release(" + name
	case atomic:
		return "atomic_set(" + name
	case o == sim.Release:
		return "smp_store_release(" + name
	}
	return "WRITE_ONCE(*" + name
}

// loadCall is a load up to the bracket that ends it.
func loadCall(o sim.Order, name string, atomic bool) string {
	switch {
	case atomic && o == sim.Acquire:
		return "atomic_read_acquire(" + name
	case atomic:
		return "atomic_read(" + name
	case o == sim.Acquire:
		return "smp_load_acquire(" + name
	}
	return "READ_ONCE(*" + name
}

func suffix(o sim.Order) string {
	switch o {
	case sim.Acquire:
		return "_acquire"
	case sim.Release:
		return "_release"
	case sim.Mb:
		return ""
	}
	return "_relaxed"
}

// load puts a value into the next register. What comes after it depends on the value that the run read.
func (p *process) load(call string, value int, comment string) {
	c := condition{register: len(p.read), value: value}
	p.statement(fmt.Sprintf("r%d = %s;", c.register, call), comment)
	p.read, p.pending = append(p.read, c), append(p.pending, c)
}

func (p *process) statement(code, comment string) {
	if len(p.open) == 0 {
		for _, c := range p.pending {
			p.line(fmt.Sprintf("if (r%d == %d) {", c.register, c.value), "")
			p.depth++
		}
		p.pending = nil
	}
	p.line(code, comment)
}

func (p *process) line(code, comment string) {
	text := strings.Repeat("\t", p.depth+1) + code
	if comment != "" {
		text += " // " + comment
	}
	p.lines = append(p.lines, text)
}

// end ends a section.
func (p *process) end(code string) {
	if i := slices.Index(p.open, code); i >= 0 {
		p.open = slices.Delete(p.open, i, i+1)
		p.line(code, "")
	}
}

// closeSections ends what the run did not come to end.
func (p *process) closeSections() {
	for len(p.open) > 0 {
		p.end(p.open[len(p.open)-1])
	}
	for ; p.depth > 0; p.depth-- {
		p.lines = append(p.lines, strings.Repeat("\t", p.depth)+"}")
	}
}

func (p *process) text(number int) string {
	var b strings.Builder
	var declarations []string
	for _, v := range p.variables {
		declarations = append(declarations, p.l.declaration(v))
	}
	fmt.Fprintf(&b, "P%d(%s)\n{\n", number, strings.Join(append(declarations, p.extra...), ", "))
	for _, c := range p.read {
		fmt.Fprintf(&b, "\tint r%d;\n", c.register)
	}
	if len(p.read) > 0 {
		b.WriteString("\n")
	}
	return b.String() + strings.Join(p.lines, "\n") + "\n}\n"
}
