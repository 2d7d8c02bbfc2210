package fuzz

import (
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// mutator makes programs out of others by changing calls and choices, where mutators of bytes change whatever they hit. It
// makes only programs that its shape has bytes for, and reuses the memory of the last one.
type mutator struct {
	shape   *Shape
	ops     []mm.Op
	rng     rng
	program Program
	calls   [sim.MaxCPUs][]mm.Call
}

func newMutator(shape *Shape) *mutator { return &mutator{shape: shape, ops: mm.Ops()} }

// anyShape is that of every program that the generator could have drawn.
func anyShape() *Shape {
	return &Shape{Calls: 1 << maxLengthBits, Ops: randomOps(), Pages: mm.NrPages}
}

// mutations are the ways to change a program, those that change more often what a run does more often. Each answers
// whether it found something to change.
var mutations = [...]func(m *mutator) bool{
	(*mutator).insertCall, (*mutator).insertCall, (*mutator).insertCall,
	(*mutator).dropCalls, (*mutator).dropCalls,
	(*mutator).swapCalls,
	(*mutator).moveCall,
	(*mutator).copyCalls,
	(*mutator).changeCall, (*mutator).changeCall,
	(*mutator).addChoice, (*mutator).addChoice,
	(*mutator).moveChoice, (*mutator).moveChoice,
	(*mutator).dropChoice,
	(*mutator).changeChoice,
	(*mutator).changeConfig,
}

// maxMutations is how many changes a mutant has at most: a single one half of the time.
const maxMutations = 8

// crossOver returns a program that begins as p and goes on as q, on each CPU or on some. It is good until the next call.
func (m *mutator) crossOver(p, q *Program, seed uint64) *Program {
	m.load(p, seed)
	if m.rng.oneIn(2) {
		m.program.Config = q.Config
	}
	for cpu, calls := range q.Calls {
		if cpu >= m.cpus() || m.rng.oneIn(4) {
			continue
		}
		m.calls[cpu] = m.calls[cpu][:m.rng.intn(len(m.calls[cpu])+1)]
		calls = calls[m.rng.intn(len(calls)+1):]
		m.calls[cpu] = append(m.calls[cpu], calls[:min(len(calls), m.shape.Calls-m.numCalls())]...)
		if m.rng.oneIn(2) {
			m.takeChoices(q, cpu)
		}
	}
	return m.finish()
}

// takeChoices replaces the choices of a CPU by those of q.
func (m *mutator) takeChoices(q *Program, cpu int) {
	p := &m.program
	p.Choices = slices.DeleteFunc(p.Choices, func(c Choice) bool { return c.CPU == cpu })
	for _, c := range q.Choices {
		if c.CPU == cpu && len(p.Choices) < maxByteChoices {
			p.Choices = append(p.Choices, c)
		}
	}
}

// mutate returns a mutant of p, good until the next call.
func (m *mutator) mutate(p *Program, seed uint64) *Program {
	m.load(p, seed)
	for n := 1; ; n++ {
		m.mutateOnce()
		if n == maxMutations || m.rng.oneIn(2) {
			return m.finish()
		}
	}
}

// lengthen returns p with calls put in, often as many as the shape has. It is good until the next call.
func (m *mutator) lengthen(p *Program, seed uint64) *Program {
	m.load(p, seed)
	for more := m.rng.intn(m.shape.Calls); more > 0 && m.insertCall(); more-- {
	}
	return m.finish()
}

func (m *mutator) mutateOnce() {
	const tries = 8 // an empty program has little to change
	for range tries {
		if m.shape.Address != "" && m.rng.oneIn(4) {
			m.changeAddress()
			return
		}
		if mutations[m.rng.intn(len(mutations))](m) {
			return
		}
	}
}

func (m *mutator) load(p *Program, seed uint64) {
	m.rng = rng(mix64(seed))
	for cpu := range m.calls {
		m.calls[cpu] = m.calls[cpu][:0]
		if cpu < len(p.Calls) {
			m.calls[cpu] = append(m.calls[cpu], p.Calls[cpu]...)
		}
	}
	m.program = Program{Kernel: p.Kernel, Model: p.Model, Config: p.Config, Choices: append(m.program.Choices[:0], p.Choices...)}
}

func (m *mutator) finish() *Program {
	used := len(m.calls)
	for used > 0 && len(m.calls[used-1]) == 0 {
		used--
	}
	m.program.Calls = m.calls[:used]
	m.program.sortChoices(used)
	return &m.program
}

// cpus is how many CPUs a program of the shape can have.
func (m *mutator) cpus() int {
	if m.shape.CPUs != 0 {
		return m.shape.CPUs
	}
	return slices.Max(cpuCounts[:])
}

func (m *mutator) numCalls() int {
	n := 0
	for _, calls := range m.calls {
		n += len(calls)
	}
	return n
}

// anyCall picks a call; there is none if ok is false.
func (m *mutator) anyCall() (cpu, i int, ok bool) {
	n := m.numCalls()
	if n == 0 {
		return 0, 0, false
	}
	i = m.rng.intn(n)
	for cpu = range m.calls {
		if i < len(m.calls[cpu]) {
			return cpu, i, true
		}
		i -= len(m.calls[cpu])
	}
	panic("fuzz: miscounted calls")
}

// newCall draws a call. Its arguments are half of the time those of a call that is there, since two calls that have
// nothing in common do not meet.
func (m *mutator) newCall() mm.Call {
	ops := m.shape.Ops
	if m.shape.Lives != nil {
		ops = m.shape.Lives[m.rng.intn(len(m.shape.Lives))]
		if m.numCalls() > 0 && !m.rng.oneIn(8) {
			m.program.Calls = m.calls[:]
			ops = m.shape.Lives[m.shape.lifeOf(&m.program)]
		}
	}
	call := mm.Call{Op: ops[m.rng.intn(len(ops))]}
	for i := range m.ops[call.Op].Args {
		m.drawArg(&call, i)
	}
	return call
}

func (m *mutator) drawArg(call *mm.Call, i int) {
	kind := m.ops[call.Op].Args[i].Kind
	if cpu, j, ok := m.anyCall(); ok && m.rng.oneIn(2) {
		other := m.calls[cpu][j]
		for k, arg := range m.ops[other.Op].Args {
			if arg.Kind == kind {
				call.Args[i] = other.Args[k]
				return
			}
		}
	}
	call.Args[i] = m.shape.arg(kind, m.rng.intn(256))
}

// put inserts a call somewhere on cpu, or on the CPU where the shape has it run.
func (m *mutator) put(cpu int, call mm.Call) bool {
	if m.numCalls() >= m.shape.Calls {
		return false
	}
	cpu = m.shape.cpuOf(call, cpu)
	m.calls[cpu] = slices.Insert(m.calls[cpu], m.rng.intn(len(m.calls[cpu])+1), call)
	return true
}

func (m *mutator) insertCall() bool { return m.put(m.rng.intn(m.cpus()), m.newCall()) }

func (m *mutator) dropCalls() bool {
	cpu, i, ok := m.anyCall()
	if ok {
		n := 1
		for m.rng.oneIn(4) && i+n < len(m.calls[cpu]) {
			n++
		}
		m.calls[cpu] = slices.Delete(m.calls[cpu], i, i+n)
	}
	return ok
}

func (m *mutator) swapCalls() bool {
	cpu, i, ok := m.anyCall()
	calls := m.calls[cpu]
	if !ok || len(calls) < 2 {
		return false
	}
	j := (i + 1) % len(calls)
	calls[i], calls[j] = calls[j], calls[i]
	return true
}

func (m *mutator) moveCall() bool {
	cpu, i, ok := m.anyCall()
	if !ok {
		return false
	}
	call := m.calls[cpu][i]
	m.calls[cpu] = slices.Delete(m.calls[cpu], i, i+1)
	return m.put(m.rng.intn(m.cpus()), call)
}

func (m *mutator) copyCalls() bool {
	cpu, i, ok := m.anyCall()
	if !ok {
		return false
	}
	n := min(1+m.rng.intn(8), len(m.calls[cpu])-i, m.shape.Calls-m.numCalls())
	if n <= 0 {
		return false
	}
	copied := m.calls[cpu][i : i+n]
	to := m.shape.cpuOf(copied[0], m.rng.intn(m.cpus()))
	m.calls[to] = slices.Insert(m.calls[to], m.rng.intn(len(m.calls[to])+1), copied...)
	return true
}

func (m *mutator) changeCall() bool {
	cpu, i, ok := m.anyCall()
	if !ok {
		return false
	}
	call := &m.calls[cpu][i]
	if args := m.ops[call.Op].Args; len(args) > 0 && !m.rng.oneIn(4) {
		m.drawArg(call, m.rng.intn(len(args)))
		return true
	}
	m.calls[cpu] = slices.Delete(m.calls[cpu], i, i+1)
	return m.put(cpu, m.newCall())
}
