package litmus

// operators are those of two operands, by how tight they bind, loosest first.
var operators = [...][]string{{"|"}, {"^"}, {"&"}, {"==", "!="}, {"<", ">", "<=", ">="}, {"+", "-"}, {"*", "/"}}

func (p *parser) expr() *expr {
	p.enter()
	defer p.leave()
	return p.binary(0)
}

func (p *parser) binary(level int) *expr {
	if level == len(operators) {
		return p.unary()
	}
	x := p.binary(level + 1)
	for {
		switch p.tok.text {
		case "&&", "||", "<<", ">>", "%", "?", "->", "[", ".":
			p.unsupported("operator %s", p.tok.text)
		}
		op := ""
		for _, o := range operators[level] {
			if p.is(o) {
				op = o
			}
		}
		if op == "" {
			return x
		}
		p.enter() // a long chain is deep too
		defer p.leave()
		p.next()
		x = &expr{kind: exprBinary, op: op, x: x, y: p.binary(level + 1)}
	}
}

func (p *parser) unary() *expr {
	p.enter()
	defer p.leave()
	switch {
	case p.eat("*"):
		return &expr{kind: exprDeref, x: p.unary()}
	case p.is("!"), p.is("-"), p.is("~"):
		op := p.tok.text
		p.next()
		return &expr{kind: exprUnary, op: op, x: p.unary()}
	case p.eat("+"):
		return p.unary()
	case p.is("&"), p.is("++"), p.is("--"), p.is("sizeof"):
		p.unsupported("operator %s", p.tok.text)
	case p.is("(") && p.castAhead():
		p.cast()
		return p.unary()
	case p.eat("("):
		x := p.expr()
		p.want(")")
		return x
	case p.tok.kind == tokNumber:
		return &expr{kind: exprConst, n: p.number()}
	}
	name := p.ident("an expression")
	switch {
	case p.is("("):
		return p.call(name)
	case p.is("{"):
		p.unsupported("%s", name)
	case name == "NULL" || name == "false":
		return &expr{kind: exprConst}
	case name == "true":
		return &expr{kind: exprConst, n: 1}
	}
	return &expr{kind: exprReg, reg: p.register(name)}
}

func (p *parser) call(name string) *expr {
	prim := findPrimitive(name)
	if prim == nil {
		p.unsupported("%s", name)
	}
	p.want("(")
	x := &expr{kind: exprCall, call: prim}
	for !p.is(")") {
		if len(x.args) > 0 {
			p.want(",")
		}
		x.args = append(x.args, p.expr())
	}
	if len(x.args) != len(prim.args) {
		p.failf("%s has %d arguments: want %d", name, len(x.args), len(prim.args))
	}
	for i, kind := range prim.args {
		if kind != 'l' {
			continue
		}
		if x.args[i].kind != exprDeref {
			p.failf("%s of what is no variable: want %s(*x)", name, name)
		}
		x.args[i] = x.args[i].x
	}
	p.want(")")
	return x
}
