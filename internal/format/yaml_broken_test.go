package format

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

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
		for _, e := range yamlEntries(text.String()) {
			if strings.HasPrefix(e.Name(), "key") {
				got = append(got, e)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s\n%s", diff, text.String())
		}
	})
}

func TestYAMLStopsWhenAsked(t *testing.T) {
	text := []byte("a: b\n# c: [d, e]\nf: [g, {h: i}]\nj: |\n  k\n")
	for most := range 7 {
		n := 0
		for range YAML(text) {
			if n++; n > most {
				break
			}
		}
		if want := min(most+1, 6); n != want {
			t.Errorf("got %d entries, want %d", n, want)
		}
	}
}

// What lies too deep is read as if it lay at the last level, and what follows isn't
// drawn in.
func TestYAMLDepth(t *testing.T) {
	lines := "a:\n"
	for i := range 300 {
		lines += strings.Repeat(" ", i+3) + "a:\n"
	}
	deep := []string{
		strings.Repeat("- ", 300) + "x\n",
		strings.Repeat("[", 300) + "x" + strings.Repeat("]", 300) + "\n",
		strings.Repeat("{a: ", 300) + "x" + strings.Repeat("}", 300) + "\n",
		lines + strings.Repeat(" ", 303) + "x\n",
	}
	for _, inside := range deep {
		text := "- a: b\n- " + inside + "- c: d\n"
		entries := yamlEntries(text)
		for _, e := range entries {
			if len(e.Path) > maxDepth {
				t.Errorf("%d levels", len(e.Path))
			}
		}
		if !slices.ContainsFunc(entries, func(e Entry) bool { return e.Value == "x" && len(e.Path) == maxDepth }) {
			t.Errorf("%.20q hides the value in it", inside)
		}
		if last := entries[len(entries)-1]; last.Value != "d" || len(last.Path) != 2 {
			t.Errorf("%.20q: got %s for the last entry", inside, yamlLine(last))
		}
	}
}

// No text takes long, whatever it opens and never closes.
func TestYAMLTime(t *testing.T) {
	units := []string{
		"- ", "? ", ": ", "[", "{", "{{", "{{\n", "a: {{\n", "<%", "{%", "'", "\"", "a: \"\n", "a: 'b\n", "\"\\", " - 'x\n",
		"\n", "\r", " ", "\t", "a: b\n\n", "#", "# a: b\n", "!a ", "&a ", "a: |\n", "- |\n \n", "[a: ", "{a: ", "[a\n", "{a\n",
		",", "{{,", "--- ", "---\n", "a ", "a:", "a: b: ", "{{}}", "a: b\n ", "a: [\n b\n",
	}
	for _, unit := range units {
		for _, before := range []string{"", "a: ", "[", "'", "a: \"", "a: |\n "} {
			text := before + strings.Repeat(unit, 1<<18/len(unit))
			start := time.Now()
			for range YAML([]byte(text)) {
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%q and then many of %q took %s", before, unit, took)
			}
		}
	}
}
