package fuzz

// JSONEvent is an event of a trace with names for addresses and values.
type JSONEvent struct {
	CPU   int      `json:"cpu"`
	Step  int      `json:"step"`
	Text  string   `json:"text"`
	Word  string   `json:"word,omitempty"`
	Value string   `json:"value,omitempty"`
	Late  int      `json:"late,omitempty"`
	Stack []string `json:"stack,omitempty"` // innermost first
}

// JSON returns the events for printing.
func (t *Trace) JSON() []JSONEvent {
	events := make([]JSONEvent, len(t.events))
	for i := range t.events {
		e := &t.events[i]
		j := JSONEvent{CPU: e.CPU, Step: e.Step, Text: eventText(t.mm, e), Late: e.Late, Stack: e.Stack}
		if isAccess(e) {
			j.Word, j.Value = t.mm.AddrName(e.Addr), t.mm.ValueName(e.Addr, e.Val)
		}
		events[i] = j
	}
	return events
}
