package export

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/fuzz/litmus"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Whatever a run does, its model allows the outcome of its litmus test: what the test leaves out makes it no stronger.
func TestLitmusOfRandomRuns(t *testing.T) {
	files, err := filepath.Glob("../../corpus/scenarios/*.txt")
	require.NoError(t, err)
	r, l := fuzz.NewRunner(), litmus.NewRunner()
	defer r.Close()
	defer l.Close()
	random := rand.New(rand.NewPCG(1, 2))
	const rounds = 4
	judged := map[sim.Model]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for range rounds {
			for _, model := range sim.Models() {
				p := parse(t, string(text))
				p.Model, p.Choices = model, randomChoices(random, len(p.Calls))
				tr := r.Trace(p)
				text, err := Litmus("random", tr)
				if err != nil {
					require.ErrorIs(t, err, ErrNothing)
					continue
				}
				test, err := litmus.Parse("random", []byte(text))
				require.NoError(t, err, text)
				res := l.Run(test, model, 500)
				require.NotEqual(t, litmus.Never, res.Verdict, "%s\n%s\n%s", p, tr.Table(false), text)
				if res.Verdict != litmus.NotSupported { // 500 executions were enough
					judged[model]++
				}
			}
		}
	}
	for _, model := range sim.Models() {
		require.Greater(t, judged[model], len(files), "%v", model)
	}
}

// randomChoices draws switches, late loads and late stores for the first steps of each CPU. A run leaves unused what it
// cannot do.
func randomChoices(random *rand.Rand, cpus int) []fuzz.Choice {
	var choices []fuzz.Choice
	for cpu := range cpus {
		for step := range 200 {
			if random.IntN(8) == 0 {
				choices = append(choices, fuzz.Choice{CPU: cpu, Step: step, Kind: fuzz.Run, Value: random.IntN(cpus)})
			}
			if random.IntN(3) == 0 {
				choices = append(choices, fuzz.Choice{CPU: cpu, Step: step, Kind: fuzz.Read, Value: 1 + random.IntN(2)})
			}
			if random.IntN(3) == 0 {
				choices = append(choices, fuzz.Choice{CPU: cpu, Step: step, Kind: fuzz.Write, Value: 1})
			}
		}
	}
	return choices
}
