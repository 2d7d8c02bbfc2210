package sim

// SetEager says, from the next Reset on, whether the graph of the lkmm model is
// kept up to date at every step.
func (m *Machine) SetEager(on bool) { m.eager = on }
