package litmus

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// maxDepth bounds how deep statements, expressions and conditions are nested.
const maxDepth = 500

// maxVars is how many variables a test may have.
const maxVars = 128

// Parse reads a test. An error is a *SyntaxError. What cannot be run is no
// error: Run says so.
func Parse(file string, src []byte) (*Test, error) {
	p := &parser{file: file, test: &Test{}, proc: -1}
	err := p.parse(string(src))
	if u := (*Unsupported)(nil); errors.As(err, &u) {
		p.test.strange = u.Reason
		return p.test, nil
	}
	if err != nil {
		return nil, err
	}
	return p.test, nil
}

type parser struct {
	file  string
	test  *Test
	lex   lexer
	tok   token
	ahead []token
	proc  int // whose body is being read
	depth int

	regInit []regInit
}

// regInit is a register's initial value, which comes before its process.
type regInit struct {
	proc int
	reg  register
}

// bailout carries an error out of the parser's recursion.
type bailout struct{ err error }

func (p *parser) parse(src string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			b, ok := r.(bailout)
			if !ok {
				panic(r)
			}
			err = b.err
		}
	}()
	p.lex = lexer{src: src, line: 1}
	p.expectations(src)
	p.header()
	p.initialState()
	for p.isProcess() {
		p.process()
	}
	if len(p.test.procs) == 0 {
		p.failf("found %v: want a process, P0(...) {...}", p.tok)
	}
	for _, r := range p.regInit {
		if r.proc >= len(p.test.procs) {
			p.failf("the initial state has a register of P%d, which is not there", r.proc)
		}
	}
	p.conditions()
	return nil
}

// failf ends parsing: the file is no test.
func (p *parser) failf(format string, args ...any) {
	line := p.tok.line
	if line == 0 {
		line = p.lex.line
	}
	panic(bailout{&SyntaxError{File: p.file, Line: line, Msg: fmt.Sprintf(format, args...)}})
}

// unsupported ends parsing: the test cannot be run.
func (p *parser) unsupported(format string, args ...any) {
	panic(bailout{&Unsupported{Reason: fmt.Sprintf(format, args...)}})
}

func (p *parser) next() {
	if len(p.ahead) > 0 {
		p.tok, p.ahead = p.ahead[0], p.ahead[1:]
		return
	}
	p.tok = p.scan()
}

func (p *parser) scan() token {
	t, err := p.lex.next()
	if e := (*SyntaxError)(nil); errors.As(err, &e) {
		e.File = p.file
		panic(bailout{e})
	}
	return t
}

// peek returns the n-th token after this one.
func (p *parser) peek(n int) token {
	for len(p.ahead) < n {
		p.ahead = append(p.ahead, p.scan())
	}
	return p.ahead[n-1]
}

func (p *parser) is(text string) bool { return p.tok.kind != tokEOF && p.tok.text == text }

func (p *parser) eat(text string) bool {
	if !p.is(text) {
		return false
	}
	p.next()
	return true
}

func (p *parser) want(text string) {
	if !p.eat(text) {
		p.failf("found %v: want %q", p.tok, text)
	}
}

func (p *parser) ident(what string) string {
	if p.tok.kind != tokIdent {
		p.failf("found %v: want %s", p.tok, what)
	}
	name := p.tok.text
	p.next()
	return name
}

func (p *parser) number() int64 {
	text := p.tok.text
	if p.tok.kind != tokNumber {
		p.failf("found %v: want a number", p.tok)
	}
	n, err := strconv.ParseInt(strings.TrimRight(text, "uUlL"), 0, 64)
	if err != nil {
		p.failf("bad number %q", text)
	}
	p.next()
	return n
}

func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.failf("nested more than %d deep", maxDepth)
	}
}

func (p *parser) leave() { p.depth-- }

// header reads "C name" and passes over what is said before the initial state.
func (p *parser) header() {
	l := &p.lex
	if err := l.skip(); err != nil {
		err.(*SyntaxError).File = p.file
		panic(bailout{err})
	}
	line, _, _ := strings.Cut(l.src[l.pos:], "\n")
	words := strings.Fields(line)
	if len(words) < 2 {
		p.failf(`want "C name" on the first line`)
	}
	if words[0] != "C" {
		if strings.ContainsAny(words[0], "{}()=;,*\"") {
			p.failf(`want "C name" on the first line`)
		}
		if !isArchitecture(words[0]) {
			p.failf("found %q: want a litmus test, which begins with C and its name", words[0])
		}
		p.test.Name = words[1]
		p.unsupported("architecture %q", words[0])
	}
	if strings.IndexFunc(words[1], func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 {
		p.failf("the name %q cannot be printed", words[1])
	}
	p.test.Name = words[1]
	l.advance(len(line))
	for {
		if err := l.skip(); err != nil {
			err.(*SyntaxError).File = p.file
			panic(bailout{err})
		}
		if l.pos == len(l.src) {
			p.failf("no initial state: want {...}")
		}
		if l.src[l.pos] == '{' {
			break
		}
		rest := l.src[l.pos:]
		n := strings.IndexByte(rest, '\n')
		if n < 0 {
			n = len(rest)
		}
		if brace := strings.IndexByte(rest[:n], '{'); brace >= 0 && rest[0] != '"' {
			n = brace
		}
		l.advance(n)
	}
	p.next()
}

// isProcess reports whether a process is next, and reads over its void.
func (p *parser) isProcess() bool {
	if p.is("void") {
		p.next()
	}
	t := p.tok.text
	return p.tok.kind == tokIdent && len(t) > 1 && t[0] == 'P' && isDigit(t[1]) && p.peek(1).text == "("
}

// variable returns the number of the shared variable, which is made if it is
// new.
func (p *parser) variable(name string) int {
	i := slices.IndexFunc(p.test.vars, func(v variable) bool { return v.name == name })
	if i < 0 {
		i = len(p.test.vars)
		if i == maxVars {
			p.unsupported("more than %d variables", maxVars)
		}
		p.test.vars = append(p.test.vars, variable{name: name, to: -1})
	}
	return i
}

// initialState reads { type x = value; 0:r1 = value; ... }.
func (p *parser) initialState() {
	p.want("{")
	for !p.eat("}") {
		if p.eat(";") {
			continue
		}
		p.initialValue()
		if !p.is("}") {
			p.want(";")
		}
	}
}

func (p *parser) initialValue() {
	for p.isInitType() {
		p.next()
	}
	if p.tok.kind == tokNumber || p.isProcessRegister() {
		proc, name := p.registerName()
		r := regInit{proc: proc, reg: register{name: name, to: -1}}
		if p.eat("=") {
			r.reg.init, r.reg.to = p.value()
		}
		p.regInit = append(p.regInit, r)
		return
	}
	bracket := p.eat("[")
	i := p.variable(p.ident("a variable"))
	if bracket {
		p.want("]")
	}
	if p.is("[") {
		p.unsupported("array")
	}
	if p.eat("=") {
		n, to := p.value()
		p.test.vars[i].init, p.test.vars[i].to = n, to
	}
}

// isInitType reports whether the token belongs to the type of what comes.
func (p *parser) isInitType() bool {
	if p.is("*") {
		return true
	}
	if p.tok.kind != tokIdent || p.isProcessRegister() {
		return false
	}
	after := p.peek(1)
	return after.kind == tokIdent || after.kind == tokNumber || after.text == "*"
}

// isProcessRegister reports whether P0:r1 is next.
func (p *parser) isProcessRegister() bool {
	t := p.tok.text
	return p.tok.kind == tokIdent && len(t) > 1 && t[0] == 'P' && isDigit(t[1]) && p.peek(1).text == ":"
}

// registerName reads 0:r1 or P0:r1.
func (p *parser) registerName() (proc int, name string) {
	text := strings.TrimPrefix(p.tok.text, "P")
	proc, err := strconv.Atoi(text)
	if err != nil || proc < 0 {
		p.failf("found %v: want the number of a process", p.tok)
	}
	if proc >= sim.MaxCPUs {
		p.unsupported("more than %d processes", sim.MaxCPUs)
	}
	p.next()
	p.want(":")
	return proc, p.ident("a register")
}

// value reads what a variable can be: a number or the address of a variable.
func (p *parser) value() (n int64, to int) {
	p.enter()
	defer p.leave()
	switch {
	case p.is("ATOMIC_INIT"):
		p.next()
		p.want("(")
		n, to = p.value()
		p.want(")")
		return n, to
	case p.is("(") && p.castAhead():
		p.cast()
		return p.value()
	case p.eat("("):
		n, to = p.value()
		p.want(")")
		return n, to
	case p.eat("-"):
		return -p.number(), -1
	case p.eat("&"):
		return 0, p.variable(p.address())
	case p.tok.kind == tokNumber:
		return p.number(), -1
	case p.is("{"):
		p.unsupported("array")
	case p.tok.kind == tokIdent:
		return 0, p.variable(p.address())
	}
	p.failf("found %v: want a number or the name of a variable", p.tok)
	return 0, -1
}

func (p *parser) address() string {
	name := p.ident("a variable")
	if p.is("[") {
		p.unsupported("array")
	}
	return name
}

// isArchitecture reports whether a file that begins with that word may be a
// litmus test for another language than C, such as AArch64 or X86_64.
func isArchitecture(word string) bool {
	if len(word) > 20 || word[0] < 'A' || word[0] > 'Z' {
		return false
	}
	for i := range len(word) {
		if !isLetter(word[i]) && !isDigit(word[i]) {
			return false
		}
	}
	return true
}
