package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mmfuzz/mmfuzz/fuzz/litmus"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

func litmusTests(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("litmus", flag.ContinueOnError)
	modelName := flags.String("model", "lkmm", "")
	limit := flags.Int("limit", 0, "")
	asJSON := flags.Bool("json", false, "")
	paths, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(paths) == 0 {
		return 0, fmt.Errorf("no file: want litmus tests, or folders of them")
	}
	if *limit < 0 {
		return 0, fmt.Errorf("limit %d: want how many executions at most, 0 for half a minute's worth", *limit)
	}
	model, err := sim.ParseModel(*modelName)
	if err != nil {
		return 0, err
	}
	l := &litmusRun{a: a, r: litmus.NewRunner(), model: model, limit: *limit, asJSON: *asJSON}
	defer l.r.Close()
	for _, path := range paths {
		files, err := litmusFiles(path)
		if err != nil {
			l.damaged(err)
		}
		for _, name := range files {
			if err := l.file(name); err != nil {
				l.damaged(err)
			}
		}
	}
	switch {
	case l.malformed:
		return exitUsage, nil
	case l.wrong:
		return exitBug, nil
	case l.unsupported:
		return exitUnknown, nil
	}
	return exitOK, nil
}

// litmusFiles returns the tests that a path names: the file, or those in the folder. What cannot be looked into is named
// too: reading it says what is wrong.
func litmusFiles(path string) ([]string, error) {
	if info, err := os.Stat(path); path == "-" || err != nil || !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	filepath.WalkDir(path+string(filepath.Separator), func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() && strings.HasSuffix(name, ".litmus") {
			files = append(files, name)
		}
		return nil
	})
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no file in it ends in .litmus", path)
	}
	return files, nil
}

// litmusRun is one call of the command.
type litmusRun struct {
	a      *app
	r      *litmus.Runner
	model  sim.Model
	limit  int
	asJSON bool

	malformed, wrong, unsupported bool
}

func (l *litmusRun) damaged(err error) {
	l.malformed = true
	l.a.complain("litmus", err)
}

// file runs one test. An error says that it is none.
func (l *litmusRun) file(name string) error {
	src, err := l.a.read(name)
	if err != nil {
		return err
	}
	test, err := litmus.Parse(name, withoutMark(src))
	if err != nil {
		return err
	}
	start := time.Now()
	res := l.r.Run(test, l.model, l.limit)
	seconds := time.Since(start).Seconds()

	complaint := ""
	expected, ok := test.Expected(l.model)
	switch {
	case ok && expected != (litmus.Expectation{Verdict: res.Verdict, Executions: res.Executions}):
		complaint = fmt.Sprintf("%s in %d executions, but the file says %s in %d", res.Verdict, res.Executions, expected.Verdict, expected.Executions)
	case !ok && res.Verdict != litmus.NotSupported && !res.Holds && test.Claims():
		complaint = "what the file says of all executions is not so"
	}
	l.wrong = l.wrong || complaint != ""
	l.unsupported = l.unsupported || res.Verdict == litmus.NotSupported && !ok
	if l.asJSON {
		return json.NewEncoder(l.a.out).Encode(struct {
			Name       string         `json:"name"`
			File       string         `json:"file"`
			Model      string         `json:"model"`
			Verdict    litmus.Verdict `json:"verdict"`
			Positive   int            `json:"positive"`
			Negative   int            `json:"negative"`
			Executions int            `json:"executions"`
			Seconds    float64        `json:"seconds"`
			Reason     string         `json:"reason,omitempty"`
			Wrong      string         `json:"wrong,omitempty"`
		}{test.Name, name, l.model.String(), res.Verdict, res.Positive, res.Negative, res.Executions, seconds, res.Reason, complaint})
	}
	fmt.Fprintln(l.a.out, test.Observation(res))
	if complaint != "" {
		fmt.Fprintf(l.a.out, "%s under %v: %s\n", name, l.model, complaint)
	}
	return nil
}
