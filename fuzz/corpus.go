package fuzz

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// corpusMark is the first line of the files in which Go's fuzzer keeps inputs.
const corpusMark = "go test fuzz v1"

// EncodeCorpus returns an input as a file of Go's fuzzer.
func EncodeCorpus(data []byte) []byte {
	return fmt.Appendf(nil, "%s\n[]byte(%q)\n", corpusMark, data)
}

// DecodeCorpus returns the input in a file: of Go's fuzzer, or of libFuzzer, which keeps the bytes as they are.
func DecodeCorpus(file []byte) ([]byte, error) {
	text, ok := bytes.CutPrefix(file, []byte(corpusMark))
	if !ok {
		return file, nil
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 1 {
		return nil, fmt.Errorf("line 2: %d arguments: want one []byte", len(lines))
	}
	quoted, ok := strings.CutPrefix(strings.TrimSpace(lines[0]), "[]byte(")
	if ok {
		quoted, ok = strings.CutSuffix(quoted, ")")
	}
	if !ok {
		return nil, fmt.Errorf("line 2: want []byte(\"...\")")
	}
	data, err := strconv.Unquote(quoted)
	if err != nil {
		return nil, fmt.Errorf("line 2: the string is not well quoted")
	}
	return []byte(data), nil
}
