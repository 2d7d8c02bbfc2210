package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/fuzz/barriers"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// progressEvery is how often the command says how far it is.
const progressEvery = 5 * time.Second

func barriersOf(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("barriers", flag.ContinueOnError)
	kernel := flags.String("kernel", "", "")
	model := flags.String("model", "", "")
	limit := flags.Int("limit", 1_000_000, "")
	verbose := flags.Bool("v", false, "")
	folder := flags.String("o", "", "")
	force := flags.Bool("f", false, "")
	asJSON := flags.Bool("json", false, "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if *kernel == "" {
		return 0, errors.New("no kernel: want -kernel, one that is clean; mmfuzz kernels lists them")
	}
	if *limit < 1 {
		return 0, fmt.Errorf("limit %d: want how many runs at most, 1 or more", *limit)
	}
	models := sim.Models()
	if *model != "" {
		m, err := sim.ParseModel(*model)
		if err != nil {
			return 0, err
		}
		models = []sim.Model{m}
	}
	root, err := barriers.Root()
	if err != nil {
		return 0, err
	}
	standard := len(files) == 0
	if standard {
		if files, err = filepath.Glob(filepath.Join(root, standardScenarios)); err != nil || len(files) == 0 {
			return 0, fmt.Errorf("no %s in %s: want scenarios", standardScenarios, root)
		}
	}
	names := make([]string, len(files))
	programs := make([]*fuzz.Program, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(filepath.Base(file), ".txt")
		if programs[i], err = a.load(file); err != nil {
			return 0, err
		}
	}
	if *folder != "" {
		if err := os.MkdirAll(*folder, 0o777); err != nil {
			return 0, err
		}
	}
	program, err := barriers.Build(root, *kernel)
	if err != nil {
		return 0, err
	}
	defer program.Close()
	scenarios, err := program.Scenarios(names, programs, standard)
	if err != nil {
		return 0, err
	}
	for _, m := range models {
		whole, err := program.Try(nil, m, scenarios, *limit)
		if err != nil {
			return 0, err
		}
		if whole.Verdict == barriers.Needed {
			fmt.Fprintf(a.out, "%s has a bug as it is under %v, so that nothing can be said of what it lacks: %s (%s)\n",
				*kernel, m, whole.Bug, whole.Scenario)
			return exitBug, nil
		}
	}
	start, printed := time.Now(), time.Now()
	results, err := program.TryAll(models, scenarios, *limit, func(done int) {
		if now := time.Now(); now.Sub(printed) >= progressEvery {
			printed = now
			fmt.Fprintf(a.err, "%v: %d of %d\n", now.Sub(start).Round(time.Second), done, len(program.Sites)*len(models))
		}
	})
	if err != nil {
		return 0, err
	}
	code := exitOK
	for i := range results {
		if results[i].Verdict == barriers.Unknown {
			code = exitUnknown
		}
	}
	if *folder != "" {
		if err := saveWitnesses(*folder, *force, program, results); err != nil {
			return 0, err
		}
	}
	if *asJSON {
		return code, a.barriersJSON(*kernel, results)
	}
	a.barriersTable(program, models, results, *verbose)
	return code, nil
}

func (a *app) barriersJSON(kernel string, results []barriers.Result) error {
	out := json.NewEncoder(a.out)
	for i := range results {
		r := &results[i]
		err := out.Encode(struct {
			Kernel     string `json:"kernel"`
			Model      string `json:"model"`
			Function   string `json:"function"`
			Where      string `json:"where"`
			Code       string `json:"code"`
			Verdict    string `json:"verdict"`
			Bug        string `json:"bug"`
			Program    string `json:"program"`
			Executions int    `json:"executions"`
			Witness    string `json:"witness"`
		}{kernel, r.Model.String(), r.Site.Function, r.Site.Where(), oneLine(r.Site.Code), r.Verdict, r.Bug, r.Scenario, r.Executions, r.Witness})
		if err != nil {
			return err
		}
	}
	return nil
}

// barriersTable prints a row a site, under the function that it is in.
func (a *app) barriersTable(p *barriers.Program, models []sim.Model, results []barriers.Result, verbose bool) {
	row := func(words ...string) {
		line := fmt.Sprintf("%-52s", words[0])
		for _, w := range words[1:] {
			line += fmt.Sprintf(" %-10s", w)
		}
		fmt.Fprintln(a.out, strings.TrimRight(line, " "))
	}
	head := []string{p.Kernel}
	for _, m := range models {
		head = append(head, m.String())
	}
	row(head...)
	for i := range p.Sites {
		s := &p.Sites[i]
		if i == 0 || s.Function != p.Sites[i-1].Function {
			fmt.Fprintf(a.out, "%s, %s\n", s.Function, s.File)
		}
		words := []string{fmt.Sprintf("%5d  %s", s.Line, oneLine(s.Code))}
		of := results[i*len(models) : (i+1)*len(models)]
		for j := range of {
			words = append(words, of[j].Verdict)
		}
		row(words...)
		said := ""
		for j := range of {
			if r := &of[j]; r.Verdict == barriers.Needed && r.Bug+r.Scenario != said {
				said = r.Bug + r.Scenario
				fmt.Fprintf(a.out, "       %v: %s (%s)\n", r.Model, r.Bug, r.Scenario)
				if verbose {
					fmt.Fprintf(a.out, "\n%s\n", r.Witness)
				}
			}
		}
	}
}

// saveWitnesses writes a file for each site and model that a bug shows to be needed. Nothing is written if one of them exists.
func saveWitnesses(folder string, force bool, p *barriers.Program, results []barriers.Result) error {
	name := func(r *barriers.Result) string {
		at := strings.NewReplacer("/", "_", ":", "-").Replace(strings.TrimSuffix(r.Site.File, ".go"))
		return filepath.Join(folder, fmt.Sprintf("%s-%d-%d-%v.txt", at, r.Site.Line, r.Site.Column, r.Model))
	}
	for _, save := range []bool{false, true} {
		for i := range results {
			r := &results[i]
			if r.Verdict != barriers.Needed {
				continue
			}
			if !save {
				if err := writable(name(r), force); err != nil {
					return err
				}
				continue
			}
			text, err := p.Table(r.Witness)
			if err != nil {
				return err
			}
			text = fmt.Sprintf("# What happens in %s without this, at %s: %s\n%s", p.Kernel, r.Site.Where(), oneLine(r.Site.Code), text)
			if err := replace(name(r), []byte(text)); err != nil {
				return err
			}
		}
	}
	return nil
}
