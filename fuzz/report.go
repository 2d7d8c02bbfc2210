package fuzz

import (
	"fmt"
	"strings"
)

// Report is the failure message for a finding: what it is, and a command that repeats it.
func (e *Exec) Report(found *Program) string {
	small, _ := e.runner.Shrink(found, reportTries)
	if small == nil {
		return "the bug did not show again: " + found.Bug + "\n" + found.String()
	}
	text := small.String()
	return fmt.Sprintf("%s on %s under %v\n\n%s\nTo repeat it:\n%s | go run ./scripts/mmfuzz repro -\n",
		small.Bug, small.Kernel, small.Model, text, shellPrintf(text))
}

// shellPrintf is a shell command of one line that prints text: one that can be copied from an indented message.
func shellPrintf(text string) string {
	command := `printf '%s\n'`
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			command += " '" + strings.ReplaceAll(line, "'", `'\''`) + "'"
		}
	}
	return command
}

// reportTries bounds the shrinking of a finding in a worker of the native fuzzer, which is given 10 s an input.
const reportTries = 5_000
