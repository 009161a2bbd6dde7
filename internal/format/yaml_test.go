package format

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// yamlEntries reads a text, and copies what is valid only until the next entry.
func yamlEntries(text string) []Entry {
	var entries []Entry
	for e := range YAML([]byte(text)) {
		e.Path = slices.Clone(e.Path)
		entries = append(entries, e)
	}
	return entries
}

// yamlReference has a text's entries as the YAML library sees them. It doesn't tell
// where values end, and of blocks only where their header is.
func yamlReference(text string) ([]Entry, error) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var entries []Entry
	for document := 0; ; document++ {
		var root yaml.Node
		if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
			return entries, nil
		} else if err != nil {
			return nil, err
		}
		w := yamlWalk{text: text, lines: yamlLines(text), document: document}
		w.walk(root.Content[0], nil)
		entries = append(entries, w.entries...)
	}
}

type yamlWalk struct {
	text     string
	lines    []int // where they begin
	document int
	entries  []Entry
}

func yamlLines(text string) []int {
	lines := []int{0}
	for i := range len(text) {
		if text[i] == '\n' || text[i] == '\r' && !strings.HasPrefix(text[i+1:], "\n") {
			lines = append(lines, i+1)
		}
	}
	return lines
}

func (w *yamlWalk) walk(n *yaml.Node, path []string) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			name := "?"
			switch key := n.Content[i]; key.Kind {
			case yaml.ScalarNode:
				name = key.Value
			case yaml.AliasNode:
				name = "*" + key.Value
			}
			w.walk(n.Content[i+1], append(path, name))
		}
	case yaml.SequenceNode:
		for i, element := range n.Content {
			w.walk(element, append(path, strconv.Itoa(i)))
		}
	case yaml.ScalarNode:
		e := Entry{Path: slices.Clone(path), Value: n.Value, Start: w.start(n), Document: w.document}
		switch {
		case n.Style&yaml.DoubleQuotedStyle != 0:
			e.Style = Quoted
		case n.Style&yaml.SingleQuotedStyle != 0:
			e.Style = Literal
		case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
			e.Style = Block
		}
		if n.Style&yaml.TaggedStyle != 0 {
			e.Tag = n.Tag
		}
		if len(path) > 0 && (n.Value != "" || e.Style == Quoted || e.Style == Literal) {
			w.entries = append(w.entries, e)
		}
	}
}

var yamlProperties = regexp.MustCompile(`^(?:[&!][^\s,\[\]{}]*(?:\s+(?:#.*\n\s*)*|$))+`)

// start gives where a node is without its properties and its opening quote.
func (w *yamlWalk) start(n *yaml.Node) int {
	p := w.lines[n.Line-1]
	if n.Line == 1 {
		p += len(w.text) - len(strings.TrimPrefix(w.text, "\ufeff"))
	}
	for range n.Column - 1 {
		_, size := utf8.DecodeRuneInString(w.text[p:])
		p += size
	}
	p += len(yamlProperties.FindString(w.text[p:]))
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		p++
	}
	return p
}

// TestYAML has what is to be seen in a text: each value in the text is marked with «»,
// which are no part of it.
func TestYAML(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_ = tt
		})
	}
}

func yamlDiff(text string, got, want []Entry) string {
	for i := range got {
		got[i].End = 0
	}
	for i := range min(len(got), len(want)) {
		if want[i].Style == Block {
			got[i].Start, want[i].Start = 0, 0
		}
	}
	return cmp.Diff(want, got)
}

// trees draws a document as the library's nodes.
var yamlTrees = rapid.Custom(func(t *rapid.T) *yaml.Node { return drawTree(t, 0) })

var yamlTexts = rapid.OneOf(
	rapid.StringMatching(`[a-z]{1,6}`),
	rapid.StringMatching(`[ -~]{0,12}`),
	rapid.StringOfN(rapid.SampledFrom([]rune(" \n\t#:-?,[]{}'\"\\&*!|>%@aé€😀=")), 0, 12, -1),
	rapid.String().Filter(func(s string) bool { return !strings.ContainsAny(s, yamlOldBreaks) }),
)

// yamlOldBreaks end lines for the library, as they did in YAML 1.1.
const yamlOldBreaks = "\u0085\u2028\u2029"


func drawTree(t *rapid.T, depth int) *yaml.Node {
	kinds := []yaml.Kind{yaml.ScalarNode, yaml.MappingNode, yaml.SequenceNode}
	n := &yaml.Node{Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
	if depth == 0 {
		n.Kind = yaml.MappingNode
	} else if depth > 4 {
		n.Kind = yaml.ScalarNode
	}
	if n.Kind == yaml.ScalarNode {
		n.Value = yamlTexts.Draw(t, "value")
		n.Style = rapid.SampledFrom([]yaml.Style{0, yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle, yaml.LiteralStyle, yaml.FoldedStyle}).Draw(t, "style")
		n.Tag = rapid.SampledFrom([]string{"!!str", "!!str", "!!str", "!vault"}).Draw(t, "tag")
		return n
	}
	if rapid.IntRange(0, 5).Draw(t, "flow") == 0 {
		n.Style = yaml.FlowStyle
	}
	for range rapid.IntRange(0, 4).Draw(t, "size") {
		if n.Kind == yaml.MappingNode {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: yamlTexts.Draw(t, "key")})
		}
		n.Content = append(n.Content, drawTree(t, depth+1))
	}
	return n
}

// What the library writes is read as the library reads it.
func TestYAMLReadsWhatTheLibraryWrites(t *testing.T) {
	read := 0
	rapid.Check(t, func(t *rapid.T) {
		var text bytes.Buffer
		encoder := yaml.NewEncoder(&text)
		encoder.SetIndent(rapid.IntRange(2, 5).Draw(t, "indent"))
		for range rapid.IntRange(1, 2).Draw(t, "documents") {
			if err := encoder.Encode(yamlTrees.Draw(t, "tree")); err != nil {
				t.Skip(err)
			}
		}
		want, err := yamlReference(text.String())
		if err != nil {
			t.Skip(err)
		}
		read++
		if diff := yamlDiff(text.String(), yamlEntries(text.String()), want); diff != "" {
			t.Fatalf("(-want +got):\n%s\n%s\n%q", diff, text.String(), text.String())
		}
	})
	if read < 50 {
		t.Errorf("read only %d documents", read)
	}
	fmt.Println(read)
}
