package fuzz

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

var errorWithLine = regexp.MustCompile(`^line [0-9]+: .`)

// CheckText says what is wrong with how a text is parsed and printed, nil when it is as it must be: either an error of
// one line that names a line of the text, or a program whose text is the same program and prints as itself.
func CheckText(text string) error {
	p, err := Parse(text)
	if err != nil {
		if !errorWithLine.MatchString(err.Error()) || strings.ContainsAny(err.Error(), "\n\r") {
			return fmt.Errorf("error is not one line with a line number: %q", err)
		}
		return nil
	}
	printed := p.String()
	q, err := Parse(printed)
	if err != nil {
		return fmt.Errorf("the printed program does not parse: %w\n%s", err, printed)
	}
	if !reflect.DeepEqual(p, q) {
		return fmt.Errorf("the printed program is another one:\n%s\nprints as:\n%s", printed, q)
	}
	if again := q.String(); again != printed {
		return fmt.Errorf("printed twice, two texts:\n%s\nand:\n%s", printed, again)
	}
	return nil
}
