package fuzz

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mmfuzz/mmfuzz/fuzz/litmus"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// FuzzLitmus: every text either has one line that says where it is wrong, or
// runs, the same each time, and what a stronger model shows a weaker one shows
// too.
func FuzzLitmus(f *testing.F) {
	files, err := filepath.Glob("../mm/sim/testdata/litmus/*.litmus")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	r := litmus.NewRunner()
	f.Fuzz(func(t *testing.T, src []byte) {
		test, err := litmus.Parse("f", src)
		if err != nil {
			var where *litmus.SyntaxError
			if !errors.As(err, &where) || where.Line < 1 || strings.Contains(err.Error(), "\n") {
				t.Fatalf("want one line that says where: %q", err)
			}
			return
		}
		const limit = 200
		var stronger litmus.Result
		for _, model := range sim.Models() {
			res := r.Run(test, model, limit)
			if again := r.Run(test, model, limit); again != res {
				t.Fatalf("under %v: %+v, then %+v", model, res, again)
			}
			if res.Verdict == litmus.NotSupported {
				if res.Reason == "" {
					t.Fatalf("not supported under %v, without a reason", model)
				}
				return
			}
			if res.Positive < stronger.Positive || res.Negative < stronger.Negative {
				t.Fatalf("%v has fewer executions than the model before: %+v, %+v", model, res, stronger)
			}
			stronger = res
		}
	})
}
