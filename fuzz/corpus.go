package fuzz

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	fuzzheaders "github.com/AdaLogics/go-fuzz-headers"
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

// Framing is what an engine puts around the one []byte of a target in its files.
type Framing string

// The framings there are.
const (
	Raw    Framing = "raw"     // the bytes: libFuzzer and AFL++ with an entry of our own, and OSS-Fuzz's compile_go_fuzzer
	GoFuzz Framing = "go"      // the text that Go's fuzzer keeps
	ShimV1 Framing = "shim"    // OSS-Fuzz's compile_native_go_fuzzer: four bytes with the length, big endian, before them
	ShimV2 Framing = "shim-v2" // its successor: one byte before them, the weight of the only argument
)

// Framings returns all framings.
func Framings() []Framing { return []Framing{Raw, GoFuzz, ShimV1, ShimV2} }

// ParseFraming returns the framing of that name.
func ParseFraming(name string) (Framing, error) {
	var names []string
	for _, f := range Framings() {
		if string(f) == name {
			return f, nil
		}
		names = append(names, string(f))
	}
	return "", fmt.Errorf("unknown framing %q: want one of %s", name, strings.Join(names, ", "))
}

// Encode returns an input as a file of an engine with that framing.
func (f Framing) Encode(data []byte) []byte {
	switch f {
	case GoFuzz:
		return EncodeCorpus(data)
	case ShimV1:
		if len(data) == 0 {
			return []byte{0, 0, 0, 2, 0} // modulo the one byte that is left; without one the shim would not call
		}
		return append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), data...)
	case ShimV2:
		return append([]byte{1}, data...)
	}
	return data
}

// Decode returns the input in a file of an engine with that framing, as the engine's own code would hand it over. What
// that code would hand to no target is an error.
func (f Framing) Decode(file []byte) ([]byte, error) {
	switch f {
	case GoFuzz:
		if !bytes.HasPrefix(file, []byte(corpusMark)) {
			return nil, fmt.Errorf("line 1: want %q", corpusMark)
		}
		return DecodeCorpus(file)
	case ShimV1:
		data, err := fuzzheaders.NewConsumer(file).GetBytes()
		if err != nil {
			return nil, fmt.Errorf("%d bytes: want 4 with the length of the input, and the input", len(file))
		}
		return data, nil
	case ShimV2:
		if len(file) == 0 {
			return nil, fmt.Errorf("no bytes: want one and the input")
		}
		return file[1:], nil
	}
	return file, nil
}
