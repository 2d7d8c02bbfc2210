package fuzz

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const (
	maxTextCalls = 1 << 16 // all CPUs together
	maxTextStep  = 1 << 20 // more steps than any run is given
)

// Parse reads a program from text. An error names the line, what is wrong with it and what would be right.
func Parse(text string) (*Program, error) {
	r := &parser{p: &Program{}, ops: mm.Ops(), seen: map[string]int{}, pending: nil}
	body, trace, found := cutTrace(text)
	if found {
		r.p.Trace = trace
	}
	for line := range strings.Lines(body) {
		r.line++
		if err := r.parseLine(strings.Trim(line, " \t\r\n")); err != nil {
			return nil, fmt.Errorf("line %d: %w", r.line, err)
		}
	}
	if err := r.finish(); err != nil {
		return nil, err
	}
	return r.p, nil
}

// cutTrace parts the program from the trace below the mark.
func cutTrace(text string) (body, trace string, found bool) {
	pos := 0
	for line := range strings.Lines(text) {
		if strings.TrimRight(line, " \t\r\n") == traceMark {
			return text[:pos], text[pos+len(line):], true
		}
		pos += len(line)
	}
	return text, "", false
}

type parser struct {
	p       *Program
	ops     []mm.Op
	line    int
	seen    map[string]int // header keys and choices, and the line of each
	lines   []int          // the line of each choice, in the order of the text
	pending []string       // comment lines not yet given to an item
}

func (r *parser) parseLine(line string) error {
	if line == "" {
		return nil
	}
	if strings.HasPrefix(line, "#") {
		r.pending = append(r.pending, line)
		return nil
	}
	tail := ""
	if !strings.HasPrefix(line, "bug") { // a title may hold any character
		if i := strings.Index(line, " #"); i >= 0 {
			line, tail = strings.TrimRight(line[:i], " \t"), line[i+1:]
		}
	}
	key, rest, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	rest = strings.TrimSpace(rest)
	at, err := r.parseItem(key, rest)
	if err != nil {
		return err
	}
	if r.pending != nil || tail != "" {
		r.p.Comments = append(r.p.Comments, Comment{At: at, Lines: r.pending, Tail: tail})
		r.pending = nil
	}
	return nil
}

// parseItem reads one item and returns the key that its comments go by.
func (r *parser) parseItem(key, rest string) (at string, err error) {
	if strings.HasPrefix(key, "cpu") {
		if _, ok := r.seen["kernel"]; !ok {
			return "", fmt.Errorf("%q before the kernel line: kernel and model come first", key)
		}
		if cpu, step, ok := strings.Cut(key, "@"); ok {
			return r.parseChoice(cpu, step, rest)
		}
		return r.parseCall(key, rest)
	}
	if first, ok := r.seen[key]; ok {
		return "", fmt.Errorf("a second %s line, the first is line %d: keep one", key, first)
	}
	switch key {
	case "kernel":
		var k *mm.Kernel
		if k, err = mm.FindKernel(rest); err == nil {
			r.p.Kernel = k.Name
		}
	case "model":
		r.p.Model, err = sim.ParseModel(rest)
	case "config":
		r.p.Config, err = mm.ParseConfig(rest)
	case "bug":
		if r.p.Bug = rest; rest == "" {
			err = fmt.Errorf("bug without a title: write the title, or leave the line out")
		}
	default:
		return "", fmt.Errorf("unknown item %.40q: want kernel, model, config, bug, cpuN CALL or cpuN@STEP CHOICE", key)
	}
	r.seen[key] = r.line
	return key, err
}

func (r *parser) parseCall(key, rest string) (at string, err error) {
	cpu, err := parseCPU(key)
	if err != nil {
		return "", err
	}
	call, err := parseCall(r.ops, rest)
	if err != nil {
		return "", err
	}
	if r.p.NumCalls() >= maxTextCalls {
		return "", fmt.Errorf("more than %d calls", maxTextCalls)
	}
	for len(r.p.Calls) <= cpu {
		r.p.Calls = append(r.p.Calls, nil)
	}
	r.p.Calls[cpu] = append(r.p.Calls[cpu], call)
	return callKey(cpu, len(r.p.Calls[cpu])-1), nil
}

func parseCall(ops []mm.Op, text string) (call mm.Call, err error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return call, fmt.Errorf("no call: want an op and its arguments")
	}
	i, ok := mm.FindOp(words[0])
	if !ok {
		return call, fmt.Errorf("unknown op %q: want one of %s", words[0], opNames(ops))
	}
	op := &ops[i]
	if len(words)-1 != len(op.Args) {
		return call, fmt.Errorf("%s has %d arguments: want %s", op.Name, len(words)-1, usage(op))
	}
	call.Op = uint8(i)
	for j, arg := range op.Args {
		n, err := parseNumbered(words[j+1], arg.Kind.Prefix(), arg.Kind.Count())
		if err != nil {
			return call, fmt.Errorf("%s: argument %s: %w", op.Name, arg.Name, err)
		}
		call.Args[j] = uint8(n)
	}
	return call, nil
}

func opNames(ops []mm.Op) string {
	names := make([]string, len(ops))
	for i := range ops {
		names[i] = ops[i].Name
	}
	return strings.Join(names, ", ")
}

// usage is an op with the names of its arguments.
func usage(op *mm.Op) string {
	words := []string{op.Name}
	for _, arg := range op.Args {
		words = append(words, fmt.Sprintf("%s(%s0..%s%d)", arg.Name, arg.Kind.Prefix(), arg.Kind.Prefix(), arg.Kind.Count()-1))
	}
	return strings.Join(words, " ")
}

// parseNumbered reads a name such as p3: the prefix and a number below count, written the one way it is printed.
func parseNumbered(text, prefix string, count int) (int, error) {
	want := fmt.Errorf("%q: want %s0..%s%d", text, prefix, prefix, count-1)
	digits, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return 0, want
	}
	n, ok := parseNumber(digits)
	if !ok || n >= count {
		return 0, want
	}
	return n, nil
}

func parseNumber(digits string) (int, bool) {
	n, err := strconv.Atoi(digits)
	return n, err == nil && n >= 0 && strconv.Itoa(n) == digits
}

func parseCPU(text string) (int, error) { return parseNumbered(text, "cpu", sim.MaxCPUs) }

func (r *parser) parseChoice(cpu, step, rest string) (at string, err error) {
	var c Choice
	if c.CPU, err = parseCPU(cpu); err != nil {
		return "", err
	}
	var ok bool
	if c.Step, ok = parseNumber(step); !ok || c.Step < 1 || c.Step > maxTextStep {
		return "", fmt.Errorf("step %q: want a number from 1 to %d", step, maxTextStep)
	}
	words := strings.Fields(rest)
	kind := -1
	if len(words) > 0 {
		kind = slices.Index(choiceWords[:], words[0])
	}
	if kind < 0 {
		return "", fmt.Errorf("choice %q: want run cpuN, then cpuN [again N], read [WORD] late N or write [WORD] late N", rest)
	}
	c.Kind = ChoiceKind(kind)
	switch {
	case c.Kind == Run || c.Kind == Then:
		if c.Kind == Then && len(words) == 4 && words[2] == "again" {
			if c.Again, ok = parseNumber(words[3]); !ok || c.Again < 1 || c.Again > maxTextStep {
				return "", fmt.Errorf("again %q: want a number from 1", words[3])
			}
			words = words[:2]
		}
		if len(words) != 2 {
			return "", fmt.Errorf("choice %q: want %v cpuN", rest, c.Kind)
		}
		if c.Value, err = parseCPU(words[1]); err != nil {
			return "", err
		}
		if c.Value == c.CPU {
			return "", fmt.Errorf("choice %q: want another CPU than cpu%d", rest, c.CPU)
		}
	default:
		if n := len(words); n < 3 || n > 4 || words[n-2] != "late" {
			return "", fmt.Errorf("choice %q: want %v [WORD] late N", rest, c.Kind)
		}
		if len(words) == 4 {
			c.Word = words[1]
		}
		late := words[len(words)-1]
		if c.Value, ok = parseNumber(late); !ok || c.Value < 1 || c.Value > maxTextStep {
			return "", fmt.Errorf("late %q: want a number from 1", late)
		}
	}
	at = choiceKey(c)
	if first, ok := r.seen[at]; ok {
		return "", fmt.Errorf("%s is chosen twice, first on line %d: keep one", at, first)
	}
	r.seen[at] = r.line
	r.lines = append(r.lines, r.line)
	r.p.Choices = append(r.p.Choices, c)
	return at, nil
}

// finish checks what only the whole text can tell.
func (r *parser) finish() error {
	for _, key := range []string{"kernel", "model"} {
		if _, ok := r.seen[key]; !ok {
			return fmt.Errorf("line %d: the program ends without a %s line: add one", max(r.line, 1), key)
		}
	}
	if err := r.p.check(); err != nil {
		return fmt.Errorf("line %d: %w", r.seen["config"], err)
	}
	for i, c := range r.p.Choices {
		cpu := c.CPU
		if c.Kind == Run || c.Kind == Then {
			cpu = max(cpu, c.Value)
		}
		if cpu >= len(r.p.Calls) {
			used := fmt.Sprintf("uses cpu0..cpu%d", len(r.p.Calls)-1)
			if len(r.p.Calls) == 0 {
				used = "has no calls at all"
			}
			return fmt.Errorf("line %d: cpu%d has no calls: the program %s", r.lines[i], cpu, used)
		}
	}
	slices.SortFunc(r.p.Choices, Choice.compareKey)
	if r.pending != nil {
		r.p.Comments = append(r.p.Comments, Comment{Lines: r.pending})
	}
	r.sortComments()
	return nil
}

// sortComments puts comments in the order in which the program prints.
func (r *parser) sortComments() {
	rank := map[string]int{}
	add := func(at string) { rank[at] = len(rank) }
	for _, at := range []string{"kernel", "model", "config", "bug"} {
		add(at)
	}
	for cpu, calls := range r.p.Calls {
		for i := range calls {
			add(callKey(cpu, i))
		}
	}
	for _, c := range r.p.Choices {
		add(choiceKey(c))
	}
	add("")
	slices.SortFunc(r.p.Comments, func(a, b Comment) int { return rank[a.At] - rank[b.At] })
}
