package litmus

import (
	"fmt"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Test is a litmus test.
type Test struct {
	Name string

	vars    []variable
	procs   []process
	filter  *cond // nil if there is none
	quant   quantifier
	cond    *cond
	strange string // what is not supported, "" if there is nothing
	expect  map[sim.Model]Expectation
}

// variable is a variable that processes share.
type variable struct {
	name string
	init int64
	to   int // the variable that init points to, -1 for a number
}

// process is what one CPU runs.
type process struct {
	regs []register
	body []stmt
}

// register is a local variable, or a parameter: a pointer to a shared variable.
type register struct {
	name string
	init int64
	to   int // as in variable
}

type quantifier uint8

const (
	exists quantifier = iota
	notExists
	forall
)

type stmtKind uint8

const (
	stmtExpr  stmtKind = iota // x, for what it does
	stmtSet                   // reg = x
	stmtStore                 // *y = x
	stmtIf                    // if (x) then else els
)

type stmt struct {
	kind      stmtKind
	reg       int
	x, y      *expr
	then, els []stmt
}

type exprKind uint8

const (
	exprConst exprKind = iota
	exprReg
	exprDeref  // *x
	exprUnary  // op x
	exprBinary // x op y
	exprCall
)

type expr struct {
	kind exprKind
	n    int64 // constant
	reg  int
	op   string
	x, y *expr
	call *primitive
	args []*expr
}

type condKind uint8

const (
	condTrue condKind = iota
	condFalse
	condNot
	condAnd
	condOr
	condImplies
	condEqual
)

// cond is a condition on the end of an execution.
type cond struct {
	kind condKind
	x, y *cond

	// condEqual
	proc, reg int // proc -1: variable reg
	n         int64
	to        int // as in variable, or the register of other
	other     int // the process of a register on the right, -1 for none
}

// Unsupported says that a test has something that cannot be run.
type Unsupported struct{ Reason string }

func (u *Unsupported) Error() string { return "unsupported: " + u.Reason }

// SyntaxError says where a file is no litmus test.
type SyntaxError struct {
	File string
	Line int
	Msg  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }
