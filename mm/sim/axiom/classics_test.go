package axiom_test

import . "github.com/mmfuzz/mmfuzz/mm/sim/axiom"

func program(threads ...Thread) Program { return Program{Threads: threads} }

func cpu(steps ...Step) Thread { return steps }

// Short names for what every shape is made of.
var (
	w   = WriteOnce
	r   = ReadOnce
	rel = SmpStoreRelease
	acq = SmpLoadAcquire
	mb  = SmpMb()
	rmb = SmpRmb()
	wmb = SmpWmb()
)

// classics are the shapes of the literature without any ordering.
var classics = []litmus{
	{"CoRR", "1:r0=1 1:r1=0", never, program(cpu(w("x", 1)), cpu(r("r0", "x"), r("r1", "x")))},
	{"CoWW", "x=1", never, program(cpu(w("x", 1), w("x", 2)))},
	{"CoRW1", "0:r0=1", never, program(cpu(r("r0", "x"), w("x", 1)))},
	{"CoRW2", "0:r0=2 x=2", never, program(cpu(r("r0", "x"), w("x", 1)), cpu(w("x", 2)))},
	{"CoWR", "0:r0=2 x=1", never, program(cpu(w("x", 1), r("r0", "x")), cpu(w("x", 2)))},
	{"CoRR2", "2:r0=1 2:r1=2 3:r0=2 3:r1=1", never, program(cpu(w("x", 1)), cpu(w("x", 2)), cpu(r("r0", "x"), r("r1", "x")), cpu(r("r0", "x"), r("r1", "x")))},
	{"MP", "1:r0=1 1:r1=0", onlyLKMM, program(cpu(w("x", 1), w("y", 1)), cpu(r("r0", "y"), r("r1", "x")))},
	{"SB", "0:r0=0 1:r0=0", fromTSO, program(cpu(w("x", 1), r("r0", "y")), cpu(w("y", 1), r("r0", "x")))},
	{"SB+rfi", "0:r0=1 0:r1=0 1:r0=1 1:r1=0", fromTSO, program(cpu(w("x", 1), r("r0", "x"), r("r1", "y")), cpu(w("y", 1), r("r0", "y"), r("r1", "x")))},
	{"LB", "0:r0=1 1:r0=1", loadBuffer, program(cpu(r("r0", "x"), w("y", 1)), cpu(r("r0", "y"), w("x", 1)))},
	{"S", "x=2 1:r0=1", onlyLKMM, program(cpu(w("x", 2), w("y", 1)), cpu(r("r0", "y"), w("x", 1)))},
	{"R", "y=2 1:r0=0", fromTSO, program(cpu(w("x", 1), w("y", 1)), cpu(w("y", 2), r("r0", "x")))},
	{"2+2W", "x=1 y=1", onlyLKMM, program(cpu(w("x", 1), w("y", 2)), cpu(w("y", 1), w("x", 2)))},
	{"WRC", "1:r0=1 2:r0=1 2:r1=0", onlyLKMM, program(cpu(w("x", 1)), cpu(r("r0", "x"), w("y", 1)), cpu(r("r0", "y"), r("r1", "x")))},
	{"WWC", "x=2 1:r0=2 2:r0=1", onlyLKMM, program(cpu(w("x", 2)), cpu(r("r0", "x"), w("y", 1)), cpu(r("r0", "y"), w("x", 1)))},
	{"WRW+2W", "1:r0=1 x=1 y=1", onlyLKMM, program(cpu(w("x", 1)), cpu(r("r0", "x"), w("y", 2)), cpu(w("y", 1), w("x", 2)))},
	{"ISA2", "1:r0=1 2:r0=1 2:r1=0", onlyLKMM, program(cpu(w("x", 1), w("y", 1)), cpu(r("r0", "y"), w("z", 1)), cpu(r("r0", "z"), r("r1", "x")))},
	{"RWC", "1:r0=1 1:r1=0 2:r0=0", fromTSO, program(cpu(w("x", 1)), cpu(r("r0", "x"), r("r1", "y")), cpu(w("y", 1), r("r0", "x")))},
	{"W+RWC", "1:r0=1 1:r1=0 2:r0=0", fromTSO, program(cpu(w("x", 1), w("y", 1)), cpu(r("r0", "y"), r("r1", "z")), cpu(w("z", 1), r("r0", "x")))},
	{"IRIW", "1:r0=1 1:r1=0 3:r0=1 3:r1=0", onlyLKMM, program(cpu(w("x", 1)), cpu(r("r0", "x"), r("r1", "y")), cpu(w("y", 1)), cpu(r("r0", "y"), r("r1", "x")))},
	{"Z6.0", "1:r0=1 z=2 2:r0=0", fromTSO, program(cpu(w("x", 1), w("y", 1)), cpu(r("r0", "y"), w("z", 1)), cpu(w("z", 2), r("r0", "x")))},
	{"Z6.1", "x=2 y=2 2:r0=1", onlyLKMM, program(cpu(w("x", 2), w("y", 1)), cpu(w("y", 2), w("z", 1)), cpu(r("r0", "z"), w("x", 1)))},
	{"Z6.2", "x=2 1:r0=1 2:r0=1", onlyLKMM, program(cpu(w("x", 2), w("y", 1)), cpu(r("r0", "y"), w("z", 1)), cpu(r("r0", "z"), w("x", 1)))},
	{"Z6.3", "y=2 2:r0=1 2:r1=0", onlyLKMM, program(cpu(w("x", 1), w("y", 1)), cpu(w("y", 2), w("z", 1)), cpu(r("r0", "z"), r("r1", "x")))},
	{"Z6.4", "y=2 1:r0=0 2:r0=0", fromTSO, program(cpu(w("x", 1), w("y", 1)), cpu(w("y", 2), r("r0", "z")), cpu(w("z", 1), r("r0", "x")))},
	{"3.2W", "x=2 y=2 z=2", onlyLKMM, program(cpu(w("x", 2), w("y", 1)), cpu(w("y", 2), w("z", 1)), cpu(w("z", 2), w("x", 1)))},
}

// barriers are the same with what forbids them, and with what nearly does.
var barriers = []litmus{
	{"MP+wmb+po", "1:r0=1 1:r1=0", onlyLKMM, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(r("r0", "y"), r("r1", "x")))},
	{"MP+po+rmb", "1:r0=1 1:r1=0", onlyLKMM, program(cpu(w("x", 1), w("y", 1)), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"MP+wmb+rmb", "1:r0=1 1:r1=0", never, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"MP+rmb+wmb", "1:r0=1 1:r1=0", onlyLKMM, program(cpu(w("x", 1), rmb, w("y", 1)), cpu(r("r0", "y"), wmb, r("r1", "x")))},
	{"MP+rel+acq", "1:r0=1 1:r1=0", never, program(cpu(w("x", 1), rel("y", 1)), cpu(acq("r0", "y"), r("r1", "x")))},
	{"MP+rel+po", "1:r0=1 1:r1=0", onlyLKMM, program(cpu(w("x", 1), rel("y", 1)), cpu(r("r0", "y"), r("r1", "x")))},
	{"MP+po+acq", "1:r0=1 1:r1=0", onlyLKMM, program(cpu(w("x", 1), w("y", 1)), cpu(acq("r0", "y"), r("r1", "x")))},
	{"MP+mb+mb", "1:r0=1 1:r1=0", never, program(cpu(w("x", 1), mb, w("y", 1)), cpu(r("r0", "y"), mb, r("r1", "x")))},
	{"MP+rel first+acq last", "1:r0=1 1:r1=0", onlyLKMM, program(cpu(rel("x", 1), w("y", 1)), cpu(r("r0", "y"), acq("r1", "x")))},
	{"MP+wmb+ctrl", "1:r0=1 1:r1=0", onlyLKMM, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(r("r0", "y"), If("r0", []Step{r("r1", "x")})))},
	{"MP+wmb+deref", "1:r0=&x 1:r1=0", never, Program{Init: map[string]any{"p": "&v"}, Threads: []Thread{
		cpu(w("x", 1), wmb, w("p", "&x")), cpu(RcuDereference("r0", "p"), r("r1", "*r0"))}}},
	{"MP+assign+deref", "1:r0=&x 1:r1=0", never, Program{Init: map[string]any{"p": "&v"}, Threads: []Thread{
		cpu(w("x", 1), RcuAssignPointer("p", "&x")), cpu(RcuDereference("r0", "p"), r("r1", "*r0"))}}},
	{"MP+assign+deref of another", "1:r0=&x 1:r1=0", onlyAsText, Program{Init: map[string]any{"p": "&v"}, Threads: []Thread{
		cpu(w("y", 1), RcuAssignPointer("p", "&x")), cpu(RcuDereference("r0", "p"), r("r1", "y"))}}},
	{"MP+wmb+rmb over another store", "1:r0=2 1:r1=0", never, program(cpu(w("x", 1), wmb, w("y", 1), w("y", 2)), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"MP+rel+acq over a plain store", "1:r0=2 1:r1=0", onlyLKMM, program(cpu(w("x", 1), rel("y", 1), w("y", 2)), cpu(acq("r0", "y"), r("r1", "x")))},
	{"MP+wmb+rmb, three variables", "1:r0=1 1:r1=1 1:r2=0", never, program(cpu(w("x", 1), wmb, w("y", 1), wmb, w("z", 1)), cpu(r("r0", "z"), r("r1", "y"), rmb, r("r2", "x")))},
	{"MP2+wmb+rmb+rmb", "1:r0=1 1:r1=0 2:r0=1 2:r1=0", never, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(r("r0", "y"), rmb, r("r1", "x")), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"SB+mb+po", "0:r0=0 1:r0=0", fromTSO, program(cpu(w("x", 1), mb, r("r0", "y")), cpu(w("y", 1), r("r0", "x")))},
	{"SB+mb+mb", "0:r0=0 1:r0=0", never, program(cpu(w("x", 1), mb, r("r0", "y")), cpu(w("y", 1), mb, r("r0", "x")))},
	{"SB+wmb+rmb", "0:r0=0 1:r0=0", fromTSO, program(cpu(w("x", 1), wmb, rmb, r("r0", "y")), cpu(w("y", 1), rmb, wmb, r("r0", "x")))},
	{"SB+rel+acq", "0:r0=0 1:r0=0", fromTSO, program(cpu(rel("x", 1), acq("r0", "y")), cpu(rel("y", 1), acq("r0", "x")))},
	{"SB+rfi+mb", "0:r0=1 0:r1=0 1:r0=0", fromTSO, program(cpu(w("x", 1), r("r0", "x"), r("r1", "y")), cpu(w("y", 1), mb, r("r0", "x")))},
	{"3.SB+mbs", "0:r0=0 1:r0=0 2:r0=0", never, program(cpu(w("x", 1), mb, r("r0", "y")), cpu(w("y", 1), mb, r("r0", "z")), cpu(w("z", 1), mb, r("r0", "x")))},
	{"LB+acq+po", "0:r0=1 1:r0=1", loadBuffer, program(cpu(acq("r0", "x"), w("y", 1)), cpu(r("r0", "y"), w("x", 1)))},
	{"LB+rmb+wmb", "0:r0=1 1:r0=1", loadBuffer, program(cpu(r("r0", "x"), rmb, w("y", 1)), cpu(r("r0", "y"), wmb, w("x", 1)))},
	{"LB+rel+acq", "0:r0=1 1:r0=1", never, program(cpu(r("r0", "x"), rel("y", 1)), cpu(acq("r0", "y"), w("x", 1)))},
	{"LB+data+data", "0:r0=1 1:r0=1", never, program(cpu(r("r0", "x"), w("y", "r0")), cpu(r("r0", "y"), w("x", "r0")))},
	{"LB+ctrl+mb", "0:r0=1 1:r0=1", never, program(cpu(r("r0", "x"), If("r0", []Step{w("y", 1)})), cpu(r("r0", "y"), mb, w("x", 1)))},
	{"LB+ctrl after the if", "0:r0=1 1:r0=1", loadBuffer, program(cpu(r("r0", "x"), If("r0", []Step{w("z", 1)}), w("y", 1)), cpu(r("r0", "y"), mb, w("x", 1)))},
	{"S+wmb+po", "x=2 1:r0=1", onlyAsText, program(cpu(w("x", 2), wmb, w("y", 1)), cpu(r("r0", "y"), w("x", 1)))},
	{"S+wmb+acq", "x=2 1:r0=1", never, program(cpu(w("x", 2), wmb, w("y", 1)), cpu(acq("r0", "y"), w("x", 1)))},
	{"S+wmb+data", "x=2 1:r0=1", never, program(cpu(w("x", 2), wmb, w("y", 1)), cpu(r("r0", "y"), w("x", "r0")))},
	{"S+wmb+ctrl", "x=2 1:r0=1", never, program(cpu(w("x", 2), wmb, w("y", 1)), cpu(r("r0", "y"), If("r0", []Step{w("x", 1)})))},
	{"S+rel+rmb", "x=2 1:r0=1", onlyAsText, program(cpu(w("x", 2), rel("y", 1)), cpu(r("r0", "y"), rmb, w("x", 1)))},
	{"S+po+acq", "x=2 1:r0=1", onlyLKMM, program(cpu(w("x", 2), w("y", 1)), cpu(acq("r0", "y"), w("x", 1)))},
	{"R+wmb+mb", "y=2 1:r0=0", onlyLKMM, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(w("y", 2), mb, r("r0", "x")))},
	{"R+rel+mb", "y=2 1:r0=0", onlyLKMM, program(cpu(w("x", 1), rel("y", 1)), cpu(w("y", 2), mb, r("r0", "x")))},
	{"R+mb+po", "y=2 1:r0=0", fromTSO, program(cpu(w("x", 1), mb, w("y", 1)), cpu(w("y", 2), r("r0", "x")))},
	{"R+mb+mb", "y=2 1:r0=0", never, program(cpu(w("x", 1), mb, w("y", 1)), cpu(w("y", 2), mb, r("r0", "x")))},
	{"2+2W+wmb+wmb", "x=1 y=1", onlyLKMM, program(cpu(w("x", 1), wmb, w("y", 2)), cpu(w("y", 1), wmb, w("x", 2)))},
	{"2+2W+rel+rel", "x=1 y=1", onlyLKMM, program(cpu(w("x", 1), rel("y", 2)), cpu(w("y", 1), rel("x", 2)))},
	{"2+2W+mb+wmb", "x=1 y=1", onlyLKMM, program(cpu(w("x", 1), mb, w("y", 2)), cpu(w("y", 1), wmb, w("x", 2)))},
	{"2+2W+mb+mb", "x=1 y=1", never, program(cpu(w("x", 1), mb, w("y", 2)), cpu(w("y", 1), mb, w("x", 2)))},
	{"WRC+data+rmb", "1:r0=1 2:r0=1 2:r1=0", onlyLKMM, program(cpu(w("x", 1)), cpu(r("r0", "x"), w("y", "r0")), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"WRC+wmb+rmb", "1:r0=1 2:r0=1 2:r1=0", onlyLKMM, program(cpu(w("x", 1)), cpu(r("r0", "x"), wmb, w("y", 1)), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"WRC+wmb after own store+rmb", "1:r0=1 2:r0=1 2:r1=0", onlyLKMM, program(cpu(w("x", 1)), cpu(r("r0", "x"), w("z", 1), wmb, w("y", 1)), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"WRC+rel+rmb", "1:r0=1 2:r0=1 2:r1=0", never, program(cpu(w("x", 1)), cpu(r("r0", "x"), rel("y", 1)), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"WRC+rel+acq", "1:r0=1 2:r0=1 2:r1=0", never, program(cpu(w("x", 1)), cpu(r("r0", "x"), rel("y", 1)), cpu(acq("r0", "y"), r("r1", "x")))},
	{"WRC+mb+rmb", "1:r0=1 2:r0=1 2:r1=0", never, program(cpu(w("x", 1)), cpu(r("r0", "x"), mb, w("y", 1)), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"WRC+acq+rmb", "1:r0=1 2:r0=1 2:r1=0", onlyLKMM, program(cpu(w("x", 1)), cpu(acq("r0", "x"), w("y", 1)), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"WWC+data+acq", "x=2 1:r0=2 2:r0=1", onlyLKMM, program(cpu(w("x", 2)), cpu(r("r0", "x"), w("y", Op("r0", '-', 1))), cpu(acq("r0", "y"), w("x", 1)))},
	{"WWC+rel+acq", "x=2 1:r0=2 2:r0=1", never, program(cpu(w("x", 2)), cpu(r("r0", "x"), rel("y", 1)), cpu(acq("r0", "y"), w("x", 1)))},
	{"ISA2+rel+acq-rel+acq", "1:r0=1 2:r0=1 2:r1=0", never, program(cpu(w("x", 1), rel("y", 1)), cpu(acq("r0", "y"), rel("z", 1)), cpu(acq("r0", "z"), r("r1", "x")))},
	{"ISA2+wmb+data+rmb", "1:r0=1 2:r0=1 2:r1=0", onlyLKMM, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(r("r0", "y"), w("z", "r0")), cpu(r("r0", "z"), rmb, r("r1", "x")))},
	{"ISA2+wmb+rel+rmb", "1:r0=1 2:r0=1 2:r1=0", never, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(r("r0", "y"), rel("z", 1)), cpu(r("r0", "z"), rmb, r("r1", "x")))},
	{"ISA2+rel+acq+acq", "1:r0=1 2:r0=1 2:r1=0", onlyLKMM, program(cpu(w("x", 1), rel("y", 1)), cpu(acq("r0", "y"), w("z", 1)), cpu(acq("r0", "z"), r("r1", "x")))},
	{"RWC+mb+po", "1:r0=1 1:r1=0 2:r0=0", fromTSO, program(cpu(w("x", 1)), cpu(r("r0", "x"), mb, r("r1", "y")), cpu(w("y", 1), r("r0", "x")))},
	{"RWC+rmb+mb", "1:r0=1 1:r1=0 2:r0=0", onlyLKMM, program(cpu(w("x", 1)), cpu(r("r0", "x"), rmb, r("r1", "y")), cpu(w("y", 1), mb, r("r0", "x")))},
	{"RWC+acq+mb", "1:r0=1 1:r1=0 2:r0=0", onlyLKMM, program(cpu(w("x", 1)), cpu(acq("r0", "x"), r("r1", "y")), cpu(w("y", 1), mb, r("r0", "x")))},
	{"RWC+mb+mb", "1:r0=1 1:r1=0 2:r0=0", never, program(cpu(w("x", 1)), cpu(r("r0", "x"), mb, r("r1", "y")), cpu(w("y", 1), mb, r("r0", "x")))},
	{"W+RWC+mb+acq+mb", "1:r0=1 1:r1=0 2:r0=0", never, program(cpu(w("x", 1), mb, w("y", 1)), cpu(acq("r0", "y"), r("r1", "z")), cpu(w("z", 1), mb, r("r0", "x")))},
	{"W+RWC+rel+acq+mb", "1:r0=1 1:r1=0 2:r0=0", onlyLKMM, program(cpu(w("x", 1), rel("y", 1)), cpu(acq("r0", "y"), r("r1", "z")), cpu(w("z", 1), mb, r("r0", "x")))},
	{"IRIW+rmb+rmb", "1:r0=1 1:r1=0 3:r0=1 3:r1=0", onlyLKMM, program(cpu(w("x", 1)), cpu(r("r0", "x"), rmb, r("r1", "y")), cpu(w("y", 1)), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"IRIW+rel+rel+acq+acq", "1:r0=1 1:r1=0 3:r0=1 3:r1=0", onlyLKMM, program(cpu(rel("x", 1)), cpu(acq("r0", "x"), r("r1", "y")), cpu(rel("y", 1)), cpu(acq("r0", "y"), r("r1", "x")))},
	{"IRIW+mb+rmb", "1:r0=1 1:r1=0 3:r0=1 3:r1=0", onlyLKMM, program(cpu(w("x", 1)), cpu(r("r0", "x"), mb, r("r1", "y")), cpu(w("y", 1)), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"IRIW+mb+mb", "1:r0=1 1:r1=0 3:r0=1 3:r1=0", never, program(cpu(w("x", 1)), cpu(r("r0", "x"), mb, r("r1", "y")), cpu(w("y", 1)), cpu(r("r0", "y"), mb, r("r1", "x")))},
	{"Z6.0+rel+acq-rel+mb", "1:r0=1 z=2 2:r0=0", onlyLKMM, program(cpu(w("x", 1), rel("y", 1)), cpu(acq("r0", "y"), rel("z", 1)), cpu(w("z", 2), mb, r("r0", "x")))},
	{"Z6.0+rel+mb+mb", "1:r0=1 z=2 2:r0=0", never, program(cpu(w("x", 1), rel("y", 1)), cpu(r("r0", "y"), mb, w("z", 1)), cpu(w("z", 2), mb, r("r0", "x")))},
	{"Z6.1+rel+mb+ctrl", "x=2 y=2 2:r0=1", onlyLKMM, program(cpu(w("x", 2), rel("y", 1)), cpu(w("y", 2), mb, w("z", 1)), cpu(r("r0", "z"), If("r0", []Step{w("x", 1)})))},
	{"Z6.2+rel+rel+acq", "x=2 1:r0=1 2:r0=1", never, program(cpu(w("x", 2), rel("y", 1)), cpu(r("r0", "y"), rel("z", 1)), cpu(acq("r0", "z"), w("x", 1)))},
	{"Z6.2+wmb+data+data", "x=2 1:r0=1 2:r0=1", onlyLKMM, program(cpu(w("x", 2), wmb, w("y", 1)), cpu(r("r0", "y"), w("z", "r0")), cpu(r("r0", "z"), w("x", "r0")))},
	{"Z6.3+mb+mb+acq", "y=2 2:r0=1 2:r1=0", never, program(cpu(w("x", 1), mb, w("y", 1)), cpu(w("y", 2), mb, w("z", 1)), cpu(acq("r0", "z"), r("r1", "x")))},
	{"Z6.3+wmb+mb+rmb", "y=2 2:r0=1 2:r1=0", onlyLKMM, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(w("y", 2), mb, w("z", 1)), cpu(r("r0", "z"), rmb, r("r1", "x")))},
	{"Z6.4+mb+mb+mb", "y=2 1:r0=0 2:r0=0", never, program(cpu(w("x", 1), mb, w("y", 1)), cpu(w("y", 2), mb, r("r0", "z")), cpu(w("z", 1), mb, r("r0", "x")))},
	{"3.2W+mb+mb+wmb", "x=2 y=2 z=2", onlyLKMM, program(cpu(w("x", 2), mb, w("y", 1)), cpu(w("y", 2), mb, w("z", 1)), cpu(w("z", 2), wmb, w("x", 1)))},
	{"a newer store brings order, an older does not", "2:r0=7 2:r1=0 y=3 x=19", onlyLKMM, program(cpu(w("y", 3), mb, w("x", 7)), cpu(w("x", 19), rel("y", 21)), cpu(r("r0", "x"), r("r1", "y")))},
	{"carry-dep", "0:r0=1 1:r0=1", never, program(cpu(r("r0", "x"), w("z", "r0"), r("r1", "z"), w("y", "r1")), cpu(r("r0", "y"), mb, w("x", 1)))},
}
