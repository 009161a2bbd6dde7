package format

import (
	"bytes"
	"regexp"
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

// FuzzYAML holds what the library can read against it.
func FuzzYAML(f *testing.F) {
	for _, tt := range yamlTests {
		text, _ := unmark(tt.text)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var got []Entry
		for _, e := range checkPromises(t, YAML, text) {
			e.Tag = "" // the library resolves it
			if !e.Comment {
				got = append(got, e)
			}
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
