package fuzz

import (
	"testing"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// TestRunsPerInput prints how many programs an input without a bug runs; scripts/fuzz-ratio.sh reads it.
func TestRunsPerInput(t *testing.T) {
	e := NewExec(Shapes()[0], CleanSubjects())
	if found := e.Bytes(nil); found != nil {
		t.Fatal(e.Report(found))
	}
	want := 1 + companySchedules
	for _, s := range CleanSubjects() {
		want += drawnSchedules[s.Model]
		if s.Model == sim.SC {
			want++ // the choices of the input; under the other models they are the same run

		}
	}
	if e.Runs() != want {
		t.Fatalf("%d runs, want %d", e.Runs(), want)
	}
	t.Logf("runs per input: %d", e.Runs())
}

// TestExecAllocatesNothing holds a run to 0 allocations once the kernels exist.
func TestExecAllocatesNothing(t *testing.T) {
	for _, shape := range Shapes()[:2] {
		e := NewExec(shape, CleanSubjects())
		r := rng(1)
		inputs := make([][]byte, 16)
		for i := range inputs {
			inputs[i] = randomBytes(&r, 200)
			e.Bytes(inputs[i])
		}
		if n := testing.AllocsPerRun(2, func() {
			for _, data := range inputs {
				e.Bytes(data)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations in %d inputs, want none", shape.Name, n, len(inputs))
		}
	}
}

func randomBytes(r *rng, n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(r.next())
	}
	return data
}

// TestPrefixStable checks that bytes at the end do not change what the bytes before them mean.
func TestPrefixStable(t *testing.T) {
	r := rng(7)
	for range 500 {
		shape := Shapes()[r.intn(len(Shapes()))]
		data := randomBytes(&r, headerBytes*2+recordBytes*20)
		whole := newDecoder().decode(shape, data).Clone()
		part := newDecoder().decode(shape, data[:headerBytes*2+recordBytes*r.intn(20)])
		if part.Config != whole.Config {
			t.Fatalf("config %v became %v", part.Config, whole.Config)
		}
		for cpu, calls := range part.Calls {
			for i, call := range calls {
				if whole.Calls[cpu][i] != call {
					t.Fatalf("cpu%d, call %d changed", cpu, i)
				}
			}
		}
		for _, c := range part.Choices {
			if !containsChoice(whole.Choices, c) {
				t.Fatalf("choice %v is gone", c)
			}
		}
	}
}

func containsChoice(choices []Choice, c Choice) bool {
	for _, d := range choices {
		if c == d {
			return true
		}
	}
	return false
}

// TestZeroBytesAreDull checks that zeros, and bytes that are not there, are an empty program on the default kernel.
func TestZeroBytesAreDull(t *testing.T) {
	for _, shape := range Shapes() {
		for _, n := range []int{0, 1, headerBytes, 100} {
			p := newDecoder().decode(shape, make([]byte, n))
			if p.NumCalls() != 0 || len(p.Choices) != 0 || p.Config.String() != "" {
				t.Errorf("%s: %d zeros are not dull:\n%s", shape.Name, n, p)
			}
		}
	}
}

// TestRunAnswer checks answers against the machine's own reading of them.
func TestRunAnswer(t *testing.T) {
	for _, forced := range []bool{false, true} {
		q := sim.Question{Kind: sim.Run, CPU: 1, Others: 0b1101, Forced: forced}
		for _, cpu := range []int{0, 2, 3} {
			if got := q.Target(runAnswer(&q, cpu)); got != cpu {
				t.Errorf("forced %v: the answer for cpu%d runs cpu%d", forced, cpu, got)
			}
		}
	}
	if q := (sim.Question{Kind: sim.Run, CPU: 1, Others: 1}); runAnswer(&q, 1) != 0 {
		t.Error("staying is not answer 0")
	}
}

// TestReportHasACommandThatRepeats runs a seed on the reported kernel and looks at what a failure would say.
func TestReportHasACommandThatRepeats(t *testing.T) {
	subjects, err := Subjects("next-20220927", "sc")
	if err != nil {
		t.Fatal(err)
	}
	shape, err := FindShape("FuzzIsolateMovablePage")
	if err != nil {
		t.Fatal(err)
	}
	e := NewExec(shape, subjects)
	p := &Program{Calls: [][]mm.Call{
		parseCalls("kmem_cache_alloc c1 s0", "kmem_cache_free s0", "flush_cpu_slab c1"), parseCalls("isolate_movable_page p0"),
	}}
	data, err := shape.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	report := e.Report(e.Bytes(data))
	want := `isolate_movable_page: mapping is not a movable_operations (rcu_free_slab) on next-20220927 under sc

kernel  next-20220927
model   sc
bug     isolate_movable_page: mapping is not a movable_operations (rcu_free_slab)

cpu0    kmem_cache_alloc c1 s0
cpu0    kmem_cache_free s0
cpu0    flush_cpu_slab c1
cpu1    isolate_movable_page p0

To repeat it:
printf '%s\n' 'kernel  next-20220927' 'model   sc' ` +
		`'bug     isolate_movable_page: mapping is not a movable_operations (rcu_free_slab)' ` +
		`'cpu0    kmem_cache_alloc c1 s0' 'cpu0    kmem_cache_free s0' 'cpu0    flush_cpu_slab c1' ` +
		`'cpu1    isolate_movable_page p0' | go run ./scripts/mmfuzz repro -
`
	if report != want {
		t.Errorf("the report is\n%s\nwant\n%s", report, want)
	}
}

// An Exec can be held to one allocator, if its kernels have it, and to one bug.
func TestExecHeldToAnAllocatorAndABug(t *testing.T) {
	subjects, err := Subjects("next-20220927", "sc")
	if err != nil {
		t.Fatal(err)
	}
	for _, allocator := range []string{"slub", "slab", "slob"} {
		e := NewExec(Shapes()[0], subjects)
		if err := e.UseAllocator(allocator); err != nil {
			t.Fatal(err)
		}
		r := rng(1)
		if p := e.Program(randomBytes(&r, 100)); p.Config.Alloc() != allocator {
			t.Errorf("alloc=%s, want %s", p.Config.Alloc(), allocator)
		}
		e.Close()
	}
	e := NewExec(Shapes()[0], subjects)
	defer e.Close()
	want := `next-20220927 has no allocator "slqb": want one of slub, slab, slob`
	if err := e.UseAllocator("slqb"); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	count := func() (n int) {
		for seed := range uint64(300) {
			r := rng(seed)
			if e.Bytes(randomBytes(&r, 100)) != nil {
				n++
			}
		}
		return n
	}
	if count() == 0 {
		t.Error("nothing was found on a kernel that has a bug")
	}
	e.LookFor("no such bug")
	if n := count(); n != 0 {
		t.Errorf("%d findings, though none has the title", n)
	}
}
