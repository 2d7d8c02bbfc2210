package fuzz

import (
	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// generator makes random programs. It reuses the memory of the last one.
type generator struct {
	ops     []mm.Op
	random  []uint8 // those that random programs have
	program Program
	calls   [sim.MaxCPUs][]mm.Call
	enabled []uint8
}

const (
	generatedCPUs = 4
	// A program has up to 16 to 128 calls. Long ones find far more in the same time, as each call runs in a state that
	// others have worked on; short ones keep what long ones drown in.
	minLengthBits = 4
	maxLengthBits = 7
)

func newGenerator() *generator { return &generator{ops: mm.Ops(), random: randomOps()} }

// generate returns the program of that seed, good until the next generate. Each program leaves out about half of the
// ops and uses few pages and slots (swarm testing): what is always possible crowds out what takes many steps to set up.
func (g *generator) generate(seed uint64) *Program {
	r := rng(mix64(seed))
	p := &g.program
	*p = Program{}
	if r.oneIn(2) {
		for key := range mm.ConfigKeys() {
			p.Config.Choose(key, uint8(r.next()))
		}
	}
	g.enabled = g.enabled[:0]
	for _, op := range g.random {
		if r.oneIn(2) {
			g.enabled = append(g.enabled, op)
		}
	}
	if len(g.enabled) == 0 {
		g.enabled = append(g.enabled, g.random[r.intn(len(g.random))])
	}
	pages := 1 << r.intn(5)
	cpus := 1 + r.intn(generatedCPUs)
	length := 1 + r.intn(1<<(minLengthBits+r.intn(maxLengthBits-minLengthBits+1)))
	for cpu := range g.calls {
		g.calls[cpu] = g.calls[cpu][:0]
	}
	for range length {
		call := mm.Call{Op: g.enabled[r.intn(len(g.enabled))]}
		for i, arg := range g.ops[call.Op].Args {
			call.Args[i] = uint8(r.intn(min(arg.Kind.Count(), max(pages, 2))))
		}
		cpu := r.intn(cpus)
		g.calls[cpu] = append(g.calls[cpu], call)
	}
	for cpus > 0 && len(g.calls[cpus-1]) == 0 {
		cpus--
	}
	p.Calls = g.calls[:cpus]
	return p
}
