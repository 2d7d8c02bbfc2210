package fuzz

import (
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
)

// usedCPU picks a CPU that has calls, other than not; there is none if ok is false.
func (m *mutator) usedCPU(not int) (cpu int, ok bool) {
	first := m.rng.intn(m.cpus())
	for i := range m.cpus() {
		if cpu = (first + i) % m.cpus(); cpu != not && len(m.calls[cpu]) > 0 {
			return cpu, true
		}
	}
	return 0, false
}

// drawValue draws what c answers, and makes it a late read where there is no other CPU to run.
func (m *mutator) drawValue(c *Choice) {
	c.Again, c.Word = 0, ""
	if c.Kind == Run || c.Kind == Then {
		if cpu, ok := m.usedCPU(c.CPU); ok {
			c.Value = cpu
			if c.Kind == Then && m.rng.oneIn(8) {
				c.Again = 1
			}
			return
		}
		c.Kind = Read
	}
	c.Value = 1
	for m.rng.oneIn(3) && c.Value < 8 {
		c.Value++
	}
}

// drawKind is most often another CPU: that finds most, and a model without late accesses asks for nothing else.
func (m *mutator) drawKind() ChoiceKind {
	return [...]ChoiceKind{Run, Run, Run, Then, Read, Write}[m.rng.intn(6)]
}

// maxByteStep is the last step at which a choice has bytes.
const maxByteStep = 1<<16 - 1

func (m *mutator) addChoice() bool {
	cpu, ok := m.usedCPU(-1)
	if !ok || len(m.program.Choices) >= maxByteChoices {
		return false
	}
	c := Choice{CPU: cpu, Step: 1 + m.rng.intn(stepsPerCall*len(m.calls[cpu])), Kind: m.drawKind()}
	if i, ok := m.anyChoice(); ok && m.rng.oneIn(2) {
		// A race needs its switches close together.
		c.CPU = m.program.Choices[i].CPU
		c.Step = m.near(m.program.Choices[i].Step)
	}
	m.drawValue(&c)
	m.program.Choices = append(m.program.Choices, c)
	return true
}

// near returns a step not far from step.
func (m *mutator) near(step int) int {
	return min(max(step+m.rng.intn(2*stepsPerCall)-stepsPerCall, 1), maxByteStep)
}

func (m *mutator) anyChoice() (i int, ok bool) {
	n := len(m.program.Choices)
	if n == 0 {
		return 0, false
	}
	return m.rng.intn(n), true
}

// moveChoice moves one choice, or with it all later ones of its CPU, as a call more or less before them would.
func (m *mutator) moveChoice() bool {
	i, ok := m.anyChoice()
	if !ok {
		return false
	}
	moved := &m.program.Choices[i]
	from, by := moved.Step, m.near(moved.Step)-moved.Step
	all := m.rng.oneIn(2)
	for j := range m.program.Choices {
		c := &m.program.Choices[j]
		if j == i || all && c.CPU == moved.CPU && c.Step > from {
			c.Step = min(max(c.Step+by, 1), maxByteStep)
		}
	}
	return true
}

func (m *mutator) dropChoice() bool {
	i, ok := m.anyChoice()
	if ok {
		m.program.Choices = slices.Delete(m.program.Choices, i, i+1)
	}
	return ok
}

func (m *mutator) changeChoice() bool {
	i, ok := m.anyChoice()
	if ok {
		c := &m.program.Choices[i]
		if m.rng.oneIn(2) {
			c.Kind = m.drawKind()
		}
		m.drawValue(c)
	}
	return ok
}

func (m *mutator) changeConfig() bool {
	keys := mm.ConfigKeys()
	key := m.rng.intn(len(keys))
	m.program.Config.Choose(key, uint8(m.rng.intn(len(keys[key].Values))))
	return true
}

// changeAddress changes the address of a function in the bits that matter: the two that mark a movable page, those that
// alignment clears, those that make an address canonical; or makes it a value that stands on mapping in some kernel.
func (m *mutator) changeAddress() {
	a := m.program.Config.Address(m.shape.Address)
	switch m.rng.intn(6) {
	case 0:
		a ^= 1 << m.rng.intn(2)
	case 1:
		a ^= 1 << m.rng.intn(6)
	case 2:
		a ^= 1 << (47 + m.rng.intn(17))
	case 3:
		a += uint64(m.rng.intn(9)) - 4
	case 4:
		a ^= 1 << m.rng.intn(64)
	default:
		known := [...]uint64{reportAddress, 0xdead000000000122, 0xdead000000000002, 2, 6, 0x122, 0xffff888002000002, 0x7ffffffffffe}
		a = known[m.rng.intn(len(known))]
	}
	m.program.Config.SetAddress(m.shape.Address, a)
}
