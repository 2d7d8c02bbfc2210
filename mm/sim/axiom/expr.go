package axiom

import "strconv"

// Expr is a value in a program: a constant, the address of a variable, a register, or an operation on two of them.
// In a path, where registers are gone, it may be what an event reads.
type Expr struct {
	op   byte // 'c', 'a', 'r', 'e' or the operator
	c    uint64
	name string
	n    int // the variable, register or event
	x, y *Expr
}

// value reads a constant (1), a register ("r0") or the address of a variable ("&x").
func value(v any) *Expr {
	switch v := v.(type) {
	case *Expr:
		return v
	case int:
		return &Expr{op: 'c', c: uint64(v)}
	case string:
		if v[0] == '&' {
			return &Expr{op: 'a', name: v[1:]}
		}
		return &Expr{op: 'r', name: v}
	default:
		panic("axiom: a value is an int, a register or &variable")
	}
}

// Op is x op y: one of + - & | ^ ~ (and not) = ! (differs) < > and { } (at most, at least); comparisons are signed
// and give 0 or 1. & of a mask with y a constant is how a false dependency is written.
func Op(x any, op byte, y any) *Expr { return &Expr{op: op, x: value(x), y: value(y)} }

func operate(op byte, x, y uint64) uint64 {
	truth := func(b bool) uint64 {
		if b {
			return 1
		}
		return 0
	}
	switch op {
	case '+':
		return x + y
	case '-':
		return x - y
	case '&':
		return x & y
	case '|':
		return x | y
	case '^':
		return x ^ y
	case '~':
		return x &^ y
	case '=':
		return truth(x == y)
	case '!':
		return truth(x != y)
	case '<':
		return truth(int64(x) < int64(y))
	case '>':
		return truth(int64(x) > int64(y))
	case '{':
		return truth(int64(x) <= int64(y))
	case '}':
		return truth(int64(x) >= int64(y))
	default:
		panic("axiom: unknown operator " + strconv.QuoteRune(rune(op)))
	}
}

// eval computes e from the registers. Addresses are those of the machine.
func (e *Expr) eval(regs []uint64) uint64 {
	switch e.op {
	case 'c':
		return e.c
	case 'a':
		return uint64(address(e.n))
	case 'r':
		return regs[e.n]
	default:
		return operate(e.op, e.x.eval(regs), e.y.eval(regs))
	}
}

// inPath is e with the registers replaced by what they hold.
func (e *Expr) inPath(regs []*Expr) *Expr {
	switch e.op {
	case 'r':
		return regs[e.n]
	case 'c', 'e':
		return e
	case 'a':
		return &Expr{op: 'c', c: uint64(address(e.n))}
	default:
		return &Expr{op: e.op, x: e.x.inPath(regs), y: e.y.inPath(regs)}
	}
}

// reads appends the events that e, an expression of a path, depends on.
func (e *Expr) reads(to []int) []int {
	switch e.op {
	case 'e':
		return append(to, e.n)
	case 'c':
		return to
	default:
		return e.y.reads(e.x.reads(to))
	}
}

func (e *Expr) String() string {
	switch e.op {
	case 'c':
		return strconv.FormatInt(int64(e.c), 10)
	case 'a':
		return "&" + e.name
	case 'r':
		return e.name
	default:
		return "(" + e.x.String() + " " + string(rune(e.op)) + " " + e.y.String() + ")"
	}
}
