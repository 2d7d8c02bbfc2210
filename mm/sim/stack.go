package sim

import (
	"path"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"
)

const simPackage = "/mm/sim."

// frame is what one return address of the Go stack stands for.
type frame struct {
	name      string // the C name of a simulated kernel function, "" for what is none
	outermost bool   // the body of a CPU begins here
}

// callers returns the C names of the simulated kernel functions on the Go
// stack, innermost first. What an address stands for is looked up once: a fuzzer
// meets the same bug again and again.
func (m *Machine) callers() []string {
	var pcs [64]uintptr
	var names []string
	for _, pc := range pcs[:runtime.Callers(2, pcs[:])] {
		f, ok := m.frames[pc]
		if !ok {
			f = newFrame(pc)
			m.frames[pc] = f
		}
		if f.outermost {
			break
		}
		if f.name != "" {
			names = append(names, f.name)
		}
	}
	return names
}

func newFrame(pc uintptr) frame {
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	if strings.HasSuffix(f.Function, simPackage+"(*CPU).runBody") {
		return frame{outermost: true}
	}
	// Oracles are ours: the function that they watch is who did it.
	if strings.Contains(f.Function, simPackage) || strings.HasPrefix(path.Base(f.File), "oracle_") {
		return frame{}
	}
	return frame{name: cName(f.Function)}
}

func (c *CPU) callerName() string {
	if names := c.m.callers(); len(names) > 0 {
		return names[0]
	}
	return "unknown"
}

// cName turns the full name of a Go function into the C name it stands for:
// isolateMovablePage is isolate_movable_page. Closures and exported functions,
// which are ours and not the kernel's, have none.
func cName(full string) string {
	name := full[strings.LastIndexByte(full, '.')+1:]
	first, _ := utf8.DecodeRuneInString(name)
	if name == "" || unicode.IsUpper(first) || unicode.IsDigit(first) || strings.HasPrefix(name, "func") || strings.HasSuffix(name, "-fm") {
		return ""
	}
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			if b.Len() > 0 {
				b.WriteByte('_')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}
