package fuzz

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz/litmus"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// checkLitmus holds a text to this: either it has one line that says where it is wrong, or it runs, the same each time,
// and what a stronger model shows a weaker one shows too. It answers with what went otherwise, or nil.
func (e *Exec) checkLitmus(text []byte) error {
	test, err := litmus.Parse("f", text)
	if err != nil {
		var where *litmus.SyntaxError
		if !errors.As(err, &where) || where.Line < 1 || strings.Contains(err.Error(), "\n") {
			return fmt.Errorf("want one line that says where: %q", err)
		}
		return nil
	}
	if e.litmus == nil {
		e.litmus = litmus.NewRunner()
	}
	const limit = 200
	var stronger litmus.Result
	for _, model := range sim.Models() {
		res := e.litmus.Run(test, model, limit)
		if again := e.litmus.Run(test, model, limit); again != res {
			return fmt.Errorf("under %v: %+v, then %+v", model, res, again)
		}
		if res.Verdict == litmus.NotSupported {
			if res.Reason == "" {
				return fmt.Errorf("not supported under %v, without a reason", model)
			}
			return nil
		}
		if res.Positive < stronger.Positive || res.Negative < stronger.Negative {
			return fmt.Errorf("%v has fewer executions than the model before: %+v, %+v", model, res, stronger)
		}
		stronger = res
	}
	return nil
}
