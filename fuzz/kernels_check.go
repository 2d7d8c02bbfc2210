package fuzz

import (
	"fmt"
	"slices"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// CheckKernels runs the calls that data stands for one after the other, each on its CPU, so that nothing races, on every
// kernel that has the allocator, and holds all to the same results. A result is what programs hold after a call: the
// objects, handles and pages that the allocators handed out, the pages that each CPU has isolated, and how many are free.
// A kernel that ends with a bug is a finding unless its row expects the bug; it is compared no further. The first kernel of
// the table is what the others are compared with.
func (e *Exec) CheckKernels(data []byte) error {
	p := e.Program(data)
	p.Choices = nil
	p.Model = e.subjects[hashBytes(data)%uint64(len(e.subjects))].Model
	first := mm.Kernels()[0]
	if first.CheckConfig(p.Config) != nil {
		return nil
	}
	var ended bool
	var err error
	p.Kernel = first.Name
	if e.want, ended, err = e.results(p, e.want[:0]); err != nil {
		return err
	}
	if !ended {
		return nil
	}
	last := ""
	for i := range e.subjects {
		name := e.subjects[i].Kernel
		if name == last || name == first.Name {
			continue // subjects of a kernel stand together
		}
		last = name
		k, err := mm.FindKernel(name)
		if err != nil || k.CheckConfig(p.Config) != nil {
			continue
		}
		p.Kernel = name
		if e.got, _, err = e.results(p, e.got[:0]); err != nil {
			return err
		}
		if err := e.compare(p, first.Name); err != nil {
			return err
		}
	}
	return nil
}

// results appends what programs hold after each call of p, until it ends, a known bug shows, or it takes too many steps.
// It reports whether p ended.
func (e *Exec) results(p *Program, words []uint64) (_ []uint64, ended bool, err error) {
	r := e.runner
	r.boot(p.Kernel)
	e.runs++
	r.mm.Boot(p.Config, p.Model, sim.Dull{})
	m := r.mm.Machine()
	for i, more := 0, true; more; i++ {
		more = false
		for cpu, calls := range p.Calls {
			if i >= len(calls) {
				continue
			}
			more = true
			result := m.Run(cpu+1, func(c *sim.CPU) {
				if c.ID() == cpu {
					r.mm.Call(c, calls[i])
				}
			})
			switch {
			case result.OutOfSteps:
				return words, false, nil
			case result.Bug != nil:
				return words, false, e.unexpected(p, result.Bug)
			}
			words = r.mm.AppendHeld(words)
		}
	}
	return words, true, e.unexpected(p, r.mm.Finish().Bug)
}

// unexpected is the error for a bug that p's kernel is not known to have; nil for none, and for one that it is.
func (e *Exec) unexpected(p *Program, bug *sim.Bug) error {
	if bug == nil {
		return nil
	}
	k, err := mm.FindKernel(p.Kernel)
	if err != nil {
		return err
	}
	if slices.Contains(k.Also, bug.Title) || sameBug(bug.Title, k.Expect.Of(p.Config.Alloc(), p.Model)) {
		return nil
	}
	return fmt.Errorf("%s under %v, one call after the other: %s\n%s", p.Kernel, p.Model, bug.Title, p)
}

// compare compares the results of p's kernel, as far as it has some, with those of the first.
func (e *Exec) compare(p *Program, first string) error {
	for i, got := range e.got {
		if want := e.want[i]; got != want {
			return fmt.Errorf("after call %d, one call after the other, %s has %#x in %s, and %s has %#x\n%s",
				i/mm.NrHeld+1, p.Kernel, got, e.runner.mm.HeldName(i%mm.NrHeld), first, want, p)
		}
	}
	return nil
}
