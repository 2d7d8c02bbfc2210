package fuzz

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// strategies are the ways to draw schedules.
var strategies = []string{"random", "pct", "pos", "conflict"}

// Strategies returns the names of the ways to draw schedules.
func Strategies() []string { return slices.Clone(strategies) }

// CheckStrategy says whether there is a strategy of that name.
func CheckStrategy(name string) error {
	if !slices.Contains(strategies, name) {
		return fmt.Errorf("unknown strategy %q: want one of %s", name, strings.Join(strategies, ", "))
	}
	return nil
}

// drawer draws schedules by one of the strategies, but for conflict, whose schedules depend on the runs before.
type drawer struct {
	random random
	pct    pct
	pos    pos
}

// draw returns the chooser of that seed for a program whose runs take about so many steps.
func (d *drawer) draw(strategy string, seed uint64, steps int) sim.Chooser {
	switch strategy {
	case "pct":
		d.pct.reset(seed, steps)
		return &d.pct
	case "pos":
		d.pos.reset(seed)
		return &d.pos
	}
	d.random.reset(seed)
	return &d.random
}
