package mm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Goal: an MM is as new after each Boot, whatever ran before and under
// whichever config.
func TestBootForgets(t *testing.T) {
	mm := newKernel(t, "next-20220927")
	const leaves = "kmem_cache_alloc c1 s0; kmem_cache_alloc c0 s1; flush_cpu_slab c0; kmem_cache_free s0; flush_cpu_slab c1; alloc_pages o1 q0; fill_balloon; zs_malloc z0"
	hash := func(config string) uint64 {
		cfg, err := ParseConfig(config)
		require.NoError(t, err)
		mm.Boot(cfg, sim.LKMM, sim.Dull{})
		calls := program{leaves, leaves}.parse(t)
		r := mm.m.Run(2, func(c *sim.CPU) {
			for _, call := range calls[c.ID()] {
				mm.Call(c, call)
			}
		})
		require.Empty(t, title(r.Bug))
		return r.Hash
	}
	first, other := hash(""), hash("order=1 objects=4")
	require.NotEqual(t, first, other)
	require.Equal(t, first, hash(""))
	require.Equal(t, other, hash("order=1 objects=4"))
}

// Goal: memory at boot depends on the kernel and the allocator alone, so that
// one image for each will do.
func TestBootMemoryOfConfigs(t *testing.T) {
	for _, kernel := range Kernels() {
		var images [nrAllocs]*sim.Image
		r := splitmix(1)
		for range 30 {
			var cfg Config
			for key := range ConfigKeys() {
				cfg.Choose(key, uint8(r.next()))
			}
			mm := New(kernel)
			mm.Boot(cfg, sim.SC, sim.Dull{})
			alloc := mm.cfg.chosen[cfgAlloc]
			if images[alloc] == nil {
				images[alloc] = mm.images[alloc]
			}
			require.Equal(t, images[alloc], mm.images[alloc], "%s %v", kernel.Name, &cfg)
		}
	}
}

// Goal: a run allocates nothing once the machine has been used.
func TestRunsDoNotAllocate(t *testing.T) {
	for _, model := range sim.Models() {
		mm := newKernel(t, "v6.2")
		cpus := program{
			"kmem_cache_alloc c1 s0; kmem_cache_free s0; flush_cpu_slab c1; rcu_do_batch; zs_malloc z0",
			"isolate_migratepages_block p0 p15; putback_movable_pages; fill_balloon",
		}.parse(t)
		r := splitmix(1)
		ch := &randomChooser{r: &r, rate: 8}
		body := func(c *sim.CPU) {
			for _, call := range cpus[c.ID()] {
				mm.Call(c, call)
			}
		}
		run := func() {
			mm.Boot(Config{}, model, ch)
			if bug := mm.m.Run(len(cpus), body).Bug; bug != nil {
				t.Fatal(bug.Title)
			}
			if bug := mm.Finish().Bug; bug != nil {
				t.Fatal(bug.Title)
			}
		}
		for range 300 {
			run()
		}
		require.Zero(t, testing.AllocsPerRun(200, run), model.String())
	}
}

func BenchmarkBoot(b *testing.B) {
	mm := newKernel(b, "v6.2")
	b.ReportAllocs()
	for b.Loop() {
		mm.Boot(Config{}, sim.SC, sim.Dull{})
	}
}

// BenchmarkSlabLife is a slab's life on one CPU and an isolation on another,
// Boot and Finish included.
func BenchmarkSlabLife(b *testing.B) {
	for _, model := range sim.Models() {
		b.Run(model.String(), func(b *testing.B) {
			mm := newKernel(b, "v6.2")
			cpus := program{
				"kmem_cache_alloc c1 s0; kmem_cache_free s0; flush_cpu_slab c1; rcu_do_batch",
				"isolate_movable_page p0",
			}.parse(b)
			body := func(c *sim.CPU) {
				for _, call := range cpus[c.ID()] {
					mm.Call(c, call)
				}
			}
			r := splitmix(1)
			ch := &randomChooser{r: &r, rate: 8}
			steps := 0
			b.ReportAllocs()
			for b.Loop() {
				mm.Boot(Config{}, model, ch)
				steps += mm.m.Run(len(cpus), body).Steps
				mm.Finish()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
		})
	}
}
