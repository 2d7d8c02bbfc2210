package soak

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// A title is known until it is found where the table of kernels does not expect it, and stays news from then on.
func TestFoundIsKnownWhileAllIsExpected(t *testing.T) {
	s := &soak{Soak: Soak{Dir: t.TempDir()}}
	require.NoError(t, os.Mkdir(filepath.Join(s.Dir, findingsDir), 0o777))
	const bug = "isolate_movable_page: mapping is not a movable_operations (rcu_free_slab)"
	find := func(config string) *fuzz.Program {
		p, err := fuzz.Parse("kernel next-20220927\nmodel sc\n" + config + "bug " + bug + "\n\ncpu0 kmem_cache_alloc c1 s0\n")
		require.NoError(t, err)
		return p
	}
	expected, news := find(""), find("config alloc=slob\n")
	for _, step := range []struct {
		find, kept *fuzz.Program
		known      bool
	}{{expected, expected, true}, {news, news, false}, {expected, news, false}} {
		require.NoError(t, s.found(step.find, 1))
		require.Len(t, s.state.Bugs, 1)
		b := s.state.Bugs[0]
		require.Equal(t, step.known, b.Known)
		kept, err := s.parse(b.File)
		require.NoError(t, err)
		require.Equal(t, step.kept.String(), kept.String())
	}

	s.state = State{} // killed before it was saved
	require.NoError(t, s.adopt())
	require.Len(t, s.state.Bugs, 1)
	require.False(t, s.state.Bugs[0].Known)
}
