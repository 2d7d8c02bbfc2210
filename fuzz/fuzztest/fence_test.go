package fuzztest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// A fence is marked in the word that its callback is called through while others complete it: on the kernel whose callback
// has flag bits set it cannot even be made, and else no execution goes wrong.
func TestVerdictsOfTheFence(t *testing.T) {
	v := fuzz.NewVerifier()
	defer v.Close()
	p := load(t, corpus+"/scenarios/fence/marked-while-signalled.txt")
	for _, test := range []struct {
		kernel     string
		verdict    fuzz.Verdict
		executions int
	}{
		{"v6.0+sw-fence-v5.15-rc1", fuzz.Buggy, 1},
		{"v6.0+sw-fence-v5.15", fuzz.Safe, 60},
		{"v6.0", fuzz.Safe, 20},
	} {
		for _, model := range sim.Models() {
			require.NoError(t, p.SetKernel(test.kernel))
			p.Model = model
			result := v.Verify(p, 10_000)
			require.Equal(t, test.verdict, result.Verdict, "%s under %v", test.kernel, model)
			require.Equal(t, test.executions, result.Executions, "%s under %v", test.kernel, model)
		}
	}
}

// FuzzSwFence fires when a kernel takes an address that it should refuse, and when it refuses one that it should take.
func TestFuzzSwFenceKnowsItsKernels(t *testing.T) {
	target, err := fuzz.FindTarget("FuzzSwFence")
	require.NoError(t, err)
	data := seedBytes(t, "FuzzSwFence", corpus+"/programs/FuzzSwFence/ffffffff814d408b-Os.txt")
	e, err := target.NewExec("", "")
	require.NoError(t, err)
	defer e.Close()
	require.NoError(t, target.Check(e, data))

	rc1, err := fuzz.Subjects("v6.0+sw-fence-v5.15-rc1", "sc")
	require.NoError(t, err)
	rc1[0].Also = nil
	wrong := fuzz.NewExec(target.Shape, rc1)
	defer wrong.Close()
	require.ErrorContains(t, target.Check(wrong, data), "BUG_ON")

	rc1[0].Kernel, rc1[0].Also = "v6.0", []string{"__i915_sw_fence_init: BUG_ON: the callback's address has flag bits set, or is NULL"}
	lax := fuzz.NewExec(target.Shape, rc1)
	defer lax.Close()
	require.ErrorContains(t, target.Check(lax, data), `"", want`)
}
