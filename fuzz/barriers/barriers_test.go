package barriers

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

var update = flag.Bool("update", false, "rewrite the golden file")

const golden = "testdata/v6.2.golden"

// build makes the program of a kernel and scenarios of the standard ones with these names.
func build(t *testing.T, kernel string) *Program {
	if testing.Short() {
		t.Skip("compiles the source tree")
	}
	root, err := Root()
	require.NoError(t, err)
	p, err := Build(root, kernel)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

func scenarios(t *testing.T, p *Program, names ...string) []Scenario {
	var programs []*fuzz.Program
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join("../../corpus/scenarios", name+".txt"))
		require.NoError(t, err)
		program, err := fuzz.Parse(string(text))
		require.NoError(t, err)
		programs = append(programs, program)
	}
	scenarios, err := p.Scenarios(names, programs, false)
	require.NoError(t, err)
	return scenarios
}

// Goal: the barriers and tests of v6.2 that carry weight, by a few small scenarios: under sc no barrier does, under lkmm
// two of the four do. With two isolators the test of PageIsolated does too, which takes another scenario to see.
func TestBarriersOfV62(t *testing.T) {
	p := build(t, "v6.2")
	small := scenarios(t, p, "rcu-slab-life", "node-partial-life", "zsmalloc-life")
	models := []sim.Model{sim.SC, sim.LKMM}
	for _, model := range models {
		whole, err := p.Try(nil, model, small, 100_000)
		require.NoError(t, err)
		require.Equal(t, Redundant, whole.Verdict, "v6.2 is safe as it is")
	}
	// A program of v6.6, which has no SLOB, where v6.2 has.
	whole, err := p.Try(nil, sim.LKMM, scenarios(t, p, "big-endian-compound-slab"), 100_000)
	require.NoError(t, err)
	require.Equal(t, Redundant, whole.Verdict)
	told := 0
	results, err := p.TryAll(models, small, 100_000, func(done int) { told = done })
	require.NoError(t, err)
	require.Len(t, results, told)
	var table strings.Builder
	for i, r := range results {
		require.Equal(t, &p.Sites[i/len(models)], r.Site)
		require.Equal(t, r.Verdict == Needed, r.Bug != "", r.Site.Where())
		require.Equal(t, r.Verdict == Needed, r.Scenario != "", r.Site.Where())
		fmt.Fprintf(&table, "%s: %s %v: %s\n", r.Site.Function, r.Site.Code, r.Model, r.Verdict)
	}
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(table.String()), 0o666))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), table.String(), "go test ./fuzz/barriers -update rewrites it")

	for i := range p.Sites {
		if s := &p.Sites[i]; strings.Contains(s.Code, "pageIsolated") {
			r, err := p.Try(s, sim.SC, scenarios(t, p, "zsmalloc-two-isolators"), 100_000)
			require.NoError(t, err)
			require.Equal(t, Needed, r.Verdict)
			shown, err := p.Table(r.Witness)
			require.NoError(t, err)
			require.Contains(t, shown, "kernel  v6.2-without-migrate_v6_2.go:")
			require.Contains(t, shown, "\n-- trace --\n")
			require.Contains(t, shown, r.Bug)
		}
	}
	r, err := p.Try(&p.Sites[0], sim.SC, small, 3)
	require.NoError(t, err)
	require.Equal(t, Unknown, r.Verdict, "three runs are not enough")
}

// Goal: what is deleted is what the source says, and the source stays as it is.
func TestWhatIsASite(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	src, err := readSource(root)
	require.NoError(t, err)
	file, text, err := src.table()
	require.NoError(t, err)
	require.Equal(t, "mm/kernel.go", file)
	require.Contains(t, text, "return append([]*Kernel{\n")

	p := &Program{Kernel: "k"}
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "mm"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "mm", "f.go"), []byte(`package mm

import "a/sim"

// f is f_of_c, mm/f.c, v1.
func (v1) f(c *sim.CPU) bool {
	c.SmpRmb()
	c.WriteOnce(1)
	if a(c) || b(c) && d(c) {
		goto out
	}
	if e(c) {
		e(c)
	}
	return g(c) && h(c)
out:
	return false
}
`), 0o666))
	src, err = readSource(folder)
	require.NoError(t, err)
	p.Sites, err = src.sites(nil)
	require.NoError(t, err)
	require.Empty(t, p.Sites)
	p.Sites, err = src.sites(function("f", "v1.f"))
	require.NoError(t, err)
	var codes []string
	for _, s := range p.Sites {
		require.Equal(t, "f_of_c", s.Function)
		codes = append(codes, s.Code)
	}
	require.Equal(t, []string{"c.SmpRmb()", "a(c)", "b(c) && d(c)", "g(c)", "h(c)"}, codes)
	without := src.without(p)
	require.Contains(t, without, "import \"a/sim\"\n")
	require.Contains(t, without, "type without0 struct{ v1 }\n\nfunc (without0) f(c *sim.CPU) bool {\n\treached()\n\tc.WriteOnce(1)")
	require.Contains(t, without, "if (reached() && (a(c))) || b(c) && d(c) {")
	require.Contains(t, without, "if a(c) || (reached() && (b(c) && d(c))) {")
	require.Contains(t, without, "return g(c) && (!reached() || (h(c)))")
	require.Contains(t, without, `{Name: "k-without-f.go:7:2", Parent: "k", Changes: "without c.SmpRmb()", Source: "mm/f.go:7:2", f: without0{}.f},`)

	_, err = src.sites(function("g", "v1.g"))
	require.EqualError(t, err, "no function v1.g in mm: the source tree is not that of this program")
	_, _, err = src.table()
	require.EqualError(t, err, "no table of kernels in mm: the source tree is not that of this program")
}

func function(field, name string) []mm.Function { return []mm.Function{{Field: field, Name: name}} }
