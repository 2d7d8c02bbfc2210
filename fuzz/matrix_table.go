package fuzz

import (
	"fmt"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// CrashFile is a program and the name of its file.
type CrashFile struct {
	Name    string
	Program *Program
}

// Crash returns the name of the crash file that shows the cell's bug, "" if none does: the kernel's own with that
// allocator, or one that ends with the bug that the row names, or with one of its class, when it is put on the cell's
// kernel, allocator and model.
func (cell *Cell) Crash(r *Runner, crashes []CrashFile) string {
	k, err := mm.FindKernel(cell.Kernel)
	if err != nil {
		return ""
	}
	expect := k.Expect.Of(cell.Allocator, cell.Model)
	name, best := "", 0
	for _, crash := range crashes {
		title := title(r, cell.on(crash.Program))
		rank := 0
		switch {
		case title == "" || bugClass(title) != bugClass(expect):
			continue
		case crash.Program.Kernel == cell.Kernel && crash.Program.Config.Alloc() == cell.Allocator && title == expect:
			rank = 4
		case crash.Program.Config.Alloc() == cell.Allocator && title == expect:
			rank = 3
		case title == expect:
			rank = 2
		default:
			rank = 1
		}
		if rank > best {
			name, best = crash.Name, rank
		}
	}
	return name
}

func title(r *Runner, p *Program) string {
	o := r.Run(p)
	return o.Title()
}

// MatrixTable is the cells as text, a row for each kernel and allocator; in Markdown if asked for, with a link to a crash
// file for each bug that one of crashes shows.
func MatrixTable(cells []Cell, crashes []CrashFile, markdown bool) string {
	r := NewRunner()
	defer r.Close()
	head := []string{"kernel", "alloc"}
	for _, m := range sim.Models() {
		head = append(head, m.String())
	}
	var b strings.Builder
	row := func(words []string) {
		if markdown {
			fmt.Fprintf(&b, "| %s |\n", strings.Join(words, " | "))
			return
		}
		line := fmt.Sprintf("%-40s %-6s", words[0], words[1])
		for _, w := range words[2:] {
			line += fmt.Sprintf(" %-24s", w)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	row(head)
	if markdown {
		fmt.Fprintf(&b, "|%s\n", strings.Repeat("---|", len(head)))
	}
	models := len(sim.Models())
	for i := 0; i < len(cells); i += models {
		words := []string{cells[i].Kernel, cells[i].Allocator}
		for j := range cells[i : i+models] {
			words = append(words, cells[i+j].word(r, crashes, markdown))
		}
		row(words)
	}
	return b.String()
}

func (cell *Cell) word(r *Runner, crashes []CrashFile, markdown bool) string {
	word := fmt.Sprintf("%v, %d executions", cell.Verdict, cell.Executions)
	if markdown {
		word = fmt.Sprintf("%v, %d", cell.Verdict, cell.Executions)
	}
	if cell.Verdict == Buggy {
		word = "BUG"
		if name := cell.Crash(r, crashes); markdown && name != "" {
			word = fmt.Sprintf("[BUG](%s)", name)
		}
	}
	if !cell.Expected && cell.Verdict != Unknown {
		word += " (not expected)"
	}
	return word
}
