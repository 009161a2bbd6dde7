package format

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// yamlOwn has what the reader sees otherwise than the library, or the library otherwise
// than the specification.
var yamlOwn = regexp.MustCompile(strings.Join([]string{
	`\{\{|\{%|\{#|<%`,          // templates
	`[\x{85}\x{2028}\x{2029}]`, // what ended lines in YAML 1.1
	`[&*]|!\S*[,\[\]{}]`,       // anchors and tags
	`(?s)[\[{].*[?:]`,          // colons in brackets that aren't followed by a space
	`[|>][-+0-9]*#`,            // a comment without a space before it
}, "|"))

func FuzzYAML(f *testing.F) {
	for _, seed := range []string{
		"a: b\nc:\n  - d: e # f\n  - 'g'\n",
		"a: |\n  b\n  c\nd: >-\n  e\n\n  f\n",
		"a: {b: c, d: [e, f]}\n",
		`{"a": {"b": "c\n\u00e9"}}`,
		"--- !t\na: &x b\n? c\n: *x\n...\n",
		"# a: b\na:\n{{- if .b }}\n  c: \"{{ d }}\"\n{{ end }}\n",
		"a: \"b\nc: 'd\ne: [f\n",
		"\ufeffa:\r\n- b\r\n-\tc\r\n",
		strings.Repeat("- ", 150) + "a\n" + strings.Repeat("[", 150) + "b" + strings.Repeat("]", 150),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		var got []Entry
		end := 0
		for e := range YAML(text) {
			if len(e.Path) == 0 || len(e.Path) > maxDepth {
				t.Fatalf("a path of %d names", len(e.Path))
			}
			if e.Start < end || e.End < e.Start || e.End > len(text) {
				t.Fatalf("%v at [%d, %d) of %d, behind %d", e, e.Start, e.End, len(text), end)
			}
			end = e.End
			e.Path = slices.Clone(e.Path)
			e.Tag = "" // the library resolves it
			if !e.Comment {
				got = append(got, e)
			}
		}
		if !bytes.Equal(text, before) {
			t.Fatal("the text has been changed")
		}
		if !utf8.Valid(text) || yamlOwn.Match(text) {
			return
		}
		want, err := yamlReference(string(text))
		if err != nil {
			return
		}
		for i := range want {
			want[i].Tag = ""
			if yamlOpen(text, want[i]) {
				return // the library takes any line that follows for a part of it
			}
		}
		if diff := yamlDiff(got, want); diff != "" {
			t.Fatalf("(-want +got):\n%s\n%s", diff, text)
		}
	})
}

// yamlOpen says whether a value in quotes goes on in the next line.
func yamlOpen(text []byte, e Entry) bool {
	if e.Style != Quoted && e.Style != Literal {
		return false
	}
	line := text[e.Start:]
	if end := bytes.IndexAny(line, "\r\n"); end >= 0 {
		line = line[:end]
	}
	return bytes.IndexByte(line, text[e.Start-1]) < 0
}
