package fuzz

import (
	"cmp"
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Program is everything that one run depends on, and what is written about it.
type Program struct {
	Kernel  string
	Model   sim.Model
	Config  mm.Config
	Calls   [][]mm.Call // what each CPU does, in order
	Choices []Choice    // departures from the dull path, sorted, each answering another question
	Bug     string      // the title this program is known to end with, "" when it is a scenario

	Comments []Comment // in the order in which they print
	Trace    string    // what followed the "-- trace --" line; generated
}

// ChoiceKind is what a choice is about: one of the machine's questions, with the forced switches (a CPU ended or
// blocked) apart from the free ones, since both can come up at the same step.
type ChoiceKind uint8

const (
	Run   ChoiceKind = iota // another CPU runs before this step
	Then                    // this CPU ended or blocked here, and that one runs
	Read                    // this load reads an older value
	Write                   // this store becomes visible later
)

var choiceWords = [...]string{Run: "run", Then: "then", Read: "read", Write: "write"}

func (k ChoiceKind) String() string { return choiceWords[k] }

// Choice is one answer that is not the dull one. It is keyed by the CPU and that CPU's own step, so that an edit
// elsewhere does not shift it.
type Choice struct {
	CPU, Step int
	Kind      ChoiceKind
	Value     int    // Run, Then: the CPU that runs; Read, Write: how late
	Word      string // Read, Write: the name of the word, "" for any
	Again     int    // Then: how often the CPU had blocked at this same step before
}

func (c Choice) compareKey(d Choice) int {
	return cmp.Or(cmp.Compare(c.CPU, d.CPU), cmp.Compare(c.Step, d.Step), cmp.Compare(c.Kind, d.Kind),
		cmp.Compare(c.Again, d.Again))
}

// Comment is text that a person wrote beside an item of the program.
type Comment struct {
	At    string   // the item it belongs to, as commentKey names it; "" for the end of the program
	Lines []string // lines above the item, with their "#"
	Tail  string   // what follows the item on its own line, with its "#"
}

// Clone returns a copy that shares nothing with p.
func (p *Program) Clone() *Program {
	q := *p
	q.Calls = make([][]mm.Call, len(p.Calls))
	for i, calls := range p.Calls {
		q.Calls[i] = slices.Clone(calls)
	}
	q.Choices = slices.Clone(p.Choices)
	q.Comments = slices.Clone(p.Comments)
	return &q
}

// SameRun says whether p and q are the same run: all but the bug, the comments and the trace.
func (p *Program) SameRun(q *Program) bool {
	return p.Kernel == q.Kernel && p.Model == q.Model && p.Config == q.Config &&
		slices.EqualFunc(p.Calls, q.Calls, slices.Equal[[]mm.Call]) && slices.Equal(p.Choices, q.Choices)
}

// SetKernel puts p on the kernel with that name, or says why that cannot be.
func (p *Program) SetKernel(name string) error {
	q := *p
	q.Kernel = name
	if err := q.check(); err != nil {
		return err
	}
	p.Kernel = name
	return nil
}

// check says what p wants that its kernel lacks.
func (p *Program) check() error {
	k, err := mm.FindKernel(p.Kernel)
	if err != nil {
		return err
	}
	return k.CheckConfig(p.Config)
}

// Fit gives p an allocator that its kernel has, as a run does.
func (p *Program) Fit() {
	if k, err := mm.FindKernel(p.Kernel); err == nil {
		p.Config = k.FitConfig(p.Config)
	}
}

// NumCalls counts the calls of all CPUs.
func (p *Program) NumCalls() int {
	n := 0
	for _, calls := range p.Calls {
		n += len(calls)
	}
	return n
}
