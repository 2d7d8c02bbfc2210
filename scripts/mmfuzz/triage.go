package main

import (
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// triage answers 1 when a file does not have its bug, or has one that its kernel is not expected to have, and 2 when a
// file is damaged or a bug could not be written; the others are done all the same.
func triage(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("triage", flag.ContinueOnError)
	var in finds
	in.flags(flags)
	output := flags.String("o", "", "")
	force := flags.Bool("f", false, "")
	paths, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(paths) == 0 {
		return 0, fmt.Errorf("no finds: want folders or files")
	}
	if err := in.check(); err != nil {
		return 0, err
	}
	files := filesIn(paths)
	r := fuzz.NewRunner()
	defer r.Close()
	b := &batch{app: a, runner: r, triage: fuzz.NewTriage(r), taken: map[string]bool{}}
	if *output != "" {
		if err := folder(*output); err != nil {
			return 0, err
		}
		b.readKnown(*output)
	}
	for _, name := range files {
		b.add(&in, name)
	}
	for _, bug := range b.triage.Bugs() {
		file, _ := b.knownFile(bug)
		b.taken[file] = true
	}
	for _, bug := range b.triage.Bugs() {
		if err := b.report(bug, *output, *force); err != nil {
			return 0, err
		}
	}
	fmt.Fprintf(a.out, "%s: %s of %s, %d without a bug, %d damaged\n", count(len(files), "file"), count(b.finds, "find"),
		count(len(b.triage.Bugs()), "bug"), b.clean, b.damaged)
	return b.code, nil
}

// count is so many of them.
func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// batch is a triage under way.
type batch struct {
	*app
	runner *fuzz.Runner
	triage *fuzz.Triage
	known  []knownCrash
	taken  map[string]bool // the crash files of this batch's bugs, which not even force overwrites
	code   int

	finds, clean, damaged int
}

// knownCrash is a crash file that was there before.
type knownCrash struct {
	file    string
	program *fuzz.Program
	race    fuzz.Race
}

// readKnown reads the crash files of the folder.
func (b *batch) readKnown(folder string) {
	for _, file := range filesIn([]string{folder}) {
		if filepath.Ext(file) != ".txt" {
			continue
		}
		p, err := b.load(file)
		if err != nil {
			b.fail(exitUsage, err.Error())
			continue
		}
		b.known = append(b.known, knownCrash{file, p, b.runner.Trace(p).Race()})
	}
}

func (b *batch) add(in *finds, name string) {
	find, err := in.read(b.app, b.runner, name)
	if err != nil {
		b.damaged++
		b.fail(exitUsage, err.Error())
		return
	}
	if !find.bug {
		b.clean++
		b.fail(exitBug, fmt.Sprintf("%s: no bug in %d runs", name, find.runs))
		return
	}
	if err := b.triage.Add(find.program); err != nil {
		b.clean++
		b.fail(exitBug, fmt.Sprintf("%s: %v", name, err))
		return
	}
	b.finds++
}

// fail prints a line; the status is the highest there was.
func (b *batch) fail(code int, line string) {
	b.complain("triage", errors.New(line))
	b.code = max(b.code, code)
}

// report prints what the finds of a bug came to, and writes its crash file unless there is one.
func (b *batch) report(bug *fuzz.TriagedBug, folder string, force bool) error {
	line := fmt.Sprintf("%4d  %s: %s; %v; ", bug.Count, bug.Kernel, bug.Title, bug.Race)
	file, same := b.knownFile(bug)
	if !same && !bug.Expected() {
		b.code = max(b.code, exitBug)
	}
	if file != "" {
		fmt.Fprintf(b.out, "%sknown: %s\n", line, file)
		return nil
	}
	small := b.triage.Smallest(bug)
	line += fmt.Sprintf("%d calls, %d choices", small.NumCalls(), len(small.Choices))
	if folder == "" {
		_, err := fmt.Fprintln(b.out, line)
		return err
	}
	name := b.newFile(bug, folder)
	if err := writable(name, force); err != nil {
		b.fail(exitUsage, err.Error())
		return nil
	}
	small.Comments = append([]fuzz.Comment{{At: "kernel", Lines: []string{headLine(bug)}}}, small.Comments...)
	if err := b.save(name, b.runner, small); err != nil {
		b.fail(exitUsage, err.Error())
		return nil
	}
	fmt.Fprintf(b.out, "%s, new: %s\n", line, name)
	return nil
}

// newFile returns the name of a crash file for the bug. Bugs that race on different words share a name, and all but the
// first are numbered.
func (b *batch) newFile(bug *fuzz.TriagedBug, folder string) string {
	base := filepath.Join(folder, bug.Name())
	name := base + ".txt"
	for n := 2; b.taken[name]; n++ {
		name = fmt.Sprintf("%s-%d.txt", base, n)
	}
	b.taken[name] = true
	return name
}

// knownFile returns the crash file that shows the bug, and whether it is one of the same kernel, which comes before others;
// "" if there is none.
func (b *batch) knownFile(bug *fuzz.TriagedBug) (file string, same bool) {
	for _, k := range b.known {
		switch {
		case !bug.SameAs(k.program, k.race):
		case k.program.Kernel == bug.Kernel:
			return k.file, true
		case file == "":
			file = k.file
		}
	}
	return file, false
}

// headLine is the comment of a new crash file, for a person to say more.
func headLine(bug *fuzz.TriagedBug) string {
	var models []string
	for _, m := range bug.Models {
		models = append(models, m.String())
	}
	return fmt.Sprintf("# %s under %s. What meets: %v.", count(bug.Count, "find"), strings.Join(models, ", "), bug.Race)
}
