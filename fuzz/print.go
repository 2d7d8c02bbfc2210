package fuzz

import (
	"fmt"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm"
)

const traceMark = "-- trace --"

// String is the program as text. Parse reads it back.
func (p *Program) String() string {
	w := &printer{comments: p.Comments}
	w.item("kernel", "kernel", p.Kernel)
	w.item("model", "model", p.Model.String())
	if config := p.Config.String(); config != "" || w.has("config") {
		w.item("config", "config", config)
	}
	if p.Bug != "" {
		w.item("bug", "bug", p.Bug)
	}
	if p.NumCalls() > 0 {
		w.b.WriteByte('\n')
	}
	ops := mm.Ops()
	for cpu, calls := range p.Calls {
		for i, call := range calls {
			w.item(callKey(cpu, i), fmt.Sprintf("cpu%d", cpu), callText(ops, call))
		}
	}
	if len(p.Choices) > 0 {
		w.b.WriteByte('\n')
	}
	for _, c := range p.Choices {
		w.item(choiceKey(c), fmt.Sprintf("cpu%d@%d", c.CPU, c.Step), choiceText(c))
	}
	if w.has("") {
		w.b.WriteByte('\n')
		w.above("")
	}
	if p.Trace != "" {
		w.b.WriteString("\n" + traceMark + "\n" + p.Trace)
	}
	return w.b.String()
}

func callKey(cpu, i int) string { return fmt.Sprintf("cpu%d %d", cpu, i) }

func choiceKey(c Choice) string {
	if c.Again > 0 {
		return fmt.Sprintf("cpu%d@%d %v again %d", c.CPU, c.Step, c.Kind, c.Again)
	}
	return fmt.Sprintf("cpu%d@%d %v", c.CPU, c.Step, c.Kind)
}

func callText(ops []mm.Op, call mm.Call) string {
	op := &ops[call.Op]
	var b strings.Builder
	b.WriteString(op.Name)
	for i, arg := range op.Args {
		fmt.Fprintf(&b, " %s%d", arg.Kind.Prefix(), call.Args[i])
	}
	return b.String()
}

// String is the choice as a line of a program.
func (c Choice) String() string { return fmt.Sprintf("cpu%d@%d %s", c.CPU, c.Step, choiceText(c)) }

func choiceText(c Choice) string {
	switch {
	case c.Again > 0:
		return fmt.Sprintf("%v cpu%d again %d", c.Kind, c.Value, c.Again)
	case c.Kind == Run || c.Kind == Then:
		return fmt.Sprintf("%v cpu%d", c.Kind, c.Value)
	case c.Word == "":
		return fmt.Sprintf("%v late %d", c.Kind, c.Value)
	}
	return fmt.Sprintf("%v %s late %d", c.Kind, c.Word, c.Value)
}

// printer writes the items of a program with the comments that belong to them.
type printer struct {
	b        strings.Builder
	comments []Comment
}

func (w *printer) find(at string) *Comment {
	for i := range w.comments {
		if w.comments[i].At == at {
			return &w.comments[i]
		}
	}
	return nil
}

func (w *printer) has(at string) bool { return w.find(at) != nil }

func (w *printer) above(at string) {
	if c := w.find(at); c != nil {
		for _, line := range c.Lines {
			w.b.WriteString(line + "\n")
		}
	}
}

func (w *printer) item(at, key, text string) {
	w.above(at)
	line := strings.TrimRight(fmt.Sprintf("%-7s %s", key, text), " ")
	if c := w.find(at); c != nil && c.Tail != "" {
		line += "  " + c.Tail
	}
	w.b.WriteString(line + "\n")
}
