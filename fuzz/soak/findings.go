package soak

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

const findingsDir = "findings"

// found writes a bug down that has come up count times in this turn. A find that is not expected takes the place of one
// that is: the same title can be expected with one allocator and not with another.
func (s *soak) found(p *fuzz.Program, count int) error {
	b := s.state.bug(p.Bug, p.Kernel, p.Model.String())
	if known := fuzz.Expected(p); b.File == "" || b.Known && !known {
		b.File = fileName(p.Bug, p.Kernel, p.Model.String()) + ".txt"
		if err := s.write(b.File, []byte(p.String())); err != nil {
			return err
		}
		b.Known, b.Shrunk = known, false
	}
	b.Count = b.before + count
	return nil
}

// foundInput writes down an input of a target that is no program, or whose failure is no bug of one.
func (s *soak) foundInput(turn turn, title string, data []byte) error {
	title = turn.target.Name + ": " + title
	b := s.state.bug(title, turn.subject.Kernel, turn.subject.Model.String())
	if b.File == "" {
		b.File, b.Shrunk = fileName(title, b.Kernel, b.Model), true
		if err := s.write(b.File, fuzz.EncodeCorpus(data)); err != nil {
			return err
		}
	}
	b.Count++
	return nil
}

func (s *soak) write(file string, data []byte) error {
	return replace(filepath.Join(s.Dir, findingsDir, file), data)
}

// fileName is the beginning of a title, for people, and a hash of all that makes the bug another one.
func fileName(title, kernel, model string) string {
	const words = 40
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case b.Len() == words:
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_':
			b.WriteRune(r)
		case !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	sum := sha256.Sum256([]byte(title + "\x00" + kernel + "\x00" + model))
	return fmt.Sprintf("%s-%x", strings.Trim(b.String(), "-"), sum[:4])
}

// shrink makes findings smaller that have not been made so yet.
func (s *soak) shrink() error {
	for i := range s.state.Bugs {
		b := &s.state.Bugs[i]
		if b.Shrunk {
			continue
		}
		p, err := s.parse(b.File)
		if err != nil {
			return err
		}
		small, _ := s.runner.Shrink(p, fuzz.ShrinkTries)
		if small == nil {
			return fmt.Errorf("%s does not repeat: %s", b.File, b.Title)
		}
		small.Trace = s.runner.Trace(small).Table(false)
		if err := s.write(b.File, []byte(small.String())); err != nil {
			return err
		}
		b.Shrunk = true
	}
	return nil
}

func (s *soak) parse(file string) (*fuzz.Program, error) {
	text, err := os.ReadFile(filepath.Join(s.Dir, findingsDir, file))
	if err != nil {
		return nil, err
	}
	p, err := fuzz.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

// adopt puts findings into the state that were written when the soak was killed.
func (s *soak) adopt() error {
	known := map[string]bool{}
	for _, b := range s.state.Bugs {
		known[b.File] = true
	}
	entries, err := os.ReadDir(filepath.Join(s.Dir, findingsDir))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if known[entry.Name()] || filepath.Ext(entry.Name()) != ".txt" {
			continue
		}
		p, err := s.parse(entry.Name())
		if err != nil {
			return err
		}
		b := s.state.bug(p.Bug, p.Kernel, p.Model.String())
		b.File, b.Count, b.Known = entry.Name(), 1, fuzz.Expected(p)
	}
	return nil
}
