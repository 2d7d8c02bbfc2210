package main

import (
	"context"
	"flag"
	"fmt"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/mmfuzz/mmfuzz/fuzz/soak"
)

// soakFor answers 1 when there is a bug that the table of kernels does not know, and 3 when nothing was run.
func soakFor(a *app, args []string) (int, error) {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	var s soak.Soak
	flags.StringVar(&s.Dir, "d", "", "")
	flags.StringVar(&s.Kernel, "kernel", "", "")
	flags.StringVar(&s.Model, "model", "", "")
	flags.DurationVar(&s.For, "for", 0, "")
	flags.DurationVar(&s.Turn, "turn", 30*time.Second, "")
	flags.StringVar(&s.Native, "native", "", "")
	flags.StringVar(&s.Seeds, "seeds", "", "")
	flags.IntVar(&s.Jobs, "j", runtime.GOMAXPROCS(0), "")
	files, err := parse(flags, args)
	if err != nil {
		return 0, err
	}
	if len(files) > 0 {
		return 0, badFlags{fmt.Errorf("unexpected argument %q", files[0])}
	}
	if s.Dir == "" || s.For <= 0 || s.Turn <= 0 || s.Jobs < 1 {
		return 0, fmt.Errorf("want a folder and times: -d FOLDER -for 8h, and -turn and -j that count upwards")
	}
	if s.Native != "" {
		if s.Native, err = filepath.Abs(s.Native); err != nil {
			return 0, err
		}
	}
	printed := map[string]bool{}
	s.Report = func(st *soak.State, doing string) {
		fmt.Fprintf(a.err, "%s: %s; %s\n", duration(st.Seconds), doing, totals(st))
		for _, b := range st.Bugs {
			if name := b.File; !printed[name] {
				printed[name] = true
				fmt.Fprintf(a.err, "found: %s on %s under %s: %s\n", b.Title, b.Kernel, b.Model, filepath.Join(s.Dir, "findings", name))
			}
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	st, err := soak.Run(ctx, s)
	if err != nil {
		return 0, err
	}
	fmt.Fprint(a.out, summary(&st, s.Dir))
	code := exitOK
	if st.Runs+st.Inputs == 0 {
		code = exitUnknown
	}
	for _, b := range st.Bugs {
		if !b.Known {
			code = exitBug
		}
	}
	return code, nil
}

func duration(seconds float64) time.Duration {
	return time.Duration(seconds * float64(time.Second)).Round(time.Second)
}

func totals(st *soak.State) string {
	kept := 0
	if n := len(st.Coverage); n > 0 {
		kept = st.Coverage[n-1].Kept
	}
	return fmt.Sprintf("%d runs, about %d different schedules, %d out of steps, %d inputs of Go's fuzzer, %d of them kept, %d bugs",
		st.Runs, st.Distinct, st.OutOfSteps, st.Inputs, kept, len(st.Bugs))
}

// coverageRows is how many rows the summary has for what was reached over time.
const coverageRows = 10

func summary(st *soak.State, dir string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d turns in %s: %s\n", st.Turns, duration(st.Seconds), totals(st))
	if n := len(st.Coverage); n > 0 {
		b.WriteString("\ninputs that Go's fuzzer kept because they reached something new, over time:\n")
		for row := range coverageRows {
			end := st.Seconds * float64(row+1) / coverageRows
			kept := 0
			for _, p := range st.Coverage {
				if p.Seconds <= end {
					kept = p.Kept
				}
			}
			fmt.Fprintf(&b, "  %8s  %d\n", duration(end), kept)
		}
	}
	for _, bug := range st.Bugs {
		known := ""
		if bug.Known {
			known = ", known"
		}
		fmt.Fprintf(&b, "\n%s%s\n  %d on %s under %s: %s\n", bug.Title, known, bug.Count, bug.Kernel, bug.Model, filepath.Join(dir, "findings", bug.File))
	}
	return b.String()
}
