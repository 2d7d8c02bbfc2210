package barriers

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
)

// Scenario is a program that a kernel is verified with.
type Scenario struct {
	Name string
	file string
}

// Scenarios makes scenarios of the programs: one with each allocator that the kernel has, or with the default one where that
// is enough, see fuzz.Program.WithEachAllocator. Those of few CPUs come first, as they take least.
func (p *Program) Scenarios(names []string, programs []*fuzz.Program, brief bool) ([]Scenario, error) {
	k, err := mm.FindKernel(p.Kernel)
	if err != nil {
		return nil, err
	}
	order := make([]int, len(programs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(len(programs[i].Calls), len(programs[j].Calls)), strings.Compare(names[i], names[j]))
	})
	var scenarios []Scenario
	for _, i := range order {
		for n, allocator := range k.Allocators() {
			if n > 0 && !programs[i].WithEachAllocator(brief) {
				break
			}
			q := programs[i].Clone()
			q.Kernel = p.Kernel // the program's own may not have the allocator
			q.Config.SetAlloc(allocator)
			s := Scenario{Name: names[i], file: filepath.Join(p.folder, fmt.Sprintf("%d-%s.txt", i, allocator))}
			if n > 0 {
				s.Name += " alloc=" + allocator
			}
			if err := os.WriteFile(s.file, []byte(q.String()), 0o600); err != nil {
				return nil, err
			}
			scenarios = append(scenarios, s)
		}
	}
	return scenarios, nil
}
