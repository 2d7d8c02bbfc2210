package sim

import (
	"fmt"
	"iter"
	"math/bits"
	"runtime/debug"
)

type cpuState uint8

const (
	cpuDone cpuState = iota
	cpuRunning
	cpuBlocked
)

// waitKind says what a blocked CPU waits for.
type waitKind uint8

const (
	waitNone waitKind = iota
	waitLock
	waitBit
	waitGracePeriod
)

var waitNames = [...]string{waitLock: "spin_lock", waitBit: "wait_on_bit", waitGracePeriod: "synchronize_rcu"}

// CPU is a simulated CPU, and all that simulated kernel code sees of the
// machine. Its methods are the primitives of the kernel's memory model. They
// may be called only from the body that Run runs on it.
type CPU struct {
	m     *Machine
	id    int
	bit   uint8
	state cpuState
	steps int

	started    bool // its body has been entered in this phase
	active     bool // it runs, or waits for another CPU that it lets run
	deadlocked bool
	wait       waitKind
	waitCell   int32
	waitMask   uint64

	rcuNesting int
	syncIndex  int

	lastLoad         int32 // its event, -1 for none
	addr, data, ctrl set   // what the next access depends on

	yield func(struct{}) bool
	next  func() (struct{}, bool)
	stop  func()
}

// ID returns the CPU's number, from 0.
func (c *CPU) ID() int { return c.id }

// Steps returns how many steps c has begun since Reset.
func (c *CPU) Steps() int { return c.steps }

// Machine returns the machine that c belongs to.
func (c *CPU) Machine() *Machine { return c.m }

// unwound is the value of the panic that ends a CPU's body early.
type unwound struct{}

var errUnwound = &unwound{}

func (c *CPU) begin() {
	c.state, c.started, c.deadlocked, c.active = cpuRunning, false, false, false
	c.wait = waitNone
	c.rcuNesting = 0
	c.lastLoad = -1
	c.Depend(Loads{}, Loads{}, Loads{})
	if c.next == nil {
		// Made here and not in New: a coroutine must be created by the
		// thread that a libFuzzer callback runs on.
		c.next, c.stop = iter.Pull(c.loop)
	}
}

// resume lets c run until another CPU's turn comes that is active, or the end of
// the run.
func (c *CPU) resume() {
	c.active = true
	c.next()
	c.active = false
}

// loop is the coroutine: one body after another.
func (c *CPU) loop(yield func(struct{}) bool) {
	c.yield = yield
	for {
		c.runBody()
		c.passOn()
		if !yield(struct{}{}) {
			return
		}
	}
}

func (c *CPU) stopCoroutine() {
	if c.stop != nil {
		c.m.unwinding = true
		c.stop()
		c.next, c.stop = nil, nil
	}
}

func (c *CPU) runBody() {
	defer c.end()
	c.started = true
	c.m.body(c)
	if c.rcuNesting > 0 {
		c.Bug("rcu_read_lock: read-side critical section never ended", "")
	}
}

// passOn picks the next CPU when c has ended.
func (c *CPU) passOn() {
	defer func() { c.recovered(recover()) }()
	if !c.m.unwinding {
		c.m.afterStop(c)
	}
}

// recovered keeps a panic of Go code for Run.
func (c *CPU) recovered(r any) {
	if r != nil && r != any(errUnwound) {
		c.m.goPanic = fmt.Sprintf("%v\n\non simulated CPU %d:\n%s", r, c.id, debug.Stack())
	}
}

func (c *CPU) end() {
	c.recovered(recover())
	c.state = cpuDone
	c.m.runnable &^= c.bit
	c.m.blocked &^= c.bit
}

// giveWay lets other CPUs run until it is c's turn again. It resumes the next CPU
// itself, which is half as many switches of coroutines as by way of Run. A CPU
// that is active has resumed another one, and c lies above it: c gives way to
// the one that has resumed c.
func (c *CPU) giveWay() {
	for m := c.m; m.current != c; {
		if next := m.current; next != nil && !next.active {
			next.resume()
		} else if !c.yield(struct{}{}) || m.unwinding {
			panic(errUnwound)
		}
	}
}

// step begins the next step of c: it is where another CPU may run instead.
// kind is what the step does, to variable i, -1 for none.
func (c *CPU) step(kind EventKind, i int32) {
	if c.count() {
		c.maybeSwitch(kind, i)
	}
}

// count counts a step and reports whether there is more to do about it. It is
// apart from step so that the compiler inlines it.
func (c *CPU) count() bool {
	m := c.m
	c.steps++
	m.stepsLeft--
	// In one comparison: there are no steps left, other CPUs can run, or it is asked in any case.
	return uint64(m.stepsLeft)>>63|uint64(m.runnable^c.bit)|m.asksAlways != 0
}

func (c *CPU) maybeSwitch(kind EventKind, i int32) {
	m := c.m
	if m.stepsLeft < 0 {
		m.outOfSteps = true
		panic(errUnwound)
	}
	if m.selective && m.skips(c, kind, i) {
		return
	}
	others := m.runnable &^ c.bit
	q := &m.question
	q.m, q.Kind, q.n, q.CPU, q.Step, q.Addr = m, Run, 1+bits.OnesCount8(others), c.id, c.steps, 0
	q.Others, q.Forced, q.Next, q.Var = others, false, kind, i
	answer := m.ask()
	if m.pruned {
		panic(errUnwound)
	}
	if answer == 0 {
		return
	}
	m.current = &m.cpus[m.question.Target(answer)]
	c.giveWay()
}

// block suspends c until wake finds that what it waits for has come.
func (c *CPU) block(kind waitKind) {
	m := c.m
	c.wait = kind
	c.state = cpuBlocked
	m.runnable &^= c.bit
	m.blocked |= c.bit
	m.afterStop(c)
	c.giveWay()
	if c.deadlocked {
		c.Bug("deadlock: "+waitNames[kind]+" in "+c.callerName(), m.deadlockDetail())
	}
}

// wake makes c runnable again.
func (c *CPU) wake() {
	c.wait = waitNone
	c.state = cpuRunning
	c.m.runnable |= c.bit
	c.m.blocked &^= c.bit
}

// wakeWaiters wakes the CPUs that wait for a store such as the one just made
// to cell i.
func (m *Machine) wakeWaiters(i int32) {
	for set := m.blocked; set != 0; set &= set - 1 {
		c := &m.cpus[bits.TrailingZeros8(set)]
		if (c.wait == waitLock || c.wait == waitBit) && c.waitCell == i && m.cells[i].val&c.waitMask == 0 {
			c.wake()
		}
	}
}

func (m *Machine) deadlockDetail() string {
	detail := ""
	for set := m.blocked; set != 0; set &= set - 1 {
		c := &m.cpus[bits.TrailingZeros8(set)]
		if detail != "" {
			detail += ", "
		}
		detail += fmt.Sprintf("cpu%d waits in %s", c.id, waitNames[c.wait])
		if c.wait != waitGracePeriod {
			detail += " for " + m.addrName(m.addrOf(c.waitCell))
		}
	}
	return detail
}
