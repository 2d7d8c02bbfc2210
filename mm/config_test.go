package mm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Goal: a config's text and the config are the same thing.
func TestConfigTextRoundTrip(t *testing.T) {
	for i, key := range ConfigKeys() {
		for v := range key.Values {
			var c Config
			c.Choose(i, uint8(v))
			if v == 0 {
				require.Equal(t, Config{}, c, "the first value is the default")
				require.Empty(t, c.String())
			}
			for _, address := range []uint64{0, 1, 0xffffffff811303aa, ^uint64(0)} {
				c.SetAddress("rcu_free_slab", address)
				got, err := ParseConfig(c.String())
				require.NoError(t, err)
				require.Equal(t, c, got)
				require.Equal(t, uint8(v), got.Chosen(i))
				require.Equal(t, address, got.Address("rcu_free_slab"))
			}
		}
	}
}

func TestParseConfig(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"alloc=slub order=0", ""},
		{"order=0 cc=gcc-12,-Os", ""},
		{"cc=gcc-12", ""},
		{"cc=gcc-12,riscv64", "cc=gcc-12,riscv64,-Os"},
		{"cc=gcc-12,-O2", "cc=gcc-12,x86-64,-O2"},
		{"cc=gcc-12,-falign-functions=16", "cc=gcc-12,x86-64,-Os,-falign-functions=16"},
		{"  rcu_free_slab=0xFFFFFFFF811303AA objects=4", "objects=4 rcu_free_slab=ffffffff811303aa"},
	} {
		c, err := ParseConfig(test.text)
		require.NoError(t, err, test.text)
		require.Equal(t, test.want, c.String())
	}
}

func TestParseConfigErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"order", `config "order": want key=value`},
		{"order=0 order=1", `config "order=1": order is given twice`},
		{"order=3", `config order=3: want one of 0 1 2`},
		{"alloc=tlsf", `config alloc=tlsf: want one of slub slab slob`},
		{"ordre=1", `config key "ordre": want one of order, objects, min_partial, cpu_partial, cc, alloc, cmpxchg_double, rcu_free_slab, kmem_rcu_free, sw_fence_dummy_notify, init_warn`},
		{"rcu_free_slab=0", `config rcu_free_slab=0: want an address in hexadecimal, not 0`},
		{"rcu_free_slab=here", `config rcu_free_slab=here: want an address in hexadecimal, not 0`},
		{"rcu_free_slab=10000000000000000", `config rcu_free_slab=10000000000000000: want an address in hexadecimal, not 0`},
	} {
		_, err := ParseConfig(test.text)
		require.EqualError(t, err, test.want)
	}
	_, err := ParseConfig("cc=tcc,-Os")
	require.ErrorContains(t, err, "config cc=tcc,-Os: want one of gcc-12,x86-64,-Os gcc-12,x86-64,-O2 ")
}

func TestConfigChooseWraps(t *testing.T) {
	var c Config
	c.Choose(cfgOrder, 255)
	require.Equal(t, uint8(255%3), c.Chosen(cfgOrder))
}
