package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const defaultRuns = 100_000

func hunt(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("hunt", flag.ContinueOnError)
	h := &fuzz.Hunt{}
	flags.StringVar(&h.Kernel, "kernel", "", "")
	model := flags.String("model", "", "")
	flags.StringVar(&h.Strategy, "strategy", "random", "")
	flags.IntVar(&h.Runs, "runs", 0, "")
	length := flags.Duration("for", 0, "")
	flags.Uint64Var(&h.Seed, "seed", 1, "")
	flags.IntVar(&h.Jobs, "j", runtime.GOMAXPROCS(0), "")
	output := flags.String("o", "", "")
	force := flags.Bool("f", false, "")
	asJSON := flags.Bool("json", false, "")
	flags.BoolVar(&h.Mutate, "mutate", false, "")
	raw := flags.String("raw", "", "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if err := a.huntSubject(h, *model, files); err != nil {
		return 0, err
	}
	if h.Runs < 0 || *length < 0 || h.Jobs < 1 {
		return 0, fmt.Errorf("-runs, -for and -j count upwards")
	}
	if err := writable(*output, *force); err != nil {
		return 0, err
	}
	if h.Runs == 0 && *length == 0 {
		h.Runs = defaultRuns
	}
	var unwritten error
	if *raw != "" {
		if err := folder(*raw); err != nil {
			return 0, err
		}
		if err := takesFiles(*raw); err != nil {
			return 0, fmt.Errorf("cannot write to %s: %w", *raw, err)
		}
		h.Found = func(f fuzz.Finding) {
			name := filepath.Join(*raw, fmt.Sprintf("%s-%v-%d-%d.txt", h.Kernel, h.Model, h.Seed, f.Run))
			unwritten = cmp.Or(unwritten, replace(name, []byte(f.Program.String())))
		}
	}
	start := time.Now()
	h.Progress = a.progress(start, *length)
	stats := h.Do()
	if unwritten != nil {
		return 0, unwritten
	}
	return a.report(h, files, stats, time.Since(start), *output, *asJSON)
}

// huntSubject settles which kernel, model and program are hunted.
func (a *app) huntSubject(h *fuzz.Hunt, model string, files []string) error {
	if err := fuzz.CheckStrategy(h.Strategy); err != nil {
		return err
	}
	if len(files) > 1 {
		return fmt.Errorf("%d files: want at most one program", len(files))
	}
	if h.Mutate && len(files) == 0 {
		return fmt.Errorf("no program to mutate: -mutate wants a file")
	}
	if len(files) == 1 {
		p, err := a.load(files[0])
		if err != nil {
			return err
		}
		if h.Kernel == "" {
			h.Kernel = p.Kernel
		}
		if model == "" {
			model = p.Model.String()
		}
		h.Program = p
	}
	if h.Kernel == "" || model == "" {
		return fmt.Errorf("no kernel or no model: give -kernel K -model M, or a file")
	}
	var err error
	if _, err = mm.FindKernel(h.Kernel); err != nil {
		return err
	}
	if h.Model, err = sim.ParseModel(model); err != nil {
		return err
	}
	if h.Program != nil {
		h.Program.Model = h.Model
		return h.Program.SetKernel(h.Kernel)
	}
	return nil
}

// progress returns what the hunt calls now and then: it prints a line a second and ends the hunt after length, if that
// is not 0.
func (a *app) progress(start time.Time, length time.Duration) func(fuzz.Stats) bool {
	printed := start
	return func(s fuzz.Stats) bool {
		now := time.Now()
		if now.Sub(printed) >= time.Second {
			printed = now
			fmt.Fprintf(a.err, "%v: %s%s\n", now.Sub(start).Round(time.Second), speed(s, now.Sub(start)), titles(s))
		}
		return length == 0 || now.Sub(start) < length
	}
}

func speed(s fuzz.Stats, d time.Duration) string {
	return fmt.Sprintf("%d runs, %.0f runs/s, about %d different schedules, %d out of steps",
		s.Runs, float64(s.Runs)/d.Seconds(), s.Distinct, s.OutOfSteps)
}

func titles(s fuzz.Stats) string {
	var b strings.Builder
	for _, f := range s.Findings {
		fmt.Fprintf(&b, "; %d of %q", f.Count, f.Title)
	}
	return b.String()
}

func (a *app) report(h *fuzz.Hunt, files []string, s fuzz.Stats, d time.Duration, output string, asJSON bool) (int, error) {
	r := fuzz.NewRunner()
	defer r.Close()
	if h.Mutate {
		files = append([]string{"-mutate"}, files...)
	}
	repeat := fmt.Sprintf("go run ./scripts/mmfuzz hunt -kernel %s -model %v -strategy %s -seed %d -runs %d %s",
		h.Kernel, h.Model, h.Strategy, h.Seed, s.Runs, strings.Join(files, " "))
	small := make([]*fuzz.Program, len(s.Findings))
	first := 0
	for i, f := range s.Findings {
		if small[i], _ = r.Shrink(f.Program, fuzz.ShrinkTries); small[i] == nil {
			return 0, fmt.Errorf("run %d does not repeat: %s", f.Run, f.Title)
		}
		if f.Run < s.Findings[first].Run {
			first = i
		}
	}
	code := exitOK
	if len(small) > 0 {
		code = exitBug
	}
	keep := func() error { // last: what is printed is not lost with the file
		if output == "" || len(small) == 0 {
			return nil
		}
		return a.save(output, r, small[first])
	}
	if asJSON {
		return code, errors.Join(huntJSON(a, h, s, small, d), keep())
	}
	for i, f := range s.Findings {
		fmt.Fprintf(a.out, "# %d times, first in run %d\n", f.Count, f.Run)
		if err := a.save("", r, small[i]); err != nil {
			return 0, err
		}
		fmt.Fprintln(a.out)
	}
	fmt.Fprintf(a.out, "%s under %v: %s, seed %d%s\nagain: %s\n", h.Kernel, h.Model, speed(s, d), h.Seed, titles(s), strings.TrimSpace(repeat))
	return code, keep()
}

func huntJSON(a *app, h *fuzz.Hunt, s fuzz.Stats, small []*fuzz.Program, d time.Duration) error {
	type bug struct {
		Title   string `json:"title"`
		Count   int    `json:"count"`
		Run     int    `json:"run"`
		Program string `json:"program"`
	}
	bugs := []bug{}
	for i, f := range s.Findings {
		bugs = append(bugs, bug{f.Title, f.Count, f.Run, small[i].String()})
	}
	return json.NewEncoder(a.out).Encode(struct {
		Kernel     string  `json:"kernel"`
		Model      string  `json:"model"`
		Strategy   string  `json:"strategy"`
		Seed       uint64  `json:"seed"`
		Runs       int     `json:"runs"`
		Distinct   int     `json:"distinct"`
		OutOfSteps int     `json:"out_of_steps"`
		Seconds    float64 `json:"seconds"`
		Bugs       []bug   `json:"bugs"`
	}{h.Kernel, h.Model.String(), h.Strategy, h.Seed, s.Runs, s.Distinct, s.OutOfSteps, d.Seconds(), bugs})
}
