package axiom_test

import . "github.com/mmfuzz/mmfuzz/mm/sim/axiom"

// atomics: what read-modify-writes order, and what failed ones do not.
var atomics = []litmus{
	{"two increments", "x=1", never, program(cpu(AtomicInc("x")), cpu(AtomicInc("x")))},
	{"two cmpxchg succeed", "0:r0=0 1:r0=0", never, program(cpu(CmpxchgRelaxed("r0", "x", 0, 1)), cpu(CmpxchgRelaxed("r0", "x", 0, 2)))},
	{"two xchg see each other", "0:r0=2 1:r0=1", never, program(cpu(XchgRelaxed("r0", "x", 1)), cpu(XchgRelaxed("r0", "x", 2)))},
	{"a store into an increment", "x=1 0:r0=1", never, program(cpu(AtomicFetchAddRelaxed("r0", 1, "x")), cpu(w("x", 1)))},
	{"increment of a lost store", "x=1", anyModel, program(cpu(AtomicInc("x")), cpu(w("x", 1)))},
	{"trylock bit", "0:r0=0 1:r0=0", never, program(cpu(TestAndSetBitLock("r0", "x")), cpu(TestAndSetBitLock("r0", "x")))},
	{"MP+bit lock", "0:r0=0 1:r0=0 1:r1=0 x=0", anyModel, program(cpu(TestAndSetBitLock("r0", "x"), w("y", 1), ClearBitUnlock("x")),
		cpu(TestAndSetBitLock("r0", "x"), r("r1", "y"), ClearBitUnlock("x")))},
	{"MP+bit unlock+lock", "1:r1=0 1:r2=0", never, Program{Init: map[string]any{"y": 1}, Threads: []Thread{
		cpu(w("x", 1), ClearBitUnlock("y")), cpu(TestAndSetBitLock("r1", "y"), r("r2", "x"))}}},
	{"MP+clear_bit+lock", "1:r1=0 1:r2=0", onlyLKMM, Program{Init: map[string]any{"y": 1}, Threads: []Thread{
		cpu(w("x", 1), ClearBit("y")), cpu(TestAndSetBitLock("r1", "y"), r("r2", "x"))}}},
	{"lost bit", "x=1", anyModel, program(cpu(r("r0", "x"), w("x", Op("r0", '|', 1))), cpu(TestAndSetBit("r0", "x"), w("x", 3)))},
	{"SB+xchg", "0:r1=0 1:r1=0", never, program(cpu(Xchg("r0", "x", 1), r("r1", "y")), cpu(Xchg("r0", "y", 1), r("r1", "x")))},
	{"SB+xchg_relaxed", "0:r1=0 1:r1=0", onlyLKMM, program(cpu(XchgRelaxed("r0", "x", 1), r("r1", "y")), cpu(XchgRelaxed("r0", "y", 1), r("r1", "x")))},
	{"SB+xchg_acquire", "0:r1=0 1:r1=0", onlyLKMM, program(cpu(XchgAcquire("r0", "x", 1), r("r1", "y")), cpu(XchgAcquire("r0", "y", 1), r("r1", "x")))},
	{"SB+xchg between", "0:r1=0 1:r1=0", never, program(cpu(w("x", 1), Xchg("r0", "v", 1), r("r1", "y")), cpu(w("y", 1), Xchg("r0", "u", 1), r("r1", "x")))},
	{"SB+xchg_acquire between", "0:r1=0 1:r1=0", onlyLKMM, program(cpu(w("x", 1), XchgAcquire("r0", "v", 1), r("r1", "y")), cpu(w("y", 1), mb, r("r1", "x")))},
	{"SB+atomic_inc", "0:r1=0 1:r1=0", onlyLKMM, program(cpu(AtomicInc("x"), r("r1", "y")), cpu(AtomicInc("y"), r("r1", "x")))},
	{"SB+atomic_inc+after_atomic", "0:r1=0 1:r1=0", never, program(cpu(AtomicInc("x"), SmpMbAfterAtomic(), r("r1", "y")), cpu(AtomicInc("y"), SmpMbAfterAtomic(), r("r1", "x")))},
	{"SB+before_atomic+atomic_inc", "0:r1=0 1:r1=0", never, program(cpu(w("x", 1), SmpMbBeforeAtomic(), AtomicInc("u"), r("r1", "y")), cpu(w("y", 1), mb, r("r1", "x")))},
	{"SB+after_atomic without one", "0:r1=0 1:r1=0", fromTSO, program(cpu(w("x", 1), SmpMbAfterAtomic(), r("r1", "y")), cpu(w("y", 1), mb, r("r1", "x")))},
	{"SB+before_atomic without one", "0:r1=0 1:r1=0", fromTSO, program(cpu(w("x", 1), SmpMbBeforeAtomic(), r("r1", "y")), cpu(w("y", 1), mb, r("r1", "x")))},
	{"SB+cmpxchg", "0:r0=0 0:r1=0 1:r1=0", never, program(cpu(w("x", 1), Cmpxchg("r0", "z", 0, 1), r("r1", "y")), cpu(w("y", 1), mb, r("r1", "x")))},
	{"SB+failed cmpxchg", "0:r0=0 0:r1=0 1:r1=0", onlyLKMM, program(cpu(w("x", 1), Cmpxchg("r0", "z", 1, 2), r("r1", "y")), cpu(w("y", 1), mb, r("r1", "x")))},
	{"SB+failed cmpxchg+after_atomic", "0:r0=0 0:r1=0 1:r1=0", never, program(cpu(w("x", 1), Cmpxchg("r0", "z", 1, 2), SmpMbAfterAtomic(), r("r1", "y")), cpu(w("y", 1), mb, r("r1", "x")))},
	{"SB+atomic_add_unless", "0:r0=1 0:r1=0 1:r1=0", never, program(cpu(w("x", 1), AtomicAddUnless("r0", "z", 1, 1), r("r1", "y")), cpu(w("y", 1), mb, r("r1", "x")))},
	{"SB+failed atomic_add_unless", "0:r0=0 0:r1=0 1:r1=0", fromTSO, program(cpu(w("x", 1), AtomicAddUnless("r0", "z", 1, 0), r("r1", "y")), cpu(w("y", 1), mb, r("r1", "x")))},
	{"SB+atomic_dec_and_test", "0:r0=1 0:r1=0 1:r1=0", never, Program{Init: map[string]any{"z": 1}, Threads: []Thread{
		cpu(w("x", 1), AtomicDecAndTest("r0", "z"), r("r1", "y")), cpu(w("y", 1), mb, r("r1", "x"))}}},
	{"MP+xchg_release+xchg_acquire", "1:r0=1 1:r1=0", never, program(cpu(w("x", 1), XchgRelease("r0", "y", 1)), cpu(XchgAcquire("r0", "y", 2), r("r1", "x")))},
	{"MP+xchg_acquire+xchg_release", "1:r0=1 1:r1=0", onlyLKMM, program(cpu(w("x", 1), XchgAcquire("r0", "y", 1)), cpu(XchgRelease("r0", "y", 2), r("r1", "x")))},
	{"MP+wmb+cmpxchg_acquire", "1:r0=1 1:r1=0", never, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(CmpxchgAcquire("r0", "y", 1, 2), r("r1", "x")))},
	{"MP+wmb+xchg_acquire between", "1:r0=1 1:r2=0", onlyLKMM, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(r("r0", "y"), XchgAcquire("r1", "z", 1), r("r2", "x")))},
	{"MP+wmb+failed cmpxchg_acquire", "1:r0=1 1:r1=0", onlyLKMM, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(CmpxchgAcquire("r0", "y", 3, 2), r("r1", "x")))},
	{"MP+wmb+failed bit lock", "1:r0=1 1:r1=0", onlyLKMM, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(TestAndSetBitLock("r0", "y"), r("r1", "x")))},
	{"MP+rel+noreturn+rmb", "y=2 1:r0=0", onlyLKMM, program(cpu(w("x", 1), rel("y", 1)), cpu(AtomicInc("y"), rmb, r("r0", "x")))},
	{"MP+rel+fetch_add+rmb", "1:r0=1 1:r1=0", never, program(cpu(w("x", 1), rel("y", 1)), cpu(AtomicFetchAddRelaxed("r0", 1, "y"), rmb, r("r1", "x")))},
	{"MP+wmb+po-xchg_acquire", "1:r0=1 1:r1=0", onlyAsText, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(r("r0", "y"), XchgAcquire("r1", "x", 2)))},
	{"MP+wmb+po-xchg", "1:r0=1 1:r1=0", never, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(r("r0", "y"), Xchg("r1", "x", 2)))},
	{"an RMW's store has its data from its load", "0:r0=0 1:r1=7 1:r2=0", onlyAsText, program(cpu(CmpxchgAcquire("r0", "y", 0, 3), rel("x", 7)), cpu(SetBit("x"), RcuDereference("r1", "x"), r("r2", "y")))},
	{"rmw-sequence", "1:r0=1 2:r0=2 2:r1=0", never, program(cpu(w("x", 1), rel("y", 1)), cpu(AtomicFetchAddRelaxed("r0", 1, "y")), cpu(acq("r0", "y"), r("r1", "x")))},
	{"rmw-sequence of xchg", "1:r0=1 2:r0=2 2:r1=0", never, program(cpu(w("x", 1), wmb, w("y", 1)), cpu(XchgRelaxed("r0", "y", 2)), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"rmw-sequence of two", "1:r0=1 2:r0=2 3:r0=3 3:r1=0", never, program(cpu(w("x", 1), rel("y", 1)), cpu(AtomicFetchAddRelaxed("r0", 1, "y")),
		cpu(AtomicFetchAddRelaxed("r0", 1, "y")), cpu(acq("r0", "y"), r("r1", "x")))},
	{"load and store are no rmw-sequence", "1:r0=1 2:r0=2 2:r1=0", onlyLKMM, program(cpu(w("x", 1), rel("y", 1)), cpu(r("r0", "y"), w("y", Op("r0", '+', 1))), cpu(acq("r0", "y"), r("r1", "x")))},
}

// locks: critical sections as seen from inside and from outside.
var locks = []litmus{
	{"MP+locks", "1:r0=1 1:r1=0", never, program(cpu(SpinLock("l"), w("x", 1), w("y", 1), SpinUnlock("l")), cpu(SpinLock("l"), r("r0", "y"), r("r1", "x"), SpinUnlock("l")))},
	{"SB+locks", "0:r0=0 1:r0=0", never, program(cpu(SpinLock("l"), w("x", 1), r("r0", "y"), SpinUnlock("l")), cpu(SpinLock("l"), w("y", 1), r("r0", "x"), SpinUnlock("l")))},
	{"SB+two locks", "0:r0=0 1:r0=0", fromTSO, program(cpu(SpinLock("l"), w("x", 1), r("r0", "y"), SpinUnlock("l")), cpu(SpinLock("m"), w("y", 1), r("r0", "x"), SpinUnlock("m")))},
	{"MP+lock+outsider", "1:r0=1 1:r1=0", onlyLKMM, program(cpu(SpinLock("l"), w("x", 1), w("y", 1), SpinUnlock("l")), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"MP+unlock-lock+rmb", "1:r0=1 1:r1=0", never, program(cpu(SpinLock("l"), w("x", 1), SpinUnlock("l"), SpinLock("m"), w("y", 1), SpinUnlock("m")), cpu(r("r0", "y"), rmb, r("r1", "x")))},
	{"MP+reversed sections", "1:r0=1 1:r1=0", never, program(cpu(w("x", 1), SpinLock("l"), w("y", 1), SpinUnlock("l")), cpu(SpinLock("l"), r("r0", "y"), SpinUnlock("l"), r("r1", "x")))},
	{"SB+unlock-lock", "0:r0=0 1:r0=0", onlyLKMM, program(cpu(SpinLock("l"), w("x", 1), SpinUnlock("l"), SpinLock("l"), r("r0", "y"), SpinUnlock("l")), cpu(w("y", 1), mb, r("r0", "x")))},
	{"SB+lock", "0:r0=0 1:r0=0", onlyLKMM, program(cpu(w("x", 1), SpinLock("l"), r("r0", "y"), SpinUnlock("l")), cpu(w("y", 1), mb, r("r0", "x")))},
	{"SB+lock+after_spinlock", "0:r0=0 1:r0=0", never, program(cpu(w("x", 1), SpinLock("l"), SmpMbAfterSpinlock(), r("r0", "y"), SpinUnlock("l")), cpu(w("y", 1), mb, r("r0", "x")))},
	{"SB+unlock", "0:r0=0 1:r0=0", fromTSO, program(cpu(SpinLock("l"), w("x", 1), SpinUnlock("l"), r("r0", "y")), cpu(w("y", 1), mb, r("r0", "x")))},
	{"Z6.0+lock+lock+mb", "1:r0=1 z=2 2:r0=0", onlyLKMM, program(cpu(SpinLock("l"), w("x", 1), w("y", 1), SpinUnlock("l")),
		cpu(SpinLock("l"), r("r0", "y"), w("z", 1), SpinUnlock("l")), cpu(w("z", 2), mb, r("r0", "x")))},
	{"Z6.0+lock+after_spinlock+mb", "1:r0=1 z=2 2:r0=0", never, program(cpu(SpinLock("l"), w("x", 1), w("y", 1), SpinUnlock("l")),
		cpu(SpinLock("l"), SmpMbAfterSpinlock(), r("r0", "y"), w("z", 1), SpinUnlock("l")), cpu(w("z", 2), mb, r("r0", "x")))},
	{"ISA2+lock+lock+mb", "1:r0=1 2:r0=1 2:r1=0", never, program(cpu(SpinLock("l"), w("x", 1), w("y", 1), SpinUnlock("l")),
		cpu(SpinLock("l"), r("r0", "y"), w("z", 1), SpinUnlock("l")), cpu(r("r0", "z"), mb, r("r1", "x")))},
	{"trylock once", "0:r0=1 1:r0=1 0:r1=0 1:r1=0", never, program(cpu(SpinTrylock("r0", "l"), r("r1", "l")), cpu(SpinTrylock("r0", "l")))},
	{"MP+trylock", "1:r0=1 1:r1=1 1:r2=0", never, program(cpu(SpinLock("l"), w("x", 1), w("y", 1), SpinUnlock("l")),
		cpu(SpinTrylock("r0", "l"), If("r0", []Step{r("r1", "y"), r("r2", "x"), SpinUnlock("l")})))},
	{"MP+failed trylock", "1:r0=0 1:r1=0", onlyLKMM, program(cpu(w("x", 1), SpinLock("l"), SpinUnlock("l")), cpu(SpinTrylock("r0", "l"), If("r0", []Step{SpinUnlock("l")}, r("r1", "x"))))},
	{"SB+failed trylock+after_spinlock", "0:r0=0 0:r1=0 1:r1=0", fromTSO, program(cpu(w("x", 1), SpinTrylock("r0", "l"), SmpMbAfterSpinlock(), If("r0", []Step{SpinUnlock("l")}, r("r1", "y"))),
		cpu(SpinLock("l"), w("y", 1), mb, r("r1", "x"), SpinUnlock("l")))},
	{"SB+failed trylock", "0:r0=0 0:r1=0 1:r1=0", fromTSO, program(cpu(w("x", 1), SpinTrylock("r0", "l"), If("r0", []Step{SpinUnlock("l")}, r("r1", "y"))),
		cpu(SpinLock("l"), w("y", 1), mb, r("r1", "x"), SpinUnlock("l")))},
}

// rcus: grace periods against read-side critical sections.
var rcus = []litmus{
	{"RCU MP", "0:r0=1 0:r1=0", never, program(cpu(RcuReadLock(), r("r0", "x"), r("r1", "y"), RcuReadUnlock()), cpu(w("y", 1), SynchronizeRcu(), w("x", 1)))},
	{"RCU MP the other way", "0:r0=0 0:r1=1", anyModel, program(cpu(RcuReadLock(), r("r0", "x"), r("r1", "y"), RcuReadUnlock()), cpu(w("y", 1), SynchronizeRcu(), w("x", 1)))},
	{"RCU MP without a section", "0:r0=1 0:r1=0", onlyLKMM, program(cpu(r("r0", "x"), r("r1", "y")), cpu(w("y", 1), SynchronizeRcu(), w("x", 1)))},
	{"RCU stores in the section", "1:r0=1 1:r1=0", never, program(cpu(RcuReadLock(), w("x", 1), w("y", 1), RcuReadUnlock()), cpu(r("r0", "x"), SynchronizeRcu(), r("r1", "y")))},
	{"RCU SB", "0:r0=0 1:r0=0", never, program(cpu(RcuReadLock(), w("x", 1), r("r0", "y"), RcuReadUnlock()), cpu(w("y", 1), SynchronizeRcu(), r("r0", "x")))},
	{"RCU SB with two grace periods", "0:r0=0 1:r0=0", never, program(cpu(w("x", 1), SynchronizeRcu(), r("r0", "y")), cpu(w("y", 1), SynchronizeRcu(), r("r0", "x")))},
	{"RCU SB without a grace period", "0:r0=0 1:r0=0", fromTSO, program(cpu(RcuReadLock(), w("x", 1), r("r0", "y"), RcuReadUnlock()), cpu(RcuReadLock(), w("y", 1), r("r0", "x"), RcuReadUnlock()))},
	{"RCU SB+load after the section", "0:r0=0 1:r0=0", never, program(cpu(RcuReadLock(), w("x", 1), RcuReadUnlock(), r("r0", "y")), cpu(w("y", 1), SynchronizeRcu(), r("r0", "x")))},
	{"RCU nested", "0:r0=1 0:r1=0", never, program(cpu(RcuReadLock(), RcuReadLock(), r("r0", "x"), RcuReadUnlock(), r("r1", "y"), RcuReadUnlock()), cpu(w("y", 1), SynchronizeRcu(), w("x", 1)))},
	{"RCU 2 readers 1 grace period", "0:r0=0 1:r0=0 2:r0=0", fromTSO, program(cpu(w("x", 1), SynchronizeRcu(), r("r0", "y")),
		cpu(RcuReadLock(), w("y", 1), r("r0", "z"), RcuReadUnlock()), cpu(RcuReadLock(), w("z", 1), r("r0", "x"), RcuReadUnlock()))},
	{"RCU 1 reader 2 grace periods", "0:r0=0 1:r0=0 2:r0=0", never, program(cpu(w("x", 1), SynchronizeRcu(), r("r0", "y")),
		cpu(RcuReadLock(), w("y", 1), r("r0", "z"), RcuReadUnlock()), cpu(w("z", 1), SynchronizeRcu(), r("r0", "x")))},
	{"RCU section after the grace period", "0:r0=5 1:r0=9", anyModel, program(cpu(r("r0", "y"), SynchronizeRcu(), w("y", 9)),
		cpu(RcuReadLock(), r("r0", "y"), RcuReadUnlock()), cpu(w("y", 5)))},
	{"RCU removal and reuse", "1:r0=&x 1:r1=2", never, Program{Init: map[string]any{"p": "&x"}, Threads: []Thread{
		cpu(w("p", "&v"), SynchronizeRcu(), w("x", 2)), cpu(RcuReadLock(), RcuDereference("r0", "p"), r("r1", "*r0"), RcuReadUnlock())}}},
	{"RCU removal and reuse without waiting", "1:r0=&x 1:r1=2", anyModel, Program{Init: map[string]any{"p": "&x"}, Threads: []Thread{
		cpu(w("p", "&v"), w("x", 2)), cpu(RcuReadLock(), RcuDereference("r0", "p"), r("r1", "*r0"), RcuReadUnlock())}}},
}
