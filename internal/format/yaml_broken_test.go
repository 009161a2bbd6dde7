package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Lines that are no YAML, or begin what is never ended, don't hide those around them.
func TestYAMLGoesOn(t *testing.T) {
	junk := []string{
		"{{ if .a }}", "{{- end -}}", "{{ x", "{% if a %}", "{% x", "{# b: c #}", "{# b", "<% if a %>", "<%= b", "% c",
		`"`, "'d", `e: "f`, "g: 'h", `- "i`, `"j: k`, "l: [", "m: {n: [o, {", "[", "{", "- [p", "]", "},", "q: ]",
		"r: |", "s: >-", "  u: 'v", "w", ": x", "? y", "? [", "!z", "&a", "*b", "@c", "`", "\t", "-", "--", "<<<<<<< d",
		"e: - f: - g", "\x00", "\xff: \xfe", "#", "# h: [", "\r",
	}
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		var want []Entry
		for i := range rapid.IntRange(1, 10).Draw(t, "assignments") {
			key, value := fmt.Sprintf("key%d", i), fmt.Sprintf("value%d", i)
			start := text.Len() + len(key) + len(": ")
			want = append(want, Entry{Path: []string{key}, Value: value, Start: start, End: start + len(value)})
			fmt.Fprintf(&text, "%s: %s\n", key, value)
			for range rapid.IntRange(0, 3).Draw(t, "lines") {
				text.WriteString(rapid.SampledFrom(junk).Draw(t, "line") + "\n")
			}
		}
		var got []Entry
		for _, e := range checkPromises(t, YAML, []byte(text.String())) {
			if strings.HasPrefix(e.Name(), "key") {
				got = append(got, e)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s\n%s", diff, text.String())
		}
	})
}
