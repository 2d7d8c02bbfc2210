package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// browser is a headless Chromium, driven by the WebDriver protocol.
type browser struct {
	t       *testing.T
	session string
}

const elementKey = "element-6066-11e4-a52e-4f735466cecf" // the protocol's name for a reference to an element

// newBrowser starts a browser, and skips the test where there is none.
func newBrowser(t *testing.T) *browser {
	driver, err := exec.LookPath("chromedriver")
	if err != nil {
		t.Skip("no chromedriver in PATH: apt-get install chromium-driver, or another package that has it, runs this test")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	require.NoError(t, l.Close())
	temp, err := os.MkdirTemp("", "mmfuzz-browser-*") // the browser leaves files behind
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(temp) })
	cmd := exec.Command(driver, fmt.Sprintf("--port=%d", port))
	cmd.Env = append(os.Environ(), "TMPDIR="+temp)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // which ends the browser as well
		_ = cmd.Wait()
	})

	b := &browser{t: t}
	driverURL := fmt.Sprintf("http://127.0.0.1:%d", port)
	require.Eventually(t, func() bool {
		r, err := http.Get(driverURL + "/status")
		if err != nil {
			return false
		}
		return r.Body.Close() == nil
	}, 30*time.Second, 20*time.Millisecond)
	b.session = driverURL
	var s struct{ SessionID string }
	b.begin("/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"goog:loggingPrefs": map[string]string{"browser": "ALL"},
		"goog:chromeOptions": map[string]any{
			"args": []string{"--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1300,900"}},
	}}}, &s)
	b.session = driverURL + "/session/" + s.SessionID
	t.Cleanup(func() {
		request, err := http.NewRequest(http.MethodDelete, b.session, nil)
		require.NoError(t, err)
		r, err := client.Do(request)
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
	})
	return b
}

// client waits as long as a busy machine may take.
var client = http.Client{Timeout: 2 * time.Minute}

// begin is call, but skips the test if there is a driver and no browser.
func (b *browser) begin(command string, arguments, result any) {
	b.t.Helper()
	status, value := b.post(command, arguments)
	if strings.Contains(string(value), "cannot find Chrome binary") || strings.Contains(string(value), "no chrome binary") {
		b.t.Skip("chromedriver finds no browser: apt-get install chromium, or another package that has it, runs this test")
	}
	require.Equal(b.t, http.StatusOK, status, "%s", value)
	require.NoError(b.t, json.Unmarshal(value, result), "%s", value)
}

// post posts a command.
func (b *browser) post(command string, arguments any) (status int, value json.RawMessage) {
	b.t.Helper()
	body, err := json.Marshal(arguments)
	require.NoError(b.t, err)
	r, err := client.Post(b.session+command, "application/json", bytes.NewReader(body))
	require.NoError(b.t, err)
	defer r.Body.Close()
	var answer struct{ Value json.RawMessage }
	require.NoError(b.t, json.NewDecoder(r.Body).Decode(&answer))
	return r.StatusCode, answer.Value
}

// call posts a command, and puts the answer into result if that is not nil.
func (b *browser) call(command string, arguments, result any) {
	b.t.Helper()
	status, value := b.post(command, arguments)
	require.Equal(b.t, http.StatusOK, status, "%s: %s", command, value)
	if result != nil {
		require.NoError(b.t, json.Unmarshal(value, result), "%s", value)
	}
}

// open shows a file.
func (b *browser) open(file string) {
	b.t.Helper()
	b.call("/url", map[string]string{"url": "file://" + file}, nil)
}

// eval returns what an expression is in the page.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	var result T
	b.call("/execute/sync", map[string]any{"script": "return " + expression, "args": []any{}}, &result)
	return result
}

// press presses keys, one after the other.
func (b *browser) press(keys ...string) {
	b.t.Helper()
	var actions []map[string]any
	for _, key := range keys {
		actions = append(actions, map[string]any{"type": "keyDown", "value": key}, map[string]any{"type": "keyUp", "value": key})
	}
	b.call("/actions", map[string]any{"actions": []any{map[string]any{"type": "key", "id": "keys", "actions": actions}}}, nil)
}

// element returns a reference to what a CSS selector finds.
func (b *browser) element(selector string) map[string]string {
	b.t.Helper()
	var e map[string]string
	b.call("/element", map[string]string{"using": "css selector", "value": selector}, &e)
	return e
}

func (b *browser) click(selector string) {
	b.t.Helper()
	b.call("/element/"+b.element(selector)[elementKey]+"/click", map[string]any{}, nil)
}

// hover moves the mouse there.
func (b *browser) hover(selector string) {
	b.t.Helper()
	b.call("/actions", map[string]any{"actions": []any{map[string]any{
		"type": "pointer", "id": "mouse", "parameters": map[string]string{"pointerType": "mouse"},
		"actions": []any{map[string]any{"type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": b.element(selector)}},
	}}}, nil)
}

// devtools sends a command of the DevTools protocol.
func (b *browser) devtools(command string, parameters map[string]any) {
	b.t.Helper()
	b.call("/goog/cdp/execute", map[string]any{"cmd": command, "params": parameters}, nil)
}

// errors returns what the console has of errors and warnings since the last call.
func (b *browser) errors() []string {
	b.t.Helper()
	var log []struct{ Level, Message string }
	b.call("/se/log", map[string]string{"type": "browser"}, &log)
	var messages []string
	for _, l := range log {
		messages = append(messages, l.Level+" "+l.Message)
	}
	return messages
}
