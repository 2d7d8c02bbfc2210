package sim

import "fmt"

// Bug is what ends a run that went wrong.
type Bug struct {
	// Title names the bug. It holds no address and no number that varies
	// from run to run: equal titles mean the same bug.
	Title string
	// CPU and Step say where it showed.
	CPU, Step int
	// Func is the kernel function, Stack all of them, innermost first.
	Func  string
	Stack []string
	// Detail is for the reader.
	Detail string
}

func (b *Bug) Error() string { return b.Title }

// Bug ends the run with a bug. It does not return.
func (c *CPU) Bug(title, detail string) {
	stack := c.m.callers()
	b := &Bug{Title: title, CPU: c.id, Step: c.steps, Stack: stack, Detail: detail}
	if len(stack) > 0 {
		b.Func = stack[0]
	}
	c.m.bug = b
	if c.m.tracing {
		c.record(Event{Kind: EvBug, Note: title})
	}
	panic(errUnwound)
}

// BugOn is BUG_ON.
func (c *CPU) BugOn(cond bool, title string) {
	if cond {
		c.Bug(title, "")
	}
}

// WarnOn is WARN_ON with panic_on_warn: a bug. It returns cond.
func (c *CPU) WarnOn(cond bool, title string) bool {
	if cond {
		c.Bug(title, "")
	}
	return cond
}

// Oops ends the run because of a bad access at a; the detail says what kind of
// address that is.
func (c *CPU) Oops(title string, a Addr) {
	detail := fmt.Sprintf("access at %s (%s)", c.m.addrName(a), AddrKind(a))
	if fault := Fault(a); fault != "" {
		detail += "\n" + fault
	}
	c.Bug(title, detail)
}

// Fault is what the kernel prints when it accesses a, "" for what it can
// access. x86-64.
func Fault(a Addr) string {
	switch AddrKind(a) {
	case "kernel text":
		return ""
	case "near NULL":
		return fmt.Sprintf("BUG: kernel NULL pointer dereference, address: %016x", uint64(a))
	case "non-canonical":
		return fmt.Sprintf("general protection fault, probably for non-canonical address %#x", uint64(a))
	default:
		return fmt.Sprintf("BUG: unable to handle page fault for address: %016x", uint64(a))
	}
}

// AddrKind says what kind of address a is to somebody who reads an oops:
// "near NULL", "user space", "non-canonical", "kernel text", "misaligned" for
// what is none of these but not a multiple of 4, and else "unmapped". x86-64.
func AddrKind(a Addr) string {
	switch {
	case a < 4096:
		return "near NULL"
	case a < 1<<47:
		return "user space"
	case a < 0xffff800000000000:
		return "non-canonical"
	case a >= 0xffffffff80000000 && a < 0xffffffffc0000000:
		return "kernel text"
	case a%4 != 0:
		return "misaligned"
	default:
		return "unmapped"
	}
}

func (m *Machine) addrName(a Addr) string {
	if m.symbols != nil {
		return m.symbols.AddrName(a)
	}
	return fmt.Sprintf("%#x", uint64(a))
}
