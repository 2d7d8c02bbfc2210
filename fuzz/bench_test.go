package fuzz

import (
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// seedPrograms reads the programs that the seeds of all targets stand for.
func seedPrograms(tb testing.TB) []*Program {
	var programs []*Program
	for _, shape := range Shapes() {
		files, err := filepath.Glob(filepath.Join("..", "corpus", "programs", shape.Name, "*.txt"))
		if err != nil || len(files) == 0 {
			tb.Fatalf("no programs for %s: %v", shape.Name, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				tb.Fatal(err)
			}
			p, err := Parse(string(text))
			if err != nil {
				tb.Fatalf("%s: %v", file, err)
			}
			programs = append(programs, p)
		}
	}
	return programs
}

// BenchmarkAccess runs the seed corpus on v6.2, each program under a drawn schedule, and reports the time for a
// simulated access to memory, booting and the checks at the end included. Left out are the programs that show a bug of
// v6.2, which a fuzzer runs once.
func BenchmarkAccess(b *testing.B) {
	for _, model := range sim.Models() {
		b.Run(model.String(), func(b *testing.B) {
			var programs []*Program
			r := newHastyRunner()
			defer r.Close()
			var draw random
			accesses := 0
			for _, p := range seedPrograms(b) {
				p.Kernel, p.Model = "v6.2", model
				draw.reset(uint64(len(programs)))
				if o := r.record(p, &draw); o.Bug != nil {
					continue
				}
				programs = append(programs, p)
				p.Choices = r.recorded()
				for _, event := range r.Trace(p).events {
					if isAccess(&event) {
						accesses++
					}
				}
			}
			run := func() {
				for i, p := range programs {
					draw.reset(uint64(i))
					r.RunWith(p, &draw)
				}
			}
			run()
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				run()
			}
			n := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			b.ReportMetric(n/float64(accesses), "ns/access")
			b.ReportMetric(n/float64(len(programs)), "ns/program")
		})
	}
}

// BenchmarkInput is what an input of the native fuzzer costs besides the fuzzer: all its runs.
func BenchmarkInput(b *testing.B) {
	for _, shape := range Shapes()[:2] {
		b.Run(shape.Name, func(b *testing.B) {
			e := NewExec(shape, CleanSubjects())
			r := rng(3)
			data := randomBytes(&r, 100)
			e.Bytes(data)
			runs := e.Runs()
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				e.Bytes(data)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*runs), "ns/run")
		})
	}
}

// BenchmarkCoroutine is a yardstick for the others: a switch to a coroutine and back.
func BenchmarkCoroutine(b *testing.B) {
	next, stop := iter.Pull(func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	})
	defer stop()
	for range b.N {
		next()
	}
}

// BenchmarkVerify exhausts the scenarios on v6.2: all but those of two isolators together, and each of those.
func BenchmarkVerify(b *testing.B) {
	files, err := filepath.Glob(filepath.Join("..", "corpus", "scenarios", "*.txt"))
	if err != nil || len(files) == 0 {
		b.Fatalf("no scenarios: %v", err)
	}
	groups := map[string][]*Program{}
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		p, err := Parse(string(text))
		if err != nil {
			b.Fatalf("%s: %v", file, err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if !strings.Contains(name, "two-isolators") {
			name = "one-isolator"
		}
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], p)
	}
	for _, name := range names {
		for _, model := range sim.Models() {
			b.Run(name+"/"+model.String(), func(b *testing.B) {
				v := NewVerifier()
				defer v.Close()
				executions := 0
				for range b.N {
					for _, p := range groups[name] {
						p.Model = model
						executions += v.Verify(p, 10_000_000).Executions
					}
				}
				b.ReportMetric(float64(executions)/float64(b.N), "executions/op")
				b.ReportMetric(float64(executions)/b.Elapsed().Seconds(), "executions/s")
			})
		}
	}
}
