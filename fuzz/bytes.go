package fuzz

import (
	"encoding/binary"
	"fmt"
	"slices"

	fuzzheaders "github.com/AdaLogics/go-fuzz-headers"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// The byte form of a program, made for mutators: a header of headerBytes, then records of recordBytes, each a call or a
// choice. Every byte string is a program. Bytes that are missing count as 0, and 0 is always the dull value: the default
// configuration, no call, no departure from the dull path. Numbers that are too large wrap. What comes later never
// changes what came before.
//
//	header   CPUs or what the page is, configuration (a byte a key), rest unused
//	call     cpu<<2,                          op+1, argument, argument
//	choice   again<<7 | kind<<5 | cpu<<2 | 3, step, step>>8, value
//
// The value of a choice is how late, or how many CPUs further round than this one the CPU to run is. A key of the
// configuration has its default unless the two low bits of its byte are set, and a record is a call unless they are:
// what a mutator writes blindly is mostly calls on the default kernel.
const (
	headerBytes = 8
	recordBytes = 4

	maxByteChoices = 256
	maxRecords     = 1024 // bytes after that are not looked at
)

// Shape says what the programs of a fuzz target are made of.
type Shape struct {
	Name    string
	CPUs    int       // 0: the bytes say, 1 to 4
	Calls   int       // at most, on all CPUs together; further ones do not count
	Ops     []uint8   // indices into mm.Ops
	Lives   [][]uint8 // if not nil: the first byte picks one of these instead of Ops
	Second  []uint8   // if not nil: those that run on cpu1, and all others on cpu0, whatever the bytes say
	Pages   int       // so many page frames, slots and orders, at most
	Frames  []uint8   // if not nil: the page frames, instead of the first Pages
	Address string    // if not "": the header is followed by 8 bytes, little endian, the address of this function
}

// cpuCounts is what the first header byte means when the shape does not say.
var cpuCounts = [...]int{2, 3, 4, 1}

// decoder turns bytes into programs. It reuses the memory of the last one.
type decoder struct {
	ops     []mm.Op
	program Program
	calls   [sim.MaxCPUs][]mm.Call
}

func newDecoder() *decoder { return &decoder{ops: mm.Ops()} }

// decode returns the program that data stands for, good until the next decode. The kernel and the model are for the
// caller to set.
func (d *decoder) decode(shape *Shape, data []byte) *Program {
	in := source{consumer: fuzzheaders.NewConsumer(data), left: len(data)}
	p := &d.program
	*p = Program{Calls: d.calls[:0], Choices: p.Choices[:0]}
	var header [headerBytes]byte
	for i := range header {
		header[i] = in.next()
	}
	cpus := shape.CPUs
	if cpus == 0 {
		cpus = cpuCounts[int(header[0])%len(cpuCounts)]
	}
	ops := shape.Ops
	if shape.Lives != nil {
		ops = shape.Lives[int(header[0])%len(shape.Lives)]
	}
	p.Config = decodeConfig(header[1:])
	if shape.Address != "" {
		var b [8]byte
		for i := range b {
			b[i] = in.next()
		}
		p.Config.SetAddress(shape.Address, binary.LittleEndian.Uint64(b[:]))
	}
	for i := range d.calls {
		d.calls[i] = d.calls[i][:0]
	}
	for calls, records := 0, 0; in.left > 0 && records < maxRecords; records++ {
		b := [recordBytes]byte{in.next(), in.next(), in.next(), in.next()}
		cpu := int(b[0]>>2&7) % cpus
		switch {
		case b[0]&3 == 3:
			if c, ok := decodeChoice(b, cpu, cpus); ok && len(p.Choices) < maxByteChoices {
				p.Choices = append(p.Choices, c)
			}
		case b[1] != 0 && calls < shape.Calls:
			call := shape.call(d.ops, ops, b)
			cpu = shape.cpuOf(call, cpu)
			d.calls[cpu] = append(d.calls[cpu], call)
			calls++
		}
	}
	used := cpus
	for used > 0 && len(d.calls[used-1]) == 0 {
		used--
	}
	p.Calls = d.calls[:used]
	p.sortChoices(used)
	return p
}

// sortChoices puts the choices in order, keeps the first of each key, and forgets those of CPUs without calls.
func (p *Program) sortChoices(cpus int) {
	p.Choices = slices.DeleteFunc(p.Choices, func(c Choice) bool {
		return c.CPU >= cpus || (c.Kind == Run || c.Kind == Then) && c.Value >= cpus
	})
	slices.SortStableFunc(p.Choices, Choice.compareKey)
	p.Choices = slices.CompactFunc(p.Choices, func(c, d Choice) bool { return c.compareKey(d) == 0 })
}

func (shape *Shape) call(table []mm.Op, ops []uint8, b [recordBytes]byte) mm.Call {
	call := mm.Call{Op: ops[int(b[1]-1)%len(ops)]}
	for i, arg := range withBytes(table[call.Op].Args) {
		call.Args[i] = shape.arg(arg.Kind, int(b[2+i]))
	}
	return call
}

// withBytes returns the arguments that a record has bytes for. A third one is 0.
func withBytes(args []mm.Arg) []mm.Arg { return args[:min(len(args), recordBytes-2)] }

// arg returns argument n of that kind, which wraps.
func (shape *Shape) arg(kind mm.ArgKind, n int) uint8 {
	if kind == mm.ArgPage && shape.Frames != nil {
		return shape.Frames[n%len(shape.Frames)]
	}
	return uint8(n % min(kind.Count(), shape.Pages))
}

// argByte is the inverse of arg; a frame that the shape does not have becomes one that it does.
func (shape *Shape) argByte(kind mm.ArgKind, value uint8) byte {
	if kind == mm.ArgPage && shape.Frames != nil {
		return byte(max(slices.Index(shape.Frames, value), 0))
	}
	return value
}

// cpuOf returns where a call runs that the bytes put on cpu.
func (shape *Shape) cpuOf(call mm.Call, cpu int) int {
	switch {
	case shape.Second == nil:
		return cpu
	case slices.Contains(shape.Second, call.Op):
		return 1
	}
	return 0
}

func decodeChoice(b [recordBytes]byte, cpu, cpus int) (Choice, bool) {
	c := Choice{CPU: cpu, Step: int(b[1]) | int(b[2])<<8, Kind: ChoiceKind(b[0] >> 5 & 3), Value: int(b[3])}
	if c.Step == 0 || c.Value == 0 {
		return c, false
	}
	if c.Kind == Then {
		c.Again = int(b[0] >> 7)
	}
	if c.Kind == Run || c.Kind == Then {
		if cpus == 1 {
			return c, false
		}
		c.Value = (cpu + 1 + (c.Value-1)%(cpus-1)) % cpus
	}
	return c, true
}

// decodeConfig reads a byte for each key of the config.
func decodeConfig(b []byte) mm.Config {
	var c mm.Config
	for i, key := range mm.ConfigKeys() {
		if i < len(b) && b[i]&3 == 3 {
			c.Choose(i, 1+b[i]>>2%uint8(len(key.Values)-1))
		}
	}
	return c
}

func encodeConfig(b []byte, c mm.Config) {
	for i := range mm.ConfigKeys() {
		if v := c.Chosen(i); v != 0 && i < len(b) {
			b[i] = (v-1)<<2 | 3
		}
	}
}

// source hands out bytes, and 0 for ever when they have run out.
type source struct {
	consumer *fuzzheaders.ConsumeFuzzer
	left     int
}

func (s *source) next() byte {
	if s.left == 0 {
		return 0 // GetByte would allocate an error
	}
	s.left--
	b, _ := s.consumer.GetByte()
	return b
}

// Encode returns bytes that decode to p, or says why there are none.
func (shape *Shape) Encode(p *Program) ([]byte, error) {
	data, err := shape.appendProgram(nil, p)
	if err != nil {
		return nil, err
	}
	q := newDecoder().decode(shape, data)
	q.Kernel, q.Model = p.Kernel, p.Model
	if !q.SameRun(withoutWords(p)) {
		return nil, fmt.Errorf("%s has no bytes for this program: it is too long or names too much", shape.Name)
	}
	return data, nil
}

// appendProgram appends the bytes of p. They decode to it if it is not too long and names nothing that the shape has not.
func (shape *Shape) appendProgram(data []byte, p *Program) ([]byte, error) {
	cpus := shape.CPUs
	var header [headerBytes]byte
	if cpus == 0 {
		i := slices.IndexFunc(cpuCounts[:], func(n int) bool { return n >= len(p.Calls) })
		if len(p.Calls) <= 1 {
			i = slices.Index(cpuCounts[:], 1)
		}
		if i < 0 {
			return nil, fmt.Errorf("%d CPUs: %s has at most %d", len(p.Calls), shape.Name, slices.Max(cpuCounts[:]))
		}
		cpus, header[0] = cpuCounts[i], byte(i)
	}
	encodeConfig(header[1:], p.Config)
	ops := shape.Ops
	if shape.Lives != nil {
		life := shape.lifeOf(p)
		ops, header[0] = shape.Lives[life], byte(life)
	}
	data = append(data, header[:]...)
	if shape.Address != "" {
		data = binary.LittleEndian.AppendUint64(data, p.Config.Address(shape.Address))
	}
	for cpu, calls := range p.Calls {
		for _, call := range calls {
			op := slices.Index(ops, call.Op)
			if op < 0 {
				return nil, fmt.Errorf("%s does not call %s", shape.Name, mm.Ops()[call.Op].Name)
			}
			b := [recordBytes]byte{byte(cpu << 2), byte(op + 1), call.Args[0], call.Args[1]}
			for i, arg := range withBytes(mm.Ops()[call.Op].Args) {
				b[2+i] = shape.argByte(arg.Kind, call.Args[i])
			}
			data = append(data, b[:]...)
		}
	}
	for _, c := range p.Choices {
		value := c.Value
		if c.Kind == Run || c.Kind == Then {
			value = (c.Value - c.CPU + cpus) % cpus
		}
		data = append(data, byte(c.Again<<7|int(c.Kind)<<5|c.CPU<<2|3), byte(c.Step), byte(c.Step>>8), byte(value))
	}
	return data, nil
}

// lifeOf returns the first of shape.Lives that has all that p calls, or the last.
func (shape *Shape) lifeOf(p *Program) int {
	for i, ops := range shape.Lives {
		if hasAll(ops, p) {
			return i
		}
	}
	return len(shape.Lives) - 1
}

func hasAll(ops []uint8, p *Program) bool {
	for _, calls := range p.Calls {
		for _, call := range calls {
			if !slices.Contains(ops, call.Op) {
				return false
			}
		}
	}
	return true
}

// withoutWords returns p without the names of words, which bytes do not hold.
func withoutWords(p *Program) *Program {
	q := p.Clone()
	for i := range q.Choices {
		q.Choices[i].Word = ""
	}
	return q
}
