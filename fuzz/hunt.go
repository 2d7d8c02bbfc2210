package fuzz

import (
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Hunt searches random programs, the schedules of one program, or the mutants of one, for bugs.
type Hunt struct {
	Kernel   string
	Model    sim.Model
	Strategy string
	Program  *Program // nil: random programs
	Mutate   bool     // mutants of Program, half of them under their own choices, by conflict each once
	Seed     uint64
	Runs     int // at most; 0 is no bound
	Jobs     int

	// Progress is told now and then how far the hunt is, and ends it by answering false. Calls do not overlap.
	Progress func(Stats) bool
	// Found, if not nil, is given every run with a bug, as it was found. Calls do not overlap.
	Found func(Finding)
}

// Stats counts what a hunt has done.
type Stats struct {
	Runs       int
	Distinct   int // different runs, estimated
	OutOfSteps int
	Steps      int
	Findings   []Finding // sorted by title

	all []Finding // for Hunt.Found
}

// Finding is a bug that was found, in the first program that showed it.
type Finding struct {
	Title   string
	Count   int
	Run     int // the number of the first run that had it
	Program *Program
}

// huntBatch is how many runs a worker does between two reports.
const huntBatch = 1024

// Do hunts. Run i of a seed is always the same, so that without a clock in Progress the result depends on the options
// alone, Jobs excepted.
func (h *Hunt) Do() Stats {
	t := &tally{hunt: h, seen: newEstimate()}
	var workers sync.WaitGroup
	for range max(h.Jobs, 1) {
		workers.Go(func() {
			w := newWorker(h, t.seen)
			defer w.runner.Close()
			for {
				first, n := t.take()
				if n == 0 {
					break
				}
				t.add(w.batch(first, n))
			}
		})
	}
	workers.Wait()
	return t.stats
}

// tally hands out work and adds up what the workers did.
type tally struct {
	hunt  *Hunt
	mu    sync.Mutex
	next  int
	ended bool
	stats Stats
	seen  *estimate
}

func (t *tally) take() (first, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n = huntBatch
	if t.hunt.Runs > 0 {
		n = min(n, t.hunt.Runs-t.next)
	}
	if t.ended {
		n = 0
	}
	first = t.next
	t.next += n
	return first, n
}

func (t *tally) add(s Stats) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stats.Runs += s.Runs
	t.stats.Distinct = t.seen.count()
	t.stats.OutOfSteps += s.OutOfSteps
	t.stats.Steps += s.Steps
	for _, f := range s.all {
		t.hunt.Found(f)
	}
	for _, f := range s.Findings {
		i, ok := slices.BinarySearchFunc(t.stats.Findings, f.Title, findingTitle)
		if !ok {
			t.stats.Findings = slices.Insert(t.stats.Findings, i, f)
			continue
		}
		known := &t.stats.Findings[i]
		known.Count += f.Count
		if f.Run < known.Run {
			known.Run, known.Program = f.Run, f.Program
		}
	}
	if t.hunt.Progress != nil && !t.hunt.Progress(t.stats) {
		t.ended = true
	}
}

func findingTitle(f Finding, title string) int { return strings.Compare(f.Title, title) }

func (s *Stats) addFinding(title string, run int, program func() *Program) {
	i, ok := slices.BinarySearchFunc(s.Findings, title, findingTitle)
	if !ok {
		s.Findings = slices.Insert(s.Findings, i, Finding{Title: title, Run: run, Program: program()})
	}
	s.Findings[i].Count++
}

// estimate counts different hashes by how many bits of a map they set (linear counting).
type estimate struct {
	bits []atomic.Uint64
	set  atomic.Int64
}

const estimateBits = 1 << 26

func newEstimate() *estimate { return &estimate{bits: make([]atomic.Uint64, estimateBits/64)} }

func (e *estimate) add(hash uint64) {
	h := mix64(hash) % estimateBits
	bit := uint64(1) << (h % 64)
	if word := &e.bits[h/64]; word.Load()&bit == 0 && word.Or(bit)&bit == 0 {
		e.set.Add(1)
	}
}

func (e *estimate) count() int {
	clear := max(estimateBits-e.set.Load(), 1)
	return int(math.Round(-estimateBits * math.Log(float64(clear)/estimateBits)))
}
