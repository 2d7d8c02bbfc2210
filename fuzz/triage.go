package fuzz

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// triageShrinks is how many finds of a bug are shrunk, the smallest ones: the least of what they end at is kept.
const triageShrinks = 3

// Triage tells the bugs in a heap of finds apart: by kernel, by title, and by race. Shrinking changes none of these, so
// that only a few finds of each bug need be shrunk.
type Triage struct {
	r    *Runner
	bugs []*TriagedBug
}

// TriagedBug is a bug and its finds.
type TriagedBug struct {
	Kernel string
	Title  string
	Race   Race
	Count  int
	Models []sim.Model // under which it was found, sorted
	small  []*Program  // the smallest finds, sorted
	news   bool        // the table of kernels does not expect one of the finds
}

// NewTriage returns a Triage without bugs that runs programs on r.
func NewTriage(r *Runner) *Triage { return &Triage{r: r} }

// Add replays a find and counts it for its bug. One that does not repeat is an error and not counted.
func (t *Triage) Add(p *Program) error {
	o := t.r.Run(p)
	switch title := o.Title(); {
	case title == "":
		return fmt.Errorf("no bug on %s under %v", p.Kernel, p.Model)
	case p.Bug != "" && p.Bug != title:
		return fmt.Errorf("another bug: %s; recorded is: %s", title, p.Bug)
	}
	bug := &TriagedBug{Kernel: p.Kernel, Title: o.Title(), Race: t.r.race(p)}
	i, found := slices.BinarySearchFunc(t.bugs, bug, (*TriagedBug).compare)
	if !found {
		t.bugs = slices.Insert(t.bugs, i, bug)
	}
	q := p.Clone()
	q.Bug = o.Title()
	t.bugs[i].Add(q)
	return nil
}

// Bugs returns the bugs, sorted by kernel, title and race.
func (t *Triage) Bugs() []*TriagedBug { return t.bugs }

// Smallest returns the smallest program that shrinking makes of the finds of a bug.
func (t *Triage) Smallest(b *TriagedBug) *Program {
	var best *Program
	for _, p := range b.small {
		if q, _ := t.r.Shrink(p, ShrinkTries); best == nil || compareFinds(q, best) < 0 {
			best = q
		}
	}
	return best
}

func (b *TriagedBug) compare(c *TriagedBug) int {
	return cmp.Or(strings.Compare(b.Kernel, c.Kernel), strings.Compare(b.Title, c.Title), strings.Compare(b.Race.String(), c.Race.String()))
}

// Add counts a find of the bug.
func (b *TriagedBug) Add(p *Program) {
	b.Count++
	b.news = b.news || !Expected(p)
	if i, found := slices.BinarySearch(b.Models, p.Model); !found {
		b.Models = slices.Insert(b.Models, i, p.Model)
	}
	i, _ := slices.BinarySearchFunc(b.small, p, compareFinds)
	b.small = slices.Insert(b.small, i, p)
	b.small = b.small[:min(len(b.small), triageShrinks)]
}

// compareFinds puts first what is found under a stronger model, then what is smaller.
func compareFinds(p, q *Program) int {
	if n := cmp.Compare(p.Model, q.Model); n != 0 {
		return n
	}
	switch {
	case smaller(p, 0, q, 0):
		return -1
	case smaller(q, 0, p, 0):
		return 1
	}
	return 0
}

// Name is a file name for the bug, without its ending: the kernel, what is wrong, and the functions that race.
func (b *TriagedBug) Name() string {
	what := b.Title
	if _, rest, ok := strings.Cut(what, " ("); ok {
		what = rest // the class is the same for many
	}
	return words(b.Kernel + " " + what + " " + b.Race.Storer + " " + b.Race.User)
}

// words joins the words of text with dashes, and leaves out what does not suit the name of a file.
func words(text string) string {
	fields := strings.FieldsFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.+-", r))
	})
	return strings.Join(fields, "-")
}

// SameAs says whether a crash file's program, which ends with that race, shows the bug: on the same kernel, or on another
// when the table of kernels expects the bug of this one too. What no row expects is always news.
func (b *TriagedBug) SameAs(crash *Program, race Race) bool {
	if crash.Bug != b.Title || race != b.Race {
		return false
	}
	return crash.Kernel == b.Kernel || b.Expected()
}

// Expected says whether the table of kernels expects every find of the bug.
func (b *TriagedBug) Expected() bool { return !b.news }
