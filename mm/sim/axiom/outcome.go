package axiom

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Outcome is what is left when a program has run.
type Outcome struct {
	p     *Program
	Regs  [][]uint64 // per thread
	Final []uint64   // per variable
}

// String lists registers and variables: "0:r0=1 1:r0=0 x=1".
func (o Outcome) String() string {
	var b strings.Builder
	show := func(name string, v uint64) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		for loc := range o.p.locs {
			if v == uint64(address(loc)) {
				fmt.Fprintf(&b, "%s=&%s", name, o.p.locs[loc])
				return
			}
		}
		fmt.Fprintf(&b, "%s=%d", name, int64(v))
	}
	for t, regs := range o.Regs {
		for i, v := range regs {
			show(fmt.Sprintf("%d:%s", t, o.p.regs[t][i]), v)
		}
	}
	for i, v := range o.Final {
		show(o.p.locs[i], v)
	}
	return b.String()
}

// Outcomes is a set of outcomes of one program.
type Outcomes struct {
	texts map[string]string // by raw values
	key   []byte
}

// Add adds o, and says whether it was new.
func (s *Outcomes) Add(o Outcome) bool {
	s.key = s.key[:0]
	for _, regs := range o.Regs {
		for _, v := range regs {
			s.key = binary.LittleEndian.AppendUint64(s.key, v)
		}
	}
	for _, v := range o.Final {
		s.key = binary.LittleEndian.AppendUint64(s.key, v)
	}
	if _, ok := s.texts[string(s.key)]; ok {
		return false
	}
	if s.texts == nil {
		s.texts = map[string]string{}
	}
	s.texts[string(s.key)] = o.String()
	return true
}

// Texts lists the outcomes, sorted.
func (s *Outcomes) Texts() []string { return slices.Sorted(maps.Values(s.texts)) }

// Shows says whether all that wanted lists, such as "0:r0=1 x=0", comes true in one of the outcomes.
func (s *Outcomes) Shows(wanted string) bool {
	for _, text := range s.texts {
		have := strings.Fields(text)
		if !slices.ContainsFunc(strings.Fields(wanted), func(w string) bool { return !slices.Contains(have, w) }) {
			return true
		}
	}
	return false
}
