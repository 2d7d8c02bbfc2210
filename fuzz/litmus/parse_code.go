package litmus

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// process reads P0(type *x, ...) { ... }.
func (p *parser) process() {
	n, err := strconv.Atoi(p.tok.text[1:])
	if err != nil || n != len(p.test.procs) {
		p.failf("found %v: want P%d", p.tok, len(p.test.procs))
	}
	if n == sim.MaxCPUs {
		p.unsupported("more than %d processes", sim.MaxCPUs)
	}
	p.proc = n
	p.test.procs = append(p.test.procs, process{})
	p.next()
	p.want("(")
	for !p.eat(")") {
		p.parameter()
		if !p.is(")") {
			p.want(",")
		}
	}
	for _, r := range p.regInit {
		if r.proc == n {
			p.test.procs[n].regs[p.register(r.reg.name)] = r.reg
		}
	}
	if !p.is("{") {
		p.failf("found %v: want the body of P%d, {...}", p.tok, n)
	}
	body := p.block()
	p.test.procs[n].body = body
}

// parameter reads a parameter: a register that points to the variable of its
// name.
func (p *parser) parameter() {
	if !isType(p.tok.text) {
		p.failf("found %v: want a parameter, such as int *x", p.tok)
	}
	stars := p.typeName()
	if p.is(")") && stars == 0 { // (void)
		return
	}
	name := p.ident("the name of a parameter")
	if p.is("[") {
		p.unsupported("array")
	}
	if stars == 0 {
		p.unsupported("parameter %s that is no pointer", name)
	}
	regs := p.test.procs[p.proc].regs
	if slices.ContainsFunc(regs, func(r register) bool { return r.name == name }) {
		p.failf("parameter %s stands twice", name)
	}
	p.test.procs[p.proc].regs = append(regs, register{name: name, to: p.variable(name)})
}

// register returns the number of the register, which is made if it is new.
func (p *parser) register(name string) int {
	q := &p.test.procs[p.proc]
	i := slices.IndexFunc(q.regs, func(r register) bool { return r.name == name })
	if i < 0 {
		i = len(q.regs)
		q.regs = append(q.regs, register{name: name, to: -1})
	}
	return i
}

// isType reports whether name is that of a type, or of a part of one.
func isType(name string) bool {
	switch name {
	case "int", "char", "long", "short", "unsigned", "signed", "void", "bool", "_Bool", "struct", "volatile", "const",
		"static", "__rcu", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64":
		return true
	default:
		return strings.HasSuffix(name, "_t")
	}
}

// typeName reads a type and returns how many stars it has.
func (p *parser) typeName() (stars int) {
	for {
		switch {
		case p.is("struct"):
			p.next()
			p.ident("the name of a struct")
		case p.is("*"):
			stars++
			p.next()
		case p.tok.kind == tokIdent && isType(p.tok.text):
			p.next()
		default:
			return stars
		}
	}
}

// castAhead reports whether ( begins a cast.
func (p *parser) castAhead() bool {
	t := p.peek(1)
	return t.kind == tokIdent && isType(t.text)
}

func (p *parser) cast() {
	p.want("(")
	p.typeName()
	p.want(")")
}

// block reads { ... }, or one statement.
func (p *parser) block() []stmt {
	p.enter()
	defer p.leave()
	var body []stmt
	if !p.eat("{") {
		return p.statement(body)
	}
	for !p.eat("}") {
		if p.tok.kind == tokEOF {
			p.failf("P%d ends with the file: a } is missing", p.proc)
		}
		body = p.statement(body)
	}
	return body
}

// statement appends the statement that comes to body.
func (p *parser) statement(body []stmt) []stmt {
	switch {
	case p.eat(";"):
		return body
	case p.is("{"):
		return append(body, p.block()...)
	case p.eat("if"):
		p.want("(")
		s := stmt{kind: stmtIf, x: p.expr()}
		p.want(")")
		s.then = p.block()
		if p.eat("else") {
			s.els = p.block()
		}
		return append(body, s)
	case p.tok.kind == tokIdent && isType(p.tok.text) && p.peek(1).text != "=":
		return p.declaration(body)
	}
	p.rejectKeyword()
	s := p.assignment()
	p.want(";")
	return append(body, s)
}

func (p *parser) rejectKeyword() {
	switch p.tok.text {
	case "while", "for", "do":
		p.unsupported("loop (%s)", p.tok.text)
	case "goto", "switch", "return", "break", "continue", "asm":
		if p.peek(1).text != "=" {
			p.unsupported("%s", p.tok.text)
		}
	case "else":
		p.failf("else without if")
	}
}

// declaration reads int r0 = value, *r1;
func (p *parser) declaration(body []stmt) []stmt {
	p.typeName()
	for {
		for p.eat("*") {
		}
		reg := p.register(p.ident("a local variable"))
		if p.is("[") {
			p.unsupported("array")
		}
		if p.eat("=") {
			body = append(body, stmt{kind: stmtSet, reg: reg, x: p.expr()})
		}
		if !p.eat(",") {
			break
		}
	}
	p.want(";")
	return body
}

// assignment reads r0 = value, *r0 = value, or a call.
func (p *parser) assignment() stmt {
	x := p.expr()
	switch p.tok.text {
	case "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "++", "--":
		p.unsupported("operator %s", p.tok.text)
	}
	if !p.eat("=") {
		return stmt{kind: stmtExpr, x: x}
	}
	switch x.kind {
	case exprReg:
		return stmt{kind: stmtSet, reg: x.reg, x: p.expr()}
	case exprDeref:
		return stmt{kind: stmtStore, y: x.x, x: p.expr()}
	}
	p.failf("found = after what cannot be assigned to")
	return stmt{}
}
