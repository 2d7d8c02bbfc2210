package export

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

const (
	arrowLeft  = "\ue012"
	arrowRight = "\ue014"
	keyEnd     = "\ue010"
	keyHome    = "\ue011"
)

// A page needs nothing but itself, and is the same each time.
func TestHTMLOfCrashes(t *testing.T) {
	crashes(t, func(t *testing.T, name string, tr *fuzz.Trace) {
		text, err := HTML(name, tr)
		require.NoError(t, err)
		require.NotRegexp(t, `(?i)<link|<img|<iframe|src=|@import|url\((?:[^#])|https?://(?:[^w]|w[^w])`, text)
		require.Less(t, len(text), 200_000)
		again, err := HTML(name, tr)
		require.NoError(t, err)
		require.Equal(t, text, again)
	})
}

// What is written into a page stays text.
func TestHTMLQuotes(t *testing.T) {
	p := parse(t, "# </script><script>alert(1)</script>\nkernel v6.2\nmodel sc\n\ncpu0 fill_balloon\n")
	r := fuzz.NewRunner()
	defer r.Close()
	text, err := HTML("</title><b>", r.Trace(p))
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(text, "<script>"))
	require.NotContains(t, text, "<b>")
}

// shownStep is what the page shows of a step.
type shownStep struct {
	Step    int
	Row     string // what it did, in its lane
	Lane    string
	Now     string // where it did it
	Arrow   []string
	Page    string
	Words   []string
	Collide []string // the word that the slab allocator and compaction both use
}

// walk goes from the first step to the last by the arrow key, and says what is shown at each.
const walk = `(() => {
	const press = key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
	const all = s => [...document.querySelectorAll(s)];
	const steps = [];
	press('Home');
	for (const _ of shown) {
		const row = document.querySelector('.current');
		steps.push({
			step: Number(row.dataset.step), row: row.innerText, lane: row.style.gridColumnStart,
			now: document.querySelector('#now').innerText,
			arrow: all('#arrows path.now').map(p => p.dataset.from),
			page: document.querySelector('#page').selectedOptions[0]?.text ?? '',
			words: all('#words .hex').map(c => c.textContent),
			collide: all('#words tr.collides td').map(c => c.textContent),
		});
		press('ArrowRight');
	}
	return steps;
})()`

// Each crash is stepped through from its first step to its last, and what is shown is held to the run.
func TestPagesInABrowser(t *testing.T) {
	b := newBrowser(t)
	dir := t.TempDir()
	crashes(t, func(t *testing.T, name string, tr *fuzz.Trace) {
		b.t = t
		file := filepath.Join(dir, name+".html")
		text, err := HTML(name, tr)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
		b.open(file)
		require.Zero(t, eval[int](b, "performance.getEntriesByType('resource').length"), "it loads nothing")
		require.Equal(t, len(tr.Program.Calls), eval[int](b, "document.querySelectorAll('#heads > div').length"))
		require.Contains(t, eval[string](b, "document.querySelector('.current').innerText"), "BUG: ", "it begins at the end")

		var events []int
		for _, s := range eval[[]shownStep](b, walk) {
			events = append(events, s.Step)
			checkStep(t, tr, s)
		}
		require.Equal(t, matter(tr), events)
		require.Equal(t, len(events)-1, eval[int](b, "now"), "it ends at the end")
		require.Empty(t, b.errors())
	})
	b.t = t
}

// matter returns the events that the page shows.
func matter(tr *fuzz.Trace) []int {
	var events []int
	for i, matters := range tr.Matters() {
		if matters {
			events = append(events, i)
		}
	}
	return events
}

// checkStep checks what is shown of an event: its row, where it is, what it read, and the page's words.
func checkStep(t *testing.T, tr *fuzz.Trace, s shownStep) {
	i, e := s.Step, &tr.Events()[s.Step]
	want := tr.Text(i)
	if call, ok := tr.Call(i); ok {
		want = call
	} else if e.Kind == sim.EvBug {
		want = "BUG: " + tr.Wrong()
	}
	require.Contains(t, strings.Join(strings.Fields(s.Row), " "), strings.Join(strings.Fields(want), " "))
	require.Equal(t, fmt.Sprint(e.CPU+1), s.Lane, "the lane of its CPU")
	if in := tr.Functions(i); len(in) > 0 {
		require.Contains(t, s.Now, fmt.Sprintf("cpu%d, its step %d, in %s", e.CPU, e.Step, strings.Join(in, " < ")))
	}
	if reads(e) && e.Src >= 0 && tr.Matters()[e.Src] {
		require.Equal(t, []string{fmt.Sprint(e.Src)}, s.Arrow)
	} else {
		require.Empty(t, s.Arrow)
	}

	if s.Page == "" {
		require.Empty(t, s.Words, "no page plays a part")
		return
	}
	var page int
	_, err := fmt.Sscanf(s.Page, "p%d", &page)
	require.NoError(t, err)
	words := tr.PageWords()
	require.Len(t, s.Words, len(words))
	for k, w := range words {
		value := tr.Value(mm.PageAddr(page)+w.Offset, w.Size, i+1)
		require.Equal(t, fmt.Sprintf("%0*x", 2*w.Size, value), s.Words[k], "%s of %s at event %d", w.Page, s.Page, i)
		if w.Page == "mapping" && w.Slab != "" {
			require.Equal(t, []string{"24", w.Slab, "mapping"}, s.Collide[:3])
		}
	}
}

// The rest of what a reader can do: the slider, every access, hovering, links to steps, the copy button; by night and on a
// phone.
func TestControlsInABrowser(t *testing.T) {
	b := newBrowser(t)
	file := filepath.Join(t.TempDir(), "page.html")
	r := fuzz.NewRunner()
	defer r.Close()
	text, err := HTML("v1_counterexample", crash(t, r, "v1_counterexample"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	b.open(file)

	b.click("#slider") // its middle
	middle := eval[int](b, "now")
	require.Greater(t, middle, 3)
	require.Equal(t, fmt.Sprintf("%d of %d", middle+1, eval[int](b, "shown.length")), eval[string](b, "document.querySelector('#count').textContent"))
	b.press(keyEnd, arrowLeft)
	b.click("#forth")
	require.Equal(t, eval[int](b, "shown.length - 1"), eval[int](b, "now"), "with the slider in focus too")

	few := eval[int](b, "shown.length")
	b.click("#all")
	require.Equal(t, eval[int](b, "run.steps.length"), eval[int](b, "shown.length"))
	b.click("#all")
	require.Equal(t, few, eval[int](b, "shown.length"))

	first := eval[int](b, "shown.find(i => run.steps[i].kind === 'store')")
	b.hover(fmt.Sprintf("[data-step='%d'] .text", first))
	require.Contains(t, eval[string](b, "document.querySelector('#now').innerText"), eval[string](b, fmt.Sprintf("run.steps[%d].in.join(' < ')", first)))
	b.click(fmt.Sprintf("[data-step='%d'] .text", first))
	require.Equal(t, first, eval[int](b, "shown[now]"))
	require.Equal(t, fmt.Sprintf("#%d", first), eval[string](b, "location.hash"), "a step has an address")
	b.open(file + fmt.Sprintf("#%d", first))
	require.Equal(t, first, eval[int](b, "shown[now]"))

	b.click("summary")
	b.devtools("Browser.grantPermissions", map[string]any{"permissions": []string{"clipboardReadWrite", "clipboardSanitizedWrite"}})
	b.click("#copy")
	require.Eventually(t, func() bool { return eval[string](b, "document.querySelector('#copy').textContent") == "copied" }, 5e9, 2e7)
	copied := eval[string](b, "navigator.clipboard.readText()")
	_, err = fuzz.Parse(copied)
	require.NoError(t, err, copied)
	require.Contains(t, copied, "-- trace --")

	day := eval[string](b, "getComputedStyle(document.body).backgroundColor")
	b.devtools("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]string{"name": "prefers-color-scheme", "value": "dark"}}})
	night := eval[string](b, "getComputedStyle(document.body).backgroundColor")
	require.Equal(t, "rgb(255, 255, 255)", day)
	require.Regexp(t, regexp.MustCompile(`^rgb\(\d\d, \d\d, \d\d\)$`), night)

	b.devtools("Emulation.setDeviceMetricsOverride", map[string]any{"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true})
	b.open(file)
	require.LessOrEqual(t, eval[int](b, "document.documentElement.scrollWidth"), 390, "nothing is wider than a phone")
	b.press(keyHome, arrowRight, arrowRight, arrowRight, arrowRight, arrowRight, arrowRight, arrowRight, arrowRight)
	require.True(t, eval[bool](b, `(() => {
		const c = document.querySelector('.current').getBoundingClientRect();
		return c.top >= document.querySelector('#heads').getBoundingClientRect().bottom - 1 &&
			c.bottom <= document.querySelector('aside').getBoundingClientRect().top + 1;
	})()`), "the step is in sight")
	require.Empty(t, b.errors())
}

// A run in which nothing matters, or no page is used, is shown as far as there is something to show.
func TestPagesWithLittleInABrowser(t *testing.T) {
	b := newBrowser(t)
	r := fuzz.NewRunner()
	defer r.Close()
	for name, test := range map[string]struct {
		program string
		shown   string
	}{
		"no call":   {"", "no steps"},
		"no page":   {"cpu0 synchronize_rcu\ncpu1 synchronize_rcu\n", "6 of 6"},
		"eight":     {"cpu0 alloc_pages o0 q0\ncpu7 put_page q0\n", "18 of 18"},
		"no events": {"cpu0 put_page q0\n", "1 of 1"},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			text, err := HTML(name, r.Trace(parse(t, "kernel v6.2\nmodel sc\n\n"+test.program)))
			require.NoError(t, err)
			file := filepath.Join(t.TempDir(), "page.html")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
			b.open(file)
			b.press(arrowLeft, arrowRight, keyHome)
			b.click("#all")
			b.press(arrowLeft, arrowRight, keyEnd)
			b.click("#all")
			require.Equal(t, test.shown, eval[string](b, "document.querySelector('#count').textContent"))
			require.Empty(t, b.errors())
		})
	}
	b.t = t
}
