package litmus

import (
	"fmt"
	"strings"
)

type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokIdent
	tokNumber
	tokPunct
)

type token struct {
	kind tokenKind
	text string
	line int
}

func (t token) String() string {
	if t.kind == tokEOF {
		return "end of file"
	}
	return fmt.Sprintf("%q", t.text)
}

// puncts are the operators of more than one character.
var puncts = [...]string{
	`/\`, `\/`, "=>", "<>", "<<=", ">>=", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "->", "++", "--",
	"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
}

// lexer splits a test after its header. Outside of the processes' bodies (*
// begins a comment, inside it does not: WRITE_ONCE(*x, 1).
type lexer struct {
	src    string
	pos    int
	line   int
	depth  int // of braces
	blocks int // that have begun: the first holds the initial state
}

func (l *lexer) inBody() bool { return l.depth > 0 && l.blocks > 1 }

func (l *lexer) advance(n int) {
	l.line += strings.Count(l.src[l.pos:l.pos+n], "\n")
	l.pos += n
}

// skip passes over space and comments.
func (l *lexer) skip() error {
	for l.pos < len(l.src) {
		rest := l.src[l.pos:]
		switch {
		case strings.IndexByte(" \t\r\n\f\v", rest[0]) >= 0:
			l.advance(1)
		case strings.HasPrefix(rest, "//"):
			if n := strings.IndexByte(rest, '\n'); n >= 0 {
				l.advance(n)
			} else {
				l.advance(len(rest))
			}
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				return l.errorf("comment /* without */")
			}
			l.advance(n + 4)
		case strings.HasPrefix(rest, "(*") && !l.inBody():
			n := commentLen(rest)
			if n < 0 {
				return l.errorf("comment (* without *)")
			}
			l.advance(n)
		default:
			return nil
		}
	}
	return nil
}

// commentLen returns the length of the comment that s begins with, in which
// others may be nested; -1 if it has no end.
func commentLen(s string) int {
	depth := 0
	for i := 0; i+1 < len(s); i++ {
		switch s[i : i+2] {
		case "(*":
			depth++
			i++
		case "*)":
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

func (l *lexer) errorf(format string, args ...any) error {
	return &SyntaxError{Line: l.line, Msg: fmt.Sprintf(format, args...)}
}

func (l *lexer) next() (token, error) {
	if err := l.skip(); err != nil {
		return token{}, err
	}
	t := token{line: l.line}
	if l.pos == len(l.src) {
		return t, nil
	}
	rest := l.src[l.pos:]
	n := 1
	switch {
	case isLetter(rest[0]):
		t.kind = tokIdent
		for n < len(rest) && (isLetter(rest[n]) || isDigit(rest[n])) {
			n++
		}
	case isDigit(rest[0]):
		t.kind = tokNumber
		for n < len(rest) && (isLetter(rest[n]) || isDigit(rest[n])) {
			n++
		}
	case rest[0] > ' ' && rest[0] < 0x7f:
		t.kind = tokPunct
		for _, p := range puncts {
			if strings.HasPrefix(rest, p) {
				n = len(p)
				break
			}
		}
	default:
		return t, l.errorf("unexpected character %q", rest[0])
	}
	t.text = rest[:n]
	l.advance(n)
	switch t.text {
	case "{":
		if l.depth == 0 {
			l.blocks++
		}
		l.depth++
	case "}":
		l.depth = max(0, l.depth-1)
	}
	return t, nil
}

func isLetter(c byte) bool { return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
