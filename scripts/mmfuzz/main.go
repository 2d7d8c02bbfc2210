// Mmfuzz is the command line of the harness: it lists the kernels, hunts for bugs in them, and replays, shrinks and
// imports what was found.
//
// Exit status: 0 nothing wrong found; 1 a bug found, or a file that does not do what it says; 2 bad usage or bad input,
// with one line on standard error for each (repro, verify, litmus and triage do the other files all the same); 3 no verdict:
// the budget ran out, or a run is too long.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

const (
	exitOK      = 0
	exitBug     = 1
	exitUsage   = 2
	exitUnknown = 3
)

type command struct {
	name, usage, help string
	run               func(a *app, args []string) (int, error)
}

func commands() []command {
	return []command{
		{"kernels", "[-addresses [-kernel K]] [-json]",
			"list the kernels: parent, what each changes, where it comes from, what is expected of it; -addresses: which " +
				"configurations can put the mark of a movable page on the address of an RCU callback", kernels},
		{"hunt", "[-kernel K] [-model M] [-strategy random|pct|pos|conflict] [-runs N] [-for 30s] [-seed S] [-j N] [-o FILE [-f]] [-raw FOLDER] [-json] [[-mutate] FILE]",
			"search random programs for bugs, or the schedules of FILE's program, or programs made by mutating it", hunt},
		{"repro", "FILE... [-kernel K] [-format table|trace|json] [-all]", "replay programs: is the bug the recorded one?", repro},
		{"shrink", "FILE [-o FILE [-f]] [-v]", "make a crash smaller; -v says what each pass did", shrink},
		{"verify", "[-kernel K] [-model M] [-limit N] [-json] FILE...",
			"run every execution of a program: safe, or a bug with a witness", verify},
		{"litmus", "[-model M] [-limit N] [-json] PATH...",
			"run every execution of litmus tests, files or folders, and say whether the condition holds", litmusTests},
		{"matrix", "[-md|-json] [-limit N] [FILE...]",
			"verify the scenarios on every kernel with each allocator under every model: is each verdict the expected one?", matrix},
		{"barriers", "-kernel K [-model M] [-limit N] [-v] [-o FOLDER [-f]] [-json] [FILE...]",
			"delete each barrier and each test of isolation and slabs in turn: needed, with a witness, or redundant", barriersOf},
		{"bisect", "[-limit N] [-json] FILE",
			"replay and re-verify a crash on every kernel: which have it, what introduced it, what fixed it", bisect},
		{"export", "FILE -format html|litmus|perfetto [-o FILE [-f]]",
			"turn the run of a program into a page to step through, a litmus test, or a trace for ui.perfetto.dev", exportRun},
		{"import", "FILE [-target FuzzX] [-framing raw|go|shim|shim-v2] [-kernel K] [-model M] [-o FILE [-f]]",
			"turn a crasher of Go's fuzzer, libFuzzer, AFL++ or OSS-Fuzz into a crash file", importCrasher},
		{"triage", "FOLDER|FILE... [-target FuzzX] [-framing raw|go|shim|shim-v2] [-kernel K] [-model M] [-o FOLDER [-f]]",
			"tell the bugs in a heap of finds apart, and shrink each into a crash file", triage},
		{"soak", "-d FOLDER -for 8h [-kernel K] [-model M] [-turn 30s] [-native FILE] [-seeds FOLDER] [-j N]",
			"hunt and fuzz in turn for hours; what was found stays in FOLDER, and a soak that was killed goes on", soakFor},
		{"convert", "-from F -to F [-target FuzzX] [-kernel K -model M] FILE|FOLDER [-o FILE|FOLDER [-f]]",
			"turn inputs of one engine into those of another: raw, go, shim, shim-v2, or program for the text", convert},
	}
}

// app is what a command talks to.
type app struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	os.Exit(a.run(os.Args[1:]))
}

func (a *app) run(args []string) int {
	if len(args) == 0 {
		fmt.Fprintf(a.err, "mmfuzz: no command: want one of %s\n", commandNames())
		return exitUsage
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		a.usage()
		return exitOK
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return a.runCommand(c, args[1:])
		}
	}
	fmt.Fprintf(a.err, "mmfuzz: unknown command %q: want one of %s\n", args[0], commandNames())
	return exitUsage
}

func (a *app) runCommand(c command, args []string) int {
	code, err := c.run(a, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(a.out, "usage: mmfuzz %s %s\n%s\n", c.name, c.usage, c.help)
		return exitOK
	}
	if errors.As(err, new(badFlags)) {
		err = fmt.Errorf("%w: want %s %s", err, c.name, c.usage)
	}
	if err != nil {
		a.complain(c.name, err)
		return exitUsage
	}
	return code
}

// complain says on one line what is wrong.
func (a *app) complain(command string, err error) {
	fmt.Fprintf(a.err, "mmfuzz %s: %s\n", command, oneLine(err.Error()))
}

func commandNames() string {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

func (a *app) usage() {
	fmt.Fprintln(a.out, "usage: mmfuzz COMMAND ...")
	for _, c := range commands() {
		fmt.Fprintf(a.out, "  %s %s\n        %s\n", c.name, c.usage, c.help)
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// badFlags is an error of those that are told what the flags are.
type badFlags struct{ error }

func (e badFlags) Unwrap() error { return e.error }

// parse parses flags that may stand before, between and after the files, and returns the files.
func parse(flags *flag.FlagSet, args []string) ([]string, error) {
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	var files []string
	for {
		if err := flags.Parse(args); err != nil {
			return nil, badFlags{err}
		}
		args = flags.Args()
		if len(args) == 0 {
			return files, nil
		}
		files, args = append(files, args[0]), args[1:]
	}
}
