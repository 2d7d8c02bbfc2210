package litmus

// conditions reads what comes after the processes.
func (p *parser) conditions() {
	for {
		switch {
		case p.eat("locations"):
			p.want("[")
			for !p.eat("]") {
				if p.tok.kind == tokEOF {
					p.failf("locations without ]")
				}
				p.next()
			}
			p.eat(";")
			continue
		case p.eat("filter"):
			p.test.filter = p.implies()
			p.eat(";")
			continue
		case p.eat("exists"):
			p.test.quant = exists
		case p.eat("forall"):
			p.test.quant = forall
		case p.is("~") && p.peek(1).text == "exists", p.is("not") && p.peek(1).text == "exists":
			p.next()
			p.next()
			p.test.quant = notExists
		case p.is("observed"), p.is("final"):
			p.unsupported("%s", p.tok.text)
		default:
			p.failf("found %v: want locations, filter, exists, ~exists or forall", p.tok)
		}
		p.test.cond = p.implies()
		p.eat(";")
		if p.tok.kind != tokEOF {
			p.failf("found %v after the condition", p.tok)
		}
		return
	}
}

func (p *parser) implies() *cond {
	p.enter()
	defer p.leave()
	x := p.or()
	if p.eat("=>") {
		return &cond{kind: condImplies, x: x, y: p.implies()}
	}
	return x
}

func (p *parser) or() *cond {
	x := p.and()
	for p.eat(`\/`) {
		p.enter()
		defer p.leave()
		x = &cond{kind: condOr, x: x, y: p.and()}
	}
	return x
}

func (p *parser) and() *cond {
	x := p.atom()
	for p.eat(`/\`) {
		p.enter()
		defer p.leave()
		x = &cond{kind: condAnd, x: x, y: p.atom()}
	}
	return x
}

func (p *parser) atom() *cond {
	p.enter()
	defer p.leave()
	switch {
	case p.eat("~"), p.eat("not"):
		return &cond{kind: condNot, x: p.atom()}
	case p.eat("("):
		x := p.implies()
		p.want(")")
		return x
	case p.eat("true"):
		return &cond{kind: condTrue}
	case p.eat("false"):
		return &cond{kind: condFalse}
	}
	return p.equation()
}

// equation reads 0:r1=value, x=value, [x]=value or 0:r1=1:r1, also with !=.
func (p *parser) equation() *cond {
	x := &cond{kind: condEqual, proc: -1, other: -1}
	if p.isRegister() {
		x.proc, x.reg = p.condRegister()
	} else {
		bracket := p.eat("[")
		if !bracket {
			p.eat("*")
		}
		known := len(p.test.vars)
		name := p.ident("a register or a variable")
		if x.reg = p.variable(name); x.reg == known {
			p.unsupported("variable %s in the condition, which is nowhere else", name)
		}
		if bracket {
			p.want("]")
		}
		if p.is("[") {
			p.unsupported("array")
		}
	}
	differs := p.is("!=") || p.is("<>")
	if !differs && !p.is("=") && !p.is("==") {
		p.failf("found %v: want = or !=", p.tok)
	}
	p.next()
	if p.isRegister() {
		x.other, x.to = p.condRegister()
	} else {
		x.n, x.to = p.value()
	}
	if differs {
		return &cond{kind: condNot, x: x}
	}
	return x
}

// isRegister reports whether 0:r1 or P0:r1 is next.
func (p *parser) isRegister() bool {
	return p.tok.kind == tokNumber && p.peek(1).text == ":" || p.isProcessRegister()
}

func (p *parser) condRegister() (proc, reg int) {
	proc, name := p.registerName()
	if proc >= len(p.test.procs) {
		p.failf("register %s of P%d, which is not there", name, proc)
	}
	p.proc = proc
	known := len(p.test.procs[proc].regs)
	if reg = p.register(name); reg == known {
		// More likely a slip than a register that is meant to be 0.
		p.unsupported("register %s of P%d in the condition, which is nowhere else", name, proc)
	}
	return proc, reg
}
