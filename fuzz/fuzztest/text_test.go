package fuzztest

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const head = "kernel  v6.2\nmodel   sc\n"

func TestParseSaysWhatIsWrongAndWhere(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"empty":              {"", `line 1: the program ends without a kernel line`},
		"no model":           {"kernel  v6.2\n", `line 1: the program ends without a model line`},
		"unknown kernel":     {"kernel  v7.9\nmodel sc\n", `line 1: unknown kernel "v7.9"`},
		"unknown model":      {"kernel  v6.2\nmodel   arm\n", `line 2: unknown model "arm": want sc, tso or lkmm`},
		"unknown item":       {head + "schedule x\n", `line 3: unknown item "schedule"`},
		"two kernels":        {head + "kernel v6.0\n", `line 3: a second kernel line, the first is line 1`},
		"config":             {head + "config order=9\n", `line 3: config order=9: want one of`},
		"empty bug":          {head + "bug\n", `line 3: bug without a title`},
		"calls first":        {"cpu0 rcu_do_batch\n" + head, `line 1: "cpu0" before the kernel line`},
		"unknown CPU":        {head + "cpu8 rcu_do_batch\n", `line 3: "cpu8": want cpu0..cpu7`},
		"CPU with zeros":     {head + "cpu01 rcu_do_batch\n", `line 3: "cpu01": want cpu0..cpu7`},
		"no op":              {head + "cpu0\n", `line 3: no call`},
		"call before kernel": {"model sc\ncpu0\r1 rcu_do_batch\n", `line 2: "cpu0\r1" before the kernel line: kernel and model come first`},
		"unknown op":         {head + "\n# x\ncpu0 kfree s0\n", `line 5: unknown op "kfree": want one of kmem_cache_alloc`},
		"unknown page":       {head + "cpu0 isolate_movable_page p16\n", `line 3: isolate_movable_page: argument page: "p16": want p0..p15`},
		"wrong kind":         {head + "cpu0 isolate_movable_page s1\n", `argument page: "s1": want p0..p15`},
		"negative":           {head + "cpu0 isolate_movable_page p-1\n", `"p-1": want p0..p15`},
		"huge":               {head + "cpu0 isolate_movable_page p99999999999999999999\n", `want p0..p15`},
		"too few arguments":  {head + "cpu0 isolate_movable_page\n", `isolate_movable_page has 0 arguments: want isolate_movable_page page(p0..p15)`},
		"too many arguments": {head + "cpu0 rcu_do_batch p0\n", `rcu_do_batch has 1 arguments: want rcu_do_batch`},
		"bad step":           {head + "cpu0 rcu_do_batch\ncpu0@0 read late 1\n", `line 4: step "0": want a number from 1`},
		"bad choice":         {head + "cpu0 rcu_do_batch\ncpu0@1 jump cpu1\n", `line 4: choice "jump cpu1": want run cpuN, then cpuN`},
		"run itself":         {head + "cpu0 rcu_do_batch\ncpu0@1 run cpu0\n", `line 4: choice "run cpu0": want another CPU than cpu0`},
		"run without target": {head + "cpu0 rcu_do_batch\ncpu0@1 run\n", `line 4: choice "run": want run cpuN`},
		"not late":           {head + "cpu0 rcu_do_batch\ncpu0@1 read late 0\n", `line 4: late "0": want a number from 1`},
		"late what":          {head + "cpu0 rcu_do_batch\ncpu0@1 read p0.flags\n", `want read [WORD] late N`},
		"chosen twice": {head + "cpu0 rcu_do_batch\ncpu0@1 read late 1\n\ncpu0@1 read late 2\n",
			`line 6: cpu0@1 read is chosen twice, first on line 4`},
		"choice of a CPU without calls": {head + "cpu0 rcu_do_batch\ncpu0@1 run cpu3\n", `line 4: cpu3 has no calls: the program uses cpu0..cpu0`},
		"choice without any call":       {head + "cpu0@1 read late 1\n", `line 3: cpu0 has no calls: the program has no calls at all`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fuzz.Parse(test.text)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "\n")
			require.NoError(t, fuzz.CheckText(test.text))
		})
	}
}

func TestTextIsKeptWithItsComments(t *testing.T) {
	const text = `# What it is for.
kernel  next-20220927  # the reported one
model   lkmm
# Larger slabs.
config  order=1
bug     a title: with # in it

# First this.
cpu0    kmem_cache_alloc c1 s0
cpu0    kmem_cache_free s0  # the last
cpu2    isolate_movable_page p0

cpu0@3  run cpu2
cpu0@7  then cpu2
cpu0@7  then cpu2 again 1
# A stale load.
cpu2@4  read p0.mapping late 1
cpu2@5  write late 2

# The end.

-- trace --
 anything
`
	p := parse(t, text)
	require.Equal(t, text, p.String())
	require.Equal(t, "next-20220927", p.Kernel)
	require.Equal(t, sim.LKMM, p.Model)
	require.Equal(t, "a title: with # in it", p.Bug)
	require.Len(t, p.Calls, 3)
	require.Empty(t, p.Calls[1])
	require.Equal(t, " anything\n", p.Trace)
	require.Equal(t, fuzz.Choice{CPU: 2, Step: 4, Kind: fuzz.Read, Value: 1, Word: "p0.mapping"}, p.Choices[3])
	require.NoError(t, fuzz.CheckText(text))
}

func TestTextMayBeInAnyOrder(t *testing.T) {
	p := parse(t, "model sc\nkernel v6.2\ncpu1@2\trun cpu0 # b\ncpu1 rcu_do_batch\n\ncpu0 rcu_do_batch # a\ncpu0@9 run cpu1\n")
	require.Equal(t, "kernel  v6.2\nmodel   sc\n\ncpu0    rcu_do_batch  # a\ncpu1    rcu_do_batch\n\ncpu0@9  run cpu1\ncpu1@2  run cpu0  # b\n", p.String())
	require.NoError(t, fuzz.CheckText(p.String()))
}

// All that the fuzzer makes from bytes is the same program as text, and as bytes again.
func TestBytesProgramTextProgramIsTheIdentity(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, shape := range fuzz.Shapes() {
		e := fuzz.NewExec(shape, fuzz.CleanSubjects())
		for range 2000 {
			data := make([]byte, r.IntN(400))
			for i := range data {
				// Small numbers often, as most records mean something then.
				data[i] = byte(r.IntN(1 << (1 + r.IntN(8))))
			}
			p := e.Program(data).Clone()
			p.Kernel, p.Model = "v6.2", sim.TSO
			p.Fit()
			text := p.String()
			q := parse(t, text)
			require.True(t, p.SameRun(q), text)
			require.Equal(t, text, q.String())
			require.NoError(t, fuzz.CheckText(text))

			again, err := shape.Encode(q)
			require.NoError(t, err, text)
			b := e.Program(again).Clone()
			b.Kernel, b.Model = p.Kernel, p.Model
			require.True(t, p.SameRun(b), "%s\nas bytes is\n%s", text, b)
		}
	}
}

func TestCorpusFilesDecode(t *testing.T) {
	data := []byte("\x00\xff\"\\\n go")
	got, err := fuzz.DecodeCorpus(fuzz.EncodeCorpus(data))
	require.NoError(t, err)
	require.Equal(t, data, got)

	got, err = fuzz.DecodeCorpus(data)
	require.NoError(t, err)
	require.Equal(t, data, got, "libFuzzer keeps the bytes as they are")

	for _, bad := range []string{"", "\n", "\nint(1)", "\n[]byte(\"a\")\n[]byte(\"b\")", "\n[]byte(\"a)", "\nstring(\"a\")"} {
		_, err := fuzz.DecodeCorpus([]byte("go test fuzz v1" + bad))
		require.ErrorContains(t, err, "line 2", "%q", bad)
		require.Equal(t, 1, strings.Count(err.Error()+"\n", "\n"))
	}
}
