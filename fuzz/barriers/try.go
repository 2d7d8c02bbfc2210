package barriers

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// The verdicts on a site, by the scenarios.
const (
	Needed    = "needed"
	Redundant = "redundant"
	Unreached = "unreached" // no run comes there
	Unknown   = "unknown"
)

// Result says what a kernel comes to without a site.
type Result struct {
	Site       *Site // nil: the kernel as it is
	Model      sim.Model
	Verdict    string
	Bug        string // Needed: the title
	Scenario   string // Needed: the name
	Witness    string // Needed: the program with its choices, shrunk; its kernel is known to Table alone
	Executions int
}

// Try verifies the scenarios under a model on the kernel without the site, or as it is for nil, one after the other, each
// for at most limit runs, until one has a bug.
func (p *Program) Try(site *Site, model sim.Model, scenarios []Scenario, limit int) (Result, error) {
	kernel := p.Kernel
	if site != nil {
		kernel = p.kernelWithout(site)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	args := []string{"verify", "-json", "-kernel", kernel, "-model", model.String(), "-limit", strconv.Itoa(limit)}
	for _, s := range scenarios {
		args = append(args, s.file)
	}
	verify := exec.CommandContext(ctx, p.binary, args...)
	var failure strings.Builder
	verify.Stderr = &failure // and what reached says
	out, err := verify.StdoutPipe()
	if err != nil {
		return Result{}, err
	}
	if err := verify.Start(); err != nil {
		return Result{}, err
	}
	result := Result{Site: site, Model: model, Verdict: Redundant}
	lines := json.NewDecoder(out)
	for n := 0; n < len(scenarios) && result.Verdict != Needed; n++ {
		var line struct {
			Verdict, Bug, Witness string
			Executions            int
		}
		if lines.Decode(&line) != nil {
			verify.Wait()
			return Result{}, fmt.Errorf("verify of %s under %v ended early: %s", kernel, model, firstLine(failure.String()))
		}
		result.Executions += line.Executions
		switch line.Verdict {
		case "bug":
			result.Verdict, result.Bug, result.Scenario, result.Witness = Needed, line.Bug, scenarios[n].Name, line.Witness
		case "unknown":
			result.Verdict = Unknown
		}
	}
	cancel()
	verify.Wait() // its status says what the lines said, or that it was cancelled
	if site != nil && result.Verdict == Redundant && !strings.Contains(failure.String(), reachedNote) {
		result.Verdict = Unreached
	}
	return result, nil
}

// TryAll tries the kernel without each site, under each model, on all processors. progress is told how many are done.
func (p *Program) TryAll(models []sim.Model, scenarios []Scenario, limit int, progress func(done int)) ([]Result, error) {
	results := make([]Result, len(p.Sites)*len(models))
	next := make(chan int, len(results))
	for i := range results {
		next <- i
	}
	close(next)
	var (
		workers sync.WaitGroup
		mu      sync.Mutex
		done    int
		failure error
	)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				result, err := p.Try(&p.Sites[i/len(models)], models[i%len(models)], scenarios, limit)
				mu.Lock()
				results[i] = result
				if failure == nil {
					failure = err
				}
				failed := failure != nil
				done++
				progress(done)
				mu.Unlock()
				if failed {
					return
				}
			}
		})
	}
	workers.Wait()
	return results, failure
}

// Table returns the witness with the table of its run.
func (p *Program) Table(witness string) (string, error) {
	repro := exec.Command(p.binary, "repro", "-format", "table", "-")
	repro.Stdin = strings.NewReader(witness)
	out, err := repro.Output()
	if err != nil {
		return "", fmt.Errorf("the witness does not repeat the bug: %w", err)
	}
	table := string(out)
	if i := strings.LastIndex(table, "\n-: "); i >= 0 { // the verdict on the file
		table = table[:i]
	}
	return strings.TrimRight(witness, "\n") + "\n\n-- trace --\n" + strings.TrimRight(table, "\n") + "\n", nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
