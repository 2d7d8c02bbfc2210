package fuzz

import (
	"os"
	"strconv"
	"testing"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// TestVerifyFindsWhatSchedulesFind runs small programs of the reported kernel under drawn schedules: where one of them has
// a bug, exhaustion must find one. MMFUZZ_PROGRAMS sets how many programs.
func TestVerifyFindsWhatSchedulesFind(t *testing.T) {
	programs := 60
	if n, err := strconv.Atoi(os.Getenv("MMFUZZ_PROGRAMS")); err == nil {
		programs = n
	}
	const schedules, limit, length = 200, 3000, 6
	r := NewRunner()
	defer r.Close()
	v := NewVerifier()
	defer v.Close()
	owner := opIndices([]string{"kmem_cache_alloc", "kmem_cache_free", "flush_cpu_slab", "kmem_cache_shrink", "rcu_do_batch"})
	isolate, _ := mm.FindOp("isolate_movable_page")
	buggy, unknown := 0, 0
	for seed := range programs {
		draw := rng(mix64(uint64(seed)))
		p := &Program{Calls: make([][]mm.Call, 2)}
		for range length {
			call := mm.Call{Op: owner[draw.intn(len(owner))], Args: [mm.MaxArgs]uint8{uint8(draw.intn(2)), uint8(draw.intn(2))}}
			clear(call.Args[len(mm.Ops()[call.Op].Args):])
			p.Calls[0] = append(p.Calls[0], call)
		}
		p.Calls[1] = []mm.Call{{Op: uint8(isolate)}}
		p.Kernel = [...]string{"next-20220927", "next-20220927+skip-slab-v0"}[seed%2]
		for _, p.Model = range sim.Models() {
			title := ""
			for i := range schedules {
				var ch random
				ch.reset(uint64(i))
				if o := r.RunWith(p, &ch); o.Bug != nil {
					title = o.Title()
					break
				}
			}
			if title == "" {
				continue
			}
			switch result := v.Verify(p, limit); result.Verdict {
			case Safe:
				t.Errorf("program %d under %v is called safe, but has: %s\n%s", seed, p.Model, title, p)
			case Buggy:
				buggy++
			default:
				unknown++
			}
		}
	}
	t.Logf("%d buggy, %d unknown", buggy, unknown)
	if buggy == 0 {
		t.Error("no program had a bug")
	}
}
