package soak

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

const (
	nativeDir  = "native" // where Go's fuzzer runs: it reads seeds from testdata/fuzz there, and writes crashers to it
	cacheDir   = "cache"  // the inputs that it keeps
	seedPrefix = "seed-"
)

// native runs Go's fuzzer on a target, and makes findings of its crashers.
func (s *soak) native(ctx context.Context, turn turn, length time.Duration) error {
	if err := s.plantSeeds(turn); err != nil {
		return err
	}
	output, err := s.runNative(ctx, turn, length)
	found, errCollect := s.collectCount(turn)
	switch {
	case err == nil, found > 0, ctx.Err() != nil:
	case strings.Contains(output, "context deadline exceeded"): // golang/go 75804: the end of the time can look like a failure
	default:
		return errors.Join(fmt.Errorf("%s: %w: %s", turn, err, oneLine(output)), errCollect)
	}
	return errCollect
}

// runNative returns the last lines that the fuzzer prints.
func (s *soak) runNative(ctx context.Context, turn turn, length time.Duration) (string, error) {
	// The kernel kills the fuzzer when the thread that started it dies, see whenParentDies.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cache, err := filepath.Abs(filepath.Join(s.Dir, cacheDir))
	if err != nil {
		return "", err
	}
	// Minimising is for our own shrinker: Go's stalls the search.
	cmd := exec.CommandContext(ctx, s.Native, "-test.run=^$", "-test.fuzz=^"+turn.target.Name+"$", "-test.fuzzcachedir="+cache,
		"-test.fuzztime="+length.String(), "-test.fuzzminimizetime=0x", "-test.parallel="+strconv.Itoa(s.Jobs),
		"-kernel="+turn.subject.Kernel, "-model="+turn.subject.Model.String())
	cmd.Dir = filepath.Join(s.Dir, nativeDir)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	whenParentDies(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return "", err
	}
	var last []string
	before := s.state.Inputs
	var failed error
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := lines.Text()
		if inputs, kept, ok := parseProgress(line); ok {
			s.state.Inputs = before + inputs
			s.state.keep(turn.target.Name, kept)
			failed = errors.Join(failed, s.tick(turn))
			continue
		}
		if last = append(last, line); len(last) > 20 {
			last = last[1:]
		}
	}
	return strings.Join(last, "\n"), errors.Join(cmd.Wait(), failed)
}

var progressLine = regexp.MustCompile(`^fuzz: elapsed: .*, execs: (\d+) .*, new interesting: \d+ \(total: (\d+)\)`)

func parseProgress(line string) (inputs, kept int, ok bool) {
	m := progressLine.FindStringSubmatch(line)
	if m == nil {
		return 0, 0, false
	}
	inputs, err1 := strconv.Atoi(m[1])
	kept, err2 := strconv.Atoi(m[2])
	return inputs, kept, err1 == nil && err2 == nil
}

// testdata is where Go's fuzzer has the seeds of a target, and puts its crashers.
func (s *soak) testdata(target string) string {
	return filepath.Join(s.Dir, nativeDir, "testdata", "fuzz", target)
}

// plantSeeds gives the fuzzer those seeds that do not fail on the kernel of the turn: at one that does it would stop.
func (s *soak) plantSeeds(turn turn) error {
	dir := s.testdata(turn.target.Name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	planted, err := filepath.Glob(filepath.Join(dir, seedPrefix+"*"))
	if err != nil {
		return err
	}
	for _, name := range planted {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	if s.Seeds == "" {
		return nil
	}
	seeds, err := filepath.Glob(filepath.Join(s.Seeds, turn.target.Name, "*"))
	if err != nil {
		return err
	}
	e, err := turn.target.NewExec(turn.subject.Kernel, turn.subject.Model.String())
	if err != nil {
		return err
	}
	defer e.Close()
	for _, name := range seeds {
		file, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		data, err := fuzz.DecodeCorpus(file)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if turn.target.Check(e, data) == nil {
			if err := replace(filepath.Join(dir, seedPrefix+filepath.Base(name)), file); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *soak) collect(turn turn) error {
	_, err := s.collectCount(turn)
	return err
}

// collectCount makes findings of the crashers that a turn left, and removes them. It returns how many there were.
func (s *soak) collectCount(turn turn) (int, error) {
	crashers, err := filepath.Glob(filepath.Join(s.testdata(turn.target.Name), "*"))
	if err != nil {
		return 0, err
	}
	e, err := turn.target.NewExec(turn.subject.Kernel, turn.subject.Model.String())
	if err != nil {
		return 0, err
	}
	defer e.Close()
	count := 0
	for _, name := range crashers {
		if strings.HasPrefix(filepath.Base(name), seedPrefix) {
			continue
		}
		file, err := os.ReadFile(name)
		if err != nil {
			return count, err
		}
		data, err := fuzz.DecodeCorpus(file)
		if err == nil && bytes.HasPrefix(file, []byte("go test")) {
			err = s.collectInput(turn, e, data)
		} else {
			err = nil // Go's fuzzer does not write at once: it was killed before it told of this one
		}
		if err == nil {
			err = os.Remove(name)
		}
		if err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}

func (s *soak) collectInput(turn turn, e *fuzz.Exec, data []byte) error {
	if turn.target.Shape != nil {
		if p := e.Bytes(data); p != nil {
			b := s.state.bug(p.Bug, p.Kernel, p.Model.String())
			return s.found(p, b.Count-b.before+1)
		}
	}
	title := "an input on which it hung or ended, which does not repeat"
	if err := turn.target.Check(e, data); err != nil {
		title, _, _ = strings.Cut(err.Error(), "\n")
	}
	return s.foundInput(turn, title, data)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
