package fuzz

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz/litmus"
	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Subject is a kernel under a memory model.
type Subject struct {
	Kernel string
	Model  sim.Model
	expect mm.Expect
	// Also are the titles of other bugs that the kernel is known to have.
	Also []string
}

// Expect returns the title of the bug that is expected with that allocator, "" when the kernel is expected to be clean.
func (s *Subject) Expect(allocator string) string { return s.expect.Of(allocator, s.Model) }

// reports says whether a bug of that title is a finding. On a kernel that is expected to have one, the bug itself is, and
// any that is of another class and not known; what is another face of the expected bug would only stand before it.
func (s *Subject) reports(allocator, title string) bool {
	if slices.Contains(s.Also, title) {
		return false
	}
	expect := s.Expect(allocator)
	return title == expect || !sameBug(title, expect)
}

// CleanSubjects returns the kernels that are expected to be free of bugs with all allocators, under each model for which
// they are.
func CleanSubjects() []Subject {
	return slices.DeleteFunc(AllSubjects(), func(s Subject) bool { return !s.expect.Clean(s.Model) })
}

// AllSubjects returns every kernel under every model.
func AllSubjects() []Subject {
	var subjects []Subject
	for _, k := range mm.Kernels() {
		for _, m := range sim.Models() {
			subjects = append(subjects, Subject{k.Name, m, k.Expect, k.Also})
		}
	}
	return subjects
}

// Subjects returns one kernel under one model. An empty model is every model; an empty kernel is every kernel expected to
// be clean.
func Subjects(kernel, model string) ([]Subject, error) {
	models := sim.Models()
	if model != "" {
		m, err := sim.ParseModel(model)
		if err != nil {
			return nil, err
		}
		models = []sim.Model{m}
	}
	var subjects []Subject
	if kernel == "" {
		for _, s := range CleanSubjects() {
			if model == "" || s.Model == models[0] {
				subjects = append(subjects, s)
			}
		}
		return subjects, nil
	}
	k, err := mm.FindKernel(kernel)
	if err != nil {
		return nil, err
	}
	for _, m := range models {
		subjects = append(subjects, Subject{k.Name, m, k.Expect, k.Also})
	}
	return subjects, nil
}

// drawnSchedules is how many schedules each input is run under besides its own choices: most where a run costs least.
// Every interleaving of sc is one of the other models too; those are for what is late.
var drawnSchedules = [...]int{sim.SC: 20, sim.TSO: 2, sim.LKMM: 1}

// finishedSchedules: of so many schedules of an input one is followed by the clean-up and the checks after it, which take
// about as long as the program. What is wrong then was lost in some schedule, and many lose it.
const finishedSchedules = 4

// Exec runs the inputs of one fuzz target.
type Exec struct {
	shape    *Shape
	subjects []Subject
	runner   *Runner
	decoder  *decoder
	random   random
	burst    burst
	runs     int
	litmus   *litmus.Runner // of a target that needs it, else nil

	addresses        map[string]sim.Addr // of words, by name
	waiting, isolate []mm.Call           // for CheckAddress: a freed slab that waits for its grace period, and its isolation
	want, got        []uint64            // for CheckKernels: results
}

// NewExec returns an Exec for inputs of that shape; nil for inputs that are text.
func NewExec(shape *Shape, subjects []Subject) *Exec {
	return &Exec{
		shape:     shape,
		subjects:  subjects,
		runner:    newHastyRunner(),
		decoder:   newDecoder(),
		addresses: map[string]sim.Addr{},
		waiting:   parseCalls("kmem_cache_alloc c1 s0", "kmem_cache_free s0", "kmem_cache_shrink c1"),
		isolate:   parseCalls("isolate_movable_page p0"),
	}
}

// Close ends the coroutines of the kernels.
func (e *Exec) Close() {
	e.runner.Close()
	if e.litmus != nil {
		e.litmus.Close()
	}
}

// Runs returns how many programs have been run.
func (e *Exec) Runs() int { return e.runs }

// Program returns the program that data stands for, without a kernel. It is good until the next call.
func (e *Exec) Program(data []byte) *Program { return e.decoder.decode(e.shape, data) }

// Bytes runs the program that data stands for on every subject, under its own choices and under schedules drawn from a
// hash of data. It returns the first run that has a bug as a program that repeats it, or nil. Without a bug it
// allocates nothing.
func (e *Exec) Bytes(data []byte) *Program {
	p := e.Program(data)
	seed := hashBytes(data)
	for j := range e.subjects {
		s := &e.subjects[j]
		p.Kernel, p.Model = s.Kernel, s.Model
		first := e.firstSchedule(p)
		last := e.drawn(s)
		for i := first; i <= last; i++ {
			e.runs++
			e.runner.unfinished = (i-first)%finishedSchedules != 0
			if o := e.runner.RunWith(p, e.chooser(p, seed, i)); o.Bug != nil && s.reports(e.runner.alloc(), o.Title()) {
				return e.finding(p, seed, i)
			}
		}
	}
	e.runner.unfinished = false
	return nil
}

// firstSchedule is 0, p's own choices, unless those have been run on this kernel under sc and hold nothing late, so that
// the run would be the same: then it is 1, the first drawn one.
func (e *Exec) firstSchedule(p *Program) int {
	for i := range p.Choices {
		if k := p.Choices[i].Kind; k == Read || k == Write {
			return 0
		}
	}
	if p.Model != sim.SC && e.underSC(p.Kernel) {
		return 1
	}
	return 0
}

// drawn is how many schedules are drawn for a subject: as many as under sc when it is not run under sc as well.
func (e *Exec) drawn(s *Subject) int {
	if e.underSC(s.Kernel) {
		return drawnSchedules[s.Model]
	}
	return drawnSchedules[sim.SC]
}

func (e *Exec) underSC(kernel string) bool {
	return slices.ContainsFunc(e.subjects, func(s Subject) bool { return s.Kernel == kernel && s.Model == sim.SC })
}

// chooser returns schedule i of p: its own choices, then drawn ones.
func (e *Exec) chooser(p *Program, seed uint64, i int) sim.Chooser {
	if i == 0 {
		return e.runner.choicesOf(p)
	}
	if i%2 == 0 {
		e.burst.reset(seed+uint64(i), stepsPerCall*p.NumCalls())
		return &e.burst
	}
	e.random.reset(seed + uint64(i))
	return &e.random
}

func (e *Exec) finding(p *Program, seed uint64, i int) *Program {
	e.runner.unfinished = false
	o := e.runner.record(p, e.chooser(p, seed, i))
	q := p.Clone()
	q.Config, q.Choices, q.Bug = e.runner.mm.Config(), e.runner.recorded(), o.Title()
	return q
}

// Report is the failure message for a finding: what it is, and a command that repeats it.
func (e *Exec) Report(found *Program) string {
	small, _ := e.runner.Shrink(found, reportTries)
	if small == nil {
		return "the bug did not show again: " + found.Bug + "\n" + found.String()
	}
	text := small.String()
	return fmt.Sprintf("%s on %s under %v\n\n%s\nTo repeat it:\n%s | go run ./scripts/mmfuzz repro -\n",
		small.Bug, small.Kernel, small.Model, text, shellPrintf(text))
}

// shellPrintf is a shell command of one line that prints text: one that can be copied from an indented message.
func shellPrintf(text string) string {
	command := `printf '%s\n'`
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			command += " '" + strings.ReplaceAll(line, "'", `'\''`) + "'"
		}
	}
	return command
}

// reportTries bounds the shrinking of a finding in a worker of the native fuzzer, which is given 10 s an input.
const reportTries = 5_000

// Expected says whether p's bug is one that the table of kernels expects: the expected one, another face of it, or one that
// the kernel is known to have besides.
func Expected(p *Program) bool {
	k, err := mm.FindKernel(p.Kernel)
	if err != nil {
		return false
	}
	if slices.Contains(k.Also, p.Bug) {
		return true
	}
	return sameBug(p.Bug, k.Expect.Of(p.Config.Alloc(), p.Model))
}

// sameBug reports whether a title is the expected one or another face of it: one of its class, which is the title without
// what stands in brackets at the end, or, where isolation follows what is on mapping, what comes of locking such a page.
func sameBug(title, expect string) bool {
	return expect != "" && (bugClass(title) == bugClass(expect) || bugClass(expect) == wildOps && slices.Contains(mm.StrayLock(), title))
}

func bugClass(title string) string {
	class, _, _ := strings.Cut(title, " (")
	return class
}
