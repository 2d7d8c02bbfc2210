package fuzz

import (
	"fmt"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// eventText says what e did, with names for addresses and values.
func eventText(names sim.Symbols, e *sim.Event) string {
	word, value := names.AddrName(e.Addr), func(v uint64) string { return names.ValueName(e.Addr, v) }
	switch e.Kind {
	case sim.EvRead:
		text := fmt.Sprintf("%s -> %s", word, value(e.Val))
		if e.Late > 0 {
			text += fmt.Sprintf("  late %d, newest %s", e.Late, value(e.Newest))
		}
		return text + orderSuffix(e.Order)
	case sim.EvWrite:
		if e.Order.String() == "unlock" {
			return "unlock " + word
		}
		text := fmt.Sprintf("%s = %s", word, value(e.Val))
		if e.Late > 0 {
			text += fmt.Sprintf("  late %d, newest %s", e.Late, value(e.Old))
		}
		return text + orderSuffix(e.Order)
	case sim.EvRMW:
		if e.Order.String() == "lock" {
			return "lock " + word
		}
		text := fmt.Sprintf("%s %s => %s", word, value(e.Old), value(e.Val))
		if e.Late > 0 {
			text += fmt.Sprintf("  late %d", e.Late)
		}
		return text
	case sim.EvRMWFail:
		return fmt.Sprintf("%s is %s: fails", word, value(e.Old))
	case sim.EvFence:
		return e.Fence.String()
	case sim.EvWait:
		return fmt.Sprintf("wait_on_bit %d of %s: clear", e.Val, word)
	case sim.EvRcuLock:
		return "rcu_read_lock"
	case sim.EvRcuUnlock:
		return "rcu_read_unlock"
	case sim.EvSyncStart:
		return "synchronize_rcu begins"
	case sim.EvSyncEnd:
		return "synchronize_rcu ends"
	case sim.EvCallRcu:
		return fmt.Sprintf("call_rcu(%s, %s)", word, value(e.Val))
	case sim.EvCallback:
		return fmt.Sprintf("RCU calls %s(%s)", value(e.Val), word)
	case sim.EvBug:
		return "BUG " + e.Note
	}
	return e.Note
}

func orderSuffix(o sim.Order) string {
	if o == sim.Acquire || o == sim.Release {
		return "  (" + o.String() + ")"
	}
	return ""
}

// Lines is every event on a line: CPU, step, what it did, and the functions it was in, innermost first.
func (t *Trace) Lines() string {
	var w strings.Builder
	for i := range t.events {
		e := &t.events[i]
		if i == t.ended {
			w.WriteString(endedLine + "\n")
		}
		fmt.Fprintf(&w, "cpu%d@%-4d %-50s %s\n", e.CPU, e.Step, eventText(t.mm, e), strings.Join(kernelStack(e.Stack), " < "))
	}
	return w.String()
}
