package fuzztest

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// What each engine puts around an input, byte by byte.
func TestFramings(t *testing.T) {
	for _, test := range []struct {
		framing    fuzz.Framing
		data, file string
	}{
		{fuzz.Raw, "ab", "ab"},
		{fuzz.GoFuzz, "a\x00", "go test fuzz v1\n[]byte(\"a\\x00\")\n"},
		{fuzz.ShimV1, "ab", "\x00\x00\x00\x02ab"},
		{fuzz.ShimV1, "", "\x00\x00\x00\x02\x00"},
		{fuzz.ShimV2, "ab", "\x01ab"},
	} {
		require.Equal(t, test.file, string(test.framing.Encode([]byte(test.data))), test.framing)
		data, err := test.framing.Decode([]byte(test.file))
		require.NoError(t, err, test.framing)
		require.Equal(t, test.data, string(data), test.framing)
	}
	for framing, files := range map[fuzz.Framing][]string{
		fuzz.GoFuzz: {"", "ab", "go test fuzz v1\n", "go test fuzz v1\nint(1)\n", "go test fuzz v1\n[]byte(\"\n"},
		fuzz.ShimV1: {"", "abc", "abcd"},
		fuzz.ShimV2: {""},
	} {
		for _, file := range files {
			_, err := framing.Decode([]byte(file))
			require.Error(t, err, "%s %q", framing, file)
			require.NotContains(t, err.Error(), "\n")
		}
	}
	_, err := fuzz.ParseFraming("tar")
	require.ErrorContains(t, err, `unknown framing "tar": want one of raw, go, shim, shim-v2`)
}

// The seeds, the crash files that have bytes, and 1,000 inputs made of them as libFuzzer makes its corpus, are the same
// program and the same run in every engine's file.
func TestEveryEngineReplaysTheOthers(t *testing.T) {
	r := fuzz.NewRunner()
	defer r.Close()
	compared := 0
	compare := func(shape *fuzz.Shape, p *fuzz.Program, data []byte) {
		e := fuzz.NewExec(shape, nil)
		defer e.Close()
		for _, framing := range fuzz.Framings() {
			decoded, err := framing.Decode(framing.Encode(data))
			require.NoError(t, err)
			require.True(t, bytes.Equal(data, decoded), framing)
			q := e.Program(decoded)
			q.Kernel, q.Model = p.Kernel, p.Model
			q.Fit()
			require.Equal(t, r.Run(p), r.Run(parse(t, q.String())), "%s of\n%s", framing, p)
		}
		compared++
	}
	for _, shape := range fuzz.Shapes() {
		m := fuzz.NewMutator(shape)
		files, err := filepath.Glob(filepath.Join(corpus, "programs", shape.Name, "*.txt"))
		require.NoError(t, err)
		crashes, err := filepath.Glob("../../crashers/*.txt")
		require.NoError(t, err)
		for _, file := range append(files, crashes...) {
			p := load(t, file)
			data, err := shape.Encode(p)
			if err != nil {
				continue // not every target calls all that a crash does
			}
			compare(shape, p, data)
			for seed := range uint64(30) {
				data = bytes.Clone(m.Mutate(data, 4096, seed))
				q := fuzz.NewExec(shape, nil).Program(data)
				q.Kernel, q.Model = p.Kernel, p.Model
				q.Fit()
				compare(shape, q, data)
			}
		}
	}
	require.Greater(t, compared, 1000)
}
