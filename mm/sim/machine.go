package sim

import (
	"fmt"
	"math/bits"
)

// MaxCPUs is how many CPUs a machine has. A run may use fewer.
const MaxCPUs = 8

// defaultMaxSteps bounds a run that SetMaxSteps says nothing about.
const defaultMaxSteps = 100_000

// Model is a memory model.
type Model uint8

const (
	// SC is sequential consistency: every load reads the newest store.
	SC Model = iota
	// TSO is that of x86: a store may become visible after later loads of
	// its CPU. Locked instructions and smp_mb order everything.
	TSO
	// LKMM is the Linux kernel memory model of 6.12 and later, less the
	// executions in which po and rf form a cycle (load buffering).
	LKMM
)

var modelNames = [...]string{SC: "sc", TSO: "tso", LKMM: "lkmm"}

// String returns the model's name in program texts.
func (m Model) String() string { return modelNames[m] }

// Models returns all models, strongest first.
func Models() []Model { return []Model{SC, TSO, LKMM} }

// ParseModel returns the model with that name.
func ParseModel(name string) (Model, error) {
	for m, n := range modelNames {
		if n == name {
			return Model(m), nil
		}
	}
	return 0, fmt.Errorf("unknown model %q: want sc, tso or lkmm", name)
}

// Symbols names addresses and values in traces and in the details of bugs. It
// is not asked for anything else.
type Symbols interface {
	AddrName(a Addr) string
	ValueName(a Addr, v uint64) string
}

// Machine is a simulated multiprocessor. It is not safe for concurrent use.
// Create one with New, describe its memory with Map and Split, then use it for
// any number of runs: Reset, Poke, Run.
type Machine struct {
	memory
	symbols  Symbols
	model    Model
	chooser  Chooser
	question Question
	asks     []uint16 // see Question.AskAt

	cpus     [MaxCPUs]CPU
	body     func(*CPU)
	current  *CPU
	runnable uint8 // CPUs that can do a step
	blocked  uint8 // CPUs that wait for something

	maxSteps   int
	stepsLeft  int
	outOfSteps bool
	pruned     bool
	unwinding  bool
	bug        *Bug
	goPanic    string // a panic of the code that runs on a CPU, with its stack
	hash       uint64

	rcu     rcuState
	engine  engine
	plain   bool // the engine is newestOnly
	tso     tsoState
	graph   *graph
	tracing bool
	trace   []Event
	frames  map[uintptr]frame // what was on the stack so far, for callers

	explicit   bool // dependencies are given by Depend
	exhaustive bool
	asking     bool // exhaustive, and in the first phase since Reset
	everyStep  bool
	eager      bool // for tests: the graph puts nothing off
	longWindow bool
	watched    bool   // asking or tracing
	asksAlways uint64 // 1 when asking or everyStep, see CPU.count
	selective  bool   // it asks where asks says
	log        []Step
	candidates [maxCandidates]int32 // messages that the answers to a Read question read
}

// engine is how a model is run.
type engine uint8

const (
	newestOnly engine = iota // sc
	loadTimes                // tso
	onGraph                  // lkmm, and every model of an exhaustive machine
)

// Result says how a run went.
type Result struct {
	Bug        *Bug // nil if there was none
	Steps      int  // of all CPUs
	OutOfSteps bool // the step bound ended the run: no verdict
	Pruned     bool // the chooser did, with Prune, or it was no execution after all
	// Settled: the run was longer than the window of the lkmm model, so not
	// every choice that LKMM allows was offered.
	Settled bool
	// Hash covers the CPU, kind, address and value of every step since
	// Reset. Equal runs have equal hashes.
	Hash uint64
}

// New returns a machine without memory. symbols may be nil.
func New(symbols Symbols) *Machine {
	m := &Machine{symbols: symbols, frames: map[uintptr]frame{}, maxSteps: defaultMaxSteps, chooser: Dull{}}
	for i := range m.cpus {
		m.cpus[i] = CPU{m: m, id: i, bit: 1 << i}
	}
	return m
}

// Reset forgets everything but the memory map, and sets memory to what it was
// at the last Snapshot or Clear, else to zero.
func (m *Machine) Reset(model Model, chooser Chooser) {
	m.memory.reset()
	m.model, m.chooser = model, chooser
	m.stepsLeft = m.maxSteps
	m.asks, m.selective = nil, false
	m.setAsking(m.exhaustive)
	m.hash = 0
	m.rcu.reset()
	m.trace, m.log = m.trace[:0], m.log[:0]
	for i := range m.cpus {
		m.cpus[i].steps = 0
	}
	if m.graph != nil {
		m.graph.settled = false
	}
}

func (m *Machine) setAsking(on bool) {
	m.asking = on
	m.watched, m.asksAlways = on || m.tracing, 0
	if on || m.everyStep {
		m.asksAlways = 1
	}
}

// SetMaxSteps bounds the steps from one Reset to the next, over all CPUs.
func (m *Machine) SetMaxSteps(n int) { m.maxSteps = n }

// Model returns the model of the last Reset.
func (m *Machine) Model() Model { return m.model }

// CPU returns CPU i, 0 to MaxCPUs-1.
func (m *Machine) CPU(i int) *CPU { return &m.cpus[i] }

// Close ends the coroutines. The machine may be used again afterwards.
func (m *Machine) Close() {
	for i := range m.cpus {
		m.cpus[i].stopCoroutine()
	}
}

// Run runs body on CPUs 0 to ncpu-1 and returns when all have ended, one has a
// bug, or the steps ran out. It may be called again before the next Reset:
// what an earlier phase did is then ordered before all that the later does.
func (m *Machine) Run(ncpu int, body func(*CPU)) Result {
	if ncpu < 1 || ncpu > MaxCPUs {
		panic(fmt.Sprintf("sim: Run with %d CPUs: want 1 to %d", ncpu, MaxCPUs))
	}
	m.body, m.bug, m.goPanic = body, nil, ""
	m.outOfSteps, m.pruned, m.unwinding = false, false, false
	m.blocked = 0
	m.runnable = uint8(1<<ncpu - 1)
	m.beginPhase(ncpu)
	for i := 0; i < ncpu; i++ {
		m.cpus[i].begin()
	}
	m.current = &m.cpus[0]
	for m.current != nil {
		m.current.resume()
	}
	if m.stopped() {
		m.unwind(ncpu)
	}
	if m.goPanic != "" {
		panic(m.goPanic)
	}
	if m.lateRCU() && m.graph.rcuForbidden() {
		m.pruned = true
	}
	m.setAsking(false)
	return Result{
		Bug: m.bug, Steps: m.maxSteps - max(m.stepsLeft, 0), OutOfSteps: m.outOfSteps, Pruned: m.pruned,
		Settled: m.graph != nil && m.graph.settled, Hash: m.hash,
	}
}

// beginPhase orders all that was done before the phase that starts. One CPU
// alone sees the newest of everything under any model.
func (m *Machine) beginPhase(ncpu int) {
	m.settleMessages()
	switch {
	case ncpu == 1:
		m.engine = newestOnly
	case m.model == LKMM || m.exhaustive:
		m.engine = onGraph
		if m.graph == nil {
			m.graph = newGraph(m)
		}
		m.graph.reset(ncpu)
	case m.model == TSO:
		m.engine = loadTimes
		m.tso.reset()
	default:
		m.engine = newestOnly
	}
	m.plain = m.engine == newestOnly
}

// stopped reports whether the run is over though there are CPUs that have not
// ended.
func (m *Machine) stopped() bool {
	return m.bug != nil || m.outOfSteps || m.pruned || m.goPanic != ""
}

// afterStop makes current the CPU to run when c has ended or is blocked; nil if
// the run is over.
func (m *Machine) afterStop(c *CPU) {
	if m.current = nil; m.stopped() {
		return
	}
	if next := m.pick(c); !m.pruned {
		m.current = next
	}
}

func (m *Machine) pick(c *CPU) *CPU {
	if m.runnable == 0 {
		if m.blocked == 0 {
			return nil
		}
		// Deadlock. The lowest CPU that waits reports it from where it waits.
		if m.asking {
			m.logBlocked()
		}
		d := &m.cpus[bits.TrailingZeros8(m.blocked)]
		d.deadlocked = true
		return d
	}
	n := bits.OnesCount8(m.runnable)
	answer := 0
	if n > 1 || m.asking || m.everyStep {
		step := c.steps
		if c.state == cpuDone {
			step++
		}
		m.question = Question{m: m, Kind: Run, n: n, CPU: c.id, Step: step, Others: m.runnable, Forced: true}
		answer = m.ask()
	}
	q := Question{Others: m.runnable, Forced: true}
	return &m.cpus[q.Target(answer)]
}

// unwind ends the CPUs that are in the middle of something.
func (m *Machine) unwind(ncpu int) {
	m.unwinding = true
	for i := 0; i < ncpu; i++ {
		if c := &m.cpus[i]; c.state != cpuDone && c.started {
			c.resume()
		}
	}
}

// mix adds one step to the hash of the run.
func (m *Machine) mix(c *CPU, kind EventKind, a Addr, v uint64) {
	const prime = 0x9e3779b97f4a7c15
	h := m.hash ^ (uint64(c.id)<<8|uint64(kind))*prime
	h = (h ^ uint64(a)) * prime
	h = (h ^ h>>29 ^ v) * prime
	m.hash = h ^ h>>32
}
