package sim_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every litmus test that doc.go names is there; their verdicts are held by the
// tests that run them.
func TestDocNamesLitmusTests(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	text := strings.ReplaceAll(string(doc), "\n//", "")
	lists := regexp.MustCompile(`\[([^\]]+)\]`).FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, lists)
	for _, list := range lists {
		for _, name := range strings.Split(list[1], ",") {
			name = strings.TrimPrefix(strings.TrimSpace(name), "not ")
			if strings.Contains(name, " ") {
				continue // prose
			}
			require.FileExists(t, "testdata/litmus/"+name+".litmus")
		}
	}
}
