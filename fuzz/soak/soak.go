// Package soak fuzzes for hours: hunts and Go's fuzzer in turn, over kernels, models and targets. All it knows is in a
// folder, so that it can be killed at any moment and goes on where it was.
//
//	state.go     what is known, and its file
//	turn.go      what is done in which turn
//	hunt.go      a turn in process
//	native.go    a turn of Go's fuzzer
//	findings.go  bugs, one file each
//
// A bug is counted after its file is written, and a crasher of Go's fuzzer is removed after that.
package soak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// Soak says what to do.
type Soak struct {
	Dir           string
	Kernel, Model string        // "": those of fuzz.Subjects
	For           time.Duration // in all, with what is in Dir already
	Turn          time.Duration
	Jobs          int
	Native        string // the test binary of package fuzz; "": hunts alone
	Seeds         string // the folder corpus; "": from nothing

	// Report is told what happens: what is being done, about once a second.
	Report func(st *State, doing string)
}

// soak is a Soak that runs.
type soak struct {
	Soak
	state    State
	subjects []fuzz.Subject
	runner   *fuzz.Runner
	began    time.Time // of this process, less what it had before
	saved    time.Time
}

// Run soaks until the time is over or ctx is done.
func Run(ctx context.Context, options Soak) (State, error) {
	s := &soak{Soak: options, runner: fuzz.NewRunner()}
	defer s.runner.Close()
	unlock, err := s.open()
	if err != nil {
		return s.state, err
	}
	defer unlock()
	s.began = time.Now().Add(-time.Duration(s.state.Seconds * float64(time.Second)))
	if err := s.recover(); err != nil {
		return s.state, err
	}
	for ctx.Err() == nil && s.elapsed() < s.For {
		s.state.Turns++
		for i := range s.state.Bugs {
			s.state.Bugs[i].before = s.state.Bugs[i].Count
		}
		if err := s.save(); err != nil {
			return s.state, err
		}
		turn := s.plan(s.state.Turns)
		length := min(s.Turn, s.For-s.elapsed())
		if turn.target == nil {
			err = s.hunt(ctx, turn, length)
		} else {
			err = s.native(ctx, turn, length)
		}
		if err = errors.Join(err, s.shrink(), s.save()); err != nil {
			return s.state, err
		}
		s.Report(&s.state, turn.String()+", done")
	}
	return s.state, s.save()
}

// open makes the folder, sees to it that nobody else soaks there, and reads the state.
func (s *soak) open() (unlock func(), err error) {
	if s.subjects, err = fuzz.Subjects(s.Kernel, s.Model); err != nil {
		return nil, err
	}
	for _, dir := range []string{findingsDir, nativeDir, cacheDir} {
		if err := os.MkdirAll(filepath.Join(s.Dir, dir), 0o777); err != nil {
			return nil, err
		}
	}
	if unlock, err = lock(filepath.Join(s.Dir, "lock")); err != nil {
		return nil, fmt.Errorf("%s: another soak is at work there: %w", s.Dir, err)
	}
	if s.state, err = load(s.Dir); err != nil {
		unlock()
		return nil, err
	}
	if s.state.Turns > 0 && (s.state.Kernel != s.Kernel || s.state.Model != s.Model) {
		unlock()
		return nil, fmt.Errorf("%s holds a soak of kernel %q and model %q: give those, or another folder", s.Dir, s.state.Kernel, s.state.Model)
	}
	s.state.Kernel, s.state.Model = s.Kernel, s.Model
	return unlock, nil
}

// recover sees to what a killed soak left: files that are not whole, findings that are not in the state, crashers of Go's
// fuzzer that are not findings yet.
func (s *soak) recover() error {
	for _, dir := range []string{".", findingsDir} {
		entries, err := os.ReadDir(filepath.Join(s.Dir, dir))
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if name := entry.Name(); strings.HasPrefix(name, tempPrefix) {
				if err := os.Remove(filepath.Join(s.Dir, dir, name)); err != nil {
					return err
				}
			}
		}
	}
	if err := s.adopt(); err != nil {
		return err
	}
	if s.state.Turns > 0 {
		if turn := s.plan(s.state.Turns); turn.target != nil {
			if err := s.collect(turn); err != nil {
				return err
			}
		}
	}
	return errors.Join(s.shrink(), s.save())
}

func (s *soak) elapsed() time.Duration { return time.Since(s.began) }

func (s *soak) save() error {
	s.saved = time.Now()
	s.state.Seconds = s.elapsed().Seconds()
	return s.state.save(s.Dir)
}

// tick saves and reports, if that was a second ago.
func (s *soak) tick(turn turn) error {
	if time.Since(s.saved) < time.Second {
		return nil
	}
	err := s.save()
	s.Report(&s.state, turn.String())
	return err
}
