package fuzz

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mmfuzz/mmfuzz/mm"
)

// dealtProgram has three calls on cpu0, none on cpu1 and two on cpu2, each of another op.
func dealtProgram() *Program {
	return &Program{Calls: [][]mm.Call{{{Op: 0}, {Op: 1}, {Op: 2}}, nil, {{Op: 3}, {Op: 4}}}}
}

// turn is the answer that a CPU hands over to another one at that step of that call.
func turn(cpu, call, step, to int) answer {
	return answer{choice: Choice{CPU: cpu, Kind: Run, Value: to}, offset: offset{call, step}}
}

// late is the answer that a load of that CPU reads an older value.
func late(cpu, call, step int) answer {
	return answer{choice: Choice{CPU: cpu, Kind: Read, Value: 1}, offset: offset{call, step}}
}

func text(answers []answer) string {
	var words []string
	for _, a := range answers {
		words = append(words, fmt.Sprintf("%d@%d.%d %v %d", a.choice.CPU, a.offset.call, a.offset.step, a.choice.Kind, a.choice.Value))
	}
	return strings.Join(words, "; ")
}

// Who has a call takes its turns with it, as far as they went.
func TestTurnsOfDealtCalls(t *testing.T) {
	// In the order of the ops: 0, 3, 1, 4, 2.
	order := []callAt{{cpu: 0, i: 0}, {cpu: 2, i: 0}, {cpu: 0, i: 1}, {cpu: 2, i: 1}, {cpu: 0, i: 2}}
	for name, test := range map[string]struct {
		bits, other   int
		choices, want []answer
	}{
		"nothing is moved": { // 3 and 4 stay on cpu2
			0b01010, 2,
			[]answer{turn(0, 1, 5, 2), turn(2, 1, 7, 0)},
			[]answer{turn(0, 1, 5, 2), turn(2, 1, 7, 0)},
		},
		"all are on another CPU": {
			0b01010, 1,
			[]answer{turn(0, 1, 5, 2), turn(2, 1, 7, 0)},
			[]answer{turn(0, 1, 5, 1), turn(1, 1, 7, 0)},
		},
		"a turn over two calls becomes one of each CPU that has them": { // 1 goes to cpu2, between 3 and 4
			0b01110, 2,
			[]answer{turn(0, 1, 5, 2), turn(2, 1, 7, 0)},
			[]answer{turn(0, 1, 0, 2), turn(2, 2, 7, 2)},
		},
		"turns of calls that one CPU has now are one": { // 3 goes to cpu0, between 0 and 1
			0b01000, 2,
			[]answer{turn(0, 1, 5, 2), turn(2, 0, 7, 0), turn(0, 1, 9, 2)},
			[]answer{turn(0, 2, 9, 0)},
		},
		"a turn that ends where a call begins has nothing of it": { // 1 and 4 are on cpu2
			0b01100, 2,
			[]answer{turn(0, 1, 0, 2), turn(2, 1, 0, 0)},
			[]answer{turn(0, 2, 0, 2)},
		},
		"a late load stays in its call": { // 1 goes to cpu2, behind 3
			0b01110, 2,
			[]answer{late(0, 1, 4), turn(0, 1, 5, 2), late(2, 1, 3), late(2, 2, 1)}, // the last in no call
			[]answer{turn(0, 1, 0, 2), turn(2, 1, 5, 2), late(2, 1, 4), late(2, 2, 3)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := deal(dealtProgram(), order, test.bits, test.other)
			if got, want := text(d.turns(test.choices)), text(test.want); got != want {
				t.Errorf("got  %s\nwant %s\nof %v", got, want, d.program.Calls)
			}
		})
	}
}

// A deal has the calls of each CPU in that order.
func TestDeal(t *testing.T) {
	order := []callAt{{cpu: 2, i: 0}, {cpu: 0, i: 0}, {cpu: 0, i: 1}} // two calls have not begun
	d := deal(dealtProgram(), order, 0b100, 2)
	if got, want := fmt.Sprint(ops(d.program)), "[[3 0] [] [1]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := d.now[callAt{cpu: 0, i: 0}], (callAt{cpu: 0, i: 1}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A call moves to its new place, and those behind it move up.
func TestMove(t *testing.T) {
	for _, test := range []struct {
		from, to callAt
		want     string
	}{
		{callAt{cpu: 0, i: 1}, callAt{cpu: 2, i: 1}, "[[0 2] [] [3 1 4]]"},
		{callAt{cpu: 2, i: 0}, callAt{cpu: 0, i: 3}, "[[0 1 2 3] [] [4]]"},
		{callAt{cpu: 2, i: 1}, callAt{cpu: 1, i: 0}, "[[0 1 2] [4] [3]]"},
		{callAt{cpu: 0, i: 0}, callAt{cpu: 3, i: 0}, "[[1 2] [] [3 4] [0]]"},
	} {
		p := dealtProgram()
		d := move(p, test.from, test.to)
		if got := fmt.Sprint(ops(d.program)); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
		for was, now := range d.now {
			if got, want := d.program.Calls[now.cpu][now.i], p.Calls[was.cpu][was.i]; got != want {
				t.Errorf("%v is now %v: got %v, want %v", was, now, got, want)
			}
		}
		if len(d.now) != p.NumCalls() || !slices.Equal(ops(p)[0], []uint8{0, 1, 2}) {
			t.Errorf("%v: calls are missing, or the program itself has changed: %v", d.now, p.Calls)
		}
	}
}

func ops(p *Program) [][]uint8 {
	all := make([][]uint8, len(p.Calls))
	for cpu, calls := range p.Calls {
		for _, call := range calls {
			all[cpu] = append(all[cpu], call.Op)
		}
	}
	return all
}
