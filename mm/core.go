// Package mm is the memory management of the simulated kernel: struct page,
// the page allocator, the slab allocator, the owners of movable pages and the
// code that isolates and migrates such pages. Files and functions are named
// after the kernel's. All that kernel code knows it reads from the memory of
// a machine of package sim; what the Go side keeps besides is for the oracles,
// and kernel code never reads it.
//
// Lock order, outermost first:
//
//	page lock (PG_locked) > owner's locks > node->list_lock > pcp->lock > zone->lock
package mm

import (
	"slices"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// MM is one kernel on one machine. It is used for any number of runs: Boot,
// then Call from the bodies that Machine().Run runs, then Finish.
type MM struct {
	k      Kernel // resolved: no function is nil
	m      *sim.Machine
	cfg    Config
	target *target
	images [nrAllocs]*sim.Image // memory at boot
	layout *layout
	alloc  *allocator
	text   [nrSymbols]uint64 // addresses of functions
	caches [NrCaches]kmemCache
	shadow shadow
	finish func(*sim.CPU)
	invoke func(c *sim.CPU, head sim.Addr, fn uint64)
}

// New maps the memory of a machine for the kernel k.
func New(k *Kernel) *MM {
	mm := &MM{k: k.resolve()}
	mm.m = sim.New(mm)
	mm.mapMemory()
	mm.mapOwners()
	mm.finish = mm.mmfuzzQuiesce
	mm.invoke = mm.rcuInvoke
	return mm
}

// Machine returns the machine, to run programs on after Boot.
func (mm *MM) Machine() *sim.Machine { return mm.m }

// Config returns the config that Boot chose.
func (mm *MM) Config() Config { return mm.cfg }

// SymbolAddress returns where Boot has put the function of that name, one of
// Callbacks.
func (mm *MM) SymbolAddress(name string) uint64 { return mm.text[slices.Index(Callbacks(), name)] }

// Call runs one op on the CPU c.
func (mm *MM) Call(c *sim.CPU, call Call) { ops[call.Op].run(mm, c, call.Args) }

// Finish ends a program that had no bug: what is isolated is put back, what
// was allocated is freed, the RCU callbacks are run, and then every page must
// be back with the page allocator. It shares the bound on steps with the program.
func (mm *MM) Finish() sim.Result { return mm.m.Run(1, mm.finish) }

// mmfuzzQuiesce is what Finish runs. Between two runs of the machine all is ordered,
// so that CPU 0 may flush the slabs of the others.
func (mm *MM) mmfuzzQuiesce(c *sim.CPU) {
	mm.finishOwners(c)
	mm.finishFences(c)
	for i := range mm.caches {
		mm.alloc.drainCache(mm, c, &mm.caches[i])
	}
	for mm.rcuDoBatch(c) > 0 {
	}
	mm.checkRcuLeak(c)
	mm.checkPageLeak(c)
}
