package fuzz

// Mutator makes inputs of a target out of others, for an engine that has bytes. What it makes is good until its next call.
type Mutator struct {
	mutator *mutator
	p, q    *decoder
	data    []byte
}

// NewMutator returns a Mutator of inputs that stand for programs of that shape.
func NewMutator(shape *Shape) *Mutator {
	return &Mutator{mutator: newMutator(shape), p: newDecoder(), q: newDecoder()}
}

// Mutate returns a mutant of data, at most size bytes long. Equal arguments give equal mutants.
func (m *Mutator) Mutate(data []byte, size int, seed uint64) []byte {
	shape := m.mutator.shape
	return m.encode(m.mutator.mutate(m.p.decode(shape, data), seed), size)
}

// CrossOver returns an input, at most size bytes long, that has something of both.
func (m *Mutator) CrossOver(data, other []byte, size int, seed uint64) []byte {
	shape := m.mutator.shape
	return m.encode(m.mutator.crossOver(m.p.decode(shape, data), m.q.decode(shape, other), seed), size)
}

func (m *Mutator) encode(p *Program, size int) []byte {
	var err error
	if m.data, err = m.mutator.shape.appendProgram(m.data[:0], p); err != nil {
		panic(err) // a mutant is of the shape of what it was made of
	}
	// What does not fit are the last choices, and then the last calls.
	return m.data[:min(len(m.data), size)]
}
