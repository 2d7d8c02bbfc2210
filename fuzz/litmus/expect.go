package litmus

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Expectation is what a test's file says that the test gives.
type Expectation struct {
	Verdict    Verdict
	Executions int
}

// Our own files say in a comment: Expect: sc Never 3, tso Never 3, lkmm
// Sometimes 4.
var (
	expectLine  = regexp.MustCompile(`Expect: ((?:sc|tso|lkmm) [^\n]*)`)
	expectModel = regexp.MustCompile(`^(sc|tso|lkmm) (Never|Sometimes|Always|Unsupported) (\d+)$`)
)

// Expected returns what the file says of model, if it does.
func (t *Test) Expected(model sim.Model) (Expectation, bool) {
	e, ok := t.expect[model]
	return e, ok
}

// Claims reports whether the condition is one on all executions.
func (t *Test) Claims() bool { return t.strange == "" && t.quant != exists }

func (p *parser) expectations(src string) {
	line := expectLine.FindStringSubmatchIndex(src)
	if line == nil {
		return
	}
	p.test.expect = map[sim.Model]Expectation{}
	for _, text := range strings.Split(strings.TrimSpace(src[line[2]:line[3]]), ", ") {
		m := expectModel.FindStringSubmatch(text)
		if m == nil {
			p.tok.line = 1 + strings.Count(src[:line[0]], "\n")
			p.failf("expected %q: want such as lkmm Never 3", text)
		}
		model, err := sim.ParseModel(m[1])
		if err != nil {
			p.failf("%v", err)
		}
		e := Expectation{Verdict: Verdict(m[2])}
		if _, err := fmt.Sscan(m[3], &e.Executions); err != nil {
			p.failf("bad number %q", m[3])
		}
		p.test.expect[model] = e
	}
}
