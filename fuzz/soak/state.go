package soak

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// State is all that a soak knows. It is in state.json of its folder, written whole or not at all.
type State struct {
	Kernel     string  `json:"kernel"`
	Model      string  `json:"model"`
	Seconds    float64 `json:"seconds"`
	Turns      int     `json:"turns"` // begun: the number of the current one, from 1
	Runs       int     `json:"runs"`  // of hunts
	Distinct   int     `json:"distinct"`
	OutOfSteps int     `json:"out_of_steps"`
	Inputs     int     `json:"inputs"` // of Go's fuzzer
	Kept       []Kept  `json:"kept"`   // by target
	Coverage   []Point `json:"coverage"`
	Bugs       []Bug   `json:"bugs"` // by title, kernel and model
}

// Kept is how many inputs Go's fuzzer keeps of a target, each because it reached something new.
type Kept struct {
	Target string `json:"target"`
	Inputs int    `json:"inputs"`
}

// Point is how many inputs of all targets were kept after so many seconds.
type Point struct {
	Seconds float64 `json:"seconds"`
	Kept    int     `json:"kept"`
}

// Bug is a title on a kernel under a model.
type Bug struct {
	Title  string `json:"title"`
	Kernel string `json:"kernel"`
	Model  string `json:"model"`
	Count  int    `json:"count"`
	File   string `json:"file"`   // in the folder findings
	Shrunk bool   `json:"shrunk"` // or a crasher that is kept as it is
	Known  bool   `json:"known"`  // the table of kernels expects it, with the allocator that it was found with
	before int    // the count before this turn
}

func (b *Bug) compare(c Bug) int {
	return strings.Compare(b.Title+"\x00"+b.Kernel+"\x00"+b.Model, c.Title+"\x00"+c.Kernel+"\x00"+c.Model)
}

const stateFile = "state.json"

func load(dir string) (State, error) {
	var st State
	data, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, os.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return st, err
	}
	if err := json.Unmarshal(data, &st); err != nil {
		return st, fmt.Errorf("%s: %w: not the state of a soak, remove it or take another folder", filepath.Join(dir, stateFile), err)
	}
	return st, nil
}

func (st *State) save(dir string) error {
	data, err := json.MarshalIndent(st, "", "\t")
	if err != nil {
		return err
	}
	return replace(filepath.Join(dir, stateFile), append(data, '\n'))
}

// bug returns the entry of a bug, a new one if there is none.
func (st *State) bug(title, kernel, model string) *Bug {
	b := Bug{Title: title, Kernel: kernel, Model: model}
	i, ok := slices.BinarySearchFunc(st.Bugs, b, func(x, y Bug) int { return x.compare(y) })
	if !ok {
		st.Bugs = slices.Insert(st.Bugs, i, b)
	}
	return &st.Bugs[i]
}

// keep notes how many inputs of a target are kept, and the sum if it grew.
func (st *State) keep(target string, inputs int) {
	i := slices.IndexFunc(st.Kept, func(k Kept) bool { return k.Target == target })
	if i < 0 {
		i = len(st.Kept)
		st.Kept = append(st.Kept, Kept{Target: target})
	}
	st.Kept[i].Inputs = max(st.Kept[i].Inputs, inputs)
	total := 0
	for _, k := range st.Kept {
		total += k.Inputs
	}
	if n := len(st.Coverage); n == 0 || st.Coverage[n-1].Kept < total {
		st.Coverage = append(st.Coverage, Point{Seconds: st.Seconds, Kept: total})
	}
}

// tempPrefix is how names of files begin that are not whole yet.
const tempPrefix = ".mmfuzz-"

// replace writes the file whole or not at all.
func replace(name string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(name), tempPrefix+"*")
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	err = errors.Join(err, temp.Sync(), temp.Chmod(0o644), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), name)
	}
	if err != nil {
		os.Remove(temp.Name())
	}
	return err
}
