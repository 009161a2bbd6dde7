package format

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

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
		if w.odd != "" {
			return nil, errors.New(w.odd)
		}
		entries = append(entries, w.entries...)
	}
}

type yamlWalk struct {
	text     string
	lines    []int // where they begin
	document int
	entries  []Entry
	odd      string // what there is that isn't YAML, or not read as the library does
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
			key := n.Content[i]
			name := key.Value
			switch key.Kind {
			case yaml.AliasNode:
				name = "*" + name
			case yaml.MappingNode, yaml.SequenceNode:
				w.odd = "a key is a collection"
			case yaml.ScalarNode:
				if name == "" && key.Style == 0 {
					w.odd = "a key is missing"
				}
			}
			w.inside(n, n.Content[i+1], append(path, name))
		}
	case yaml.SequenceNode:
		for i, element := range n.Content {
			w.inside(n, element, append(path, strconv.Itoa(i)))
		}
	case yaml.ScalarNode:
		e := Entry{Path: slices.Clone(path), Value: n.Value, Document: w.document}
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
			e.Start = w.start(n)
			w.entries = append(w.entries, e)
		}
	}
}

// inside walks what is in a collection.
func (w *yamlWalk) inside(n, child *yaml.Node, path []string) {
	lone := child.Kind == yaml.ScalarNode || child.Style&yaml.FlowStyle != 0
	if n.Style&yaml.FlowStyle == 0 && lone && child.Line > n.Line && child.Column <= n.Column {
		w.odd = "a value isn't indented"
	}
	if len(path) > maxDepth {
		w.odd = "too deep"
	}
	w.walk(child, path)
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

var yamlTests = []readerTest{
	{"nothing", "", nil},
	{"a mapping", "a: «b»\nc : «d e»  \n", []string{"a=b", "c=d e"}},
	{"no last newline", "a: «b»", []string{"a=b"}},
	{"without values", "a:\nb: # c\n-\nd: []\ne: {}", nil},
	{"only a scalar", "a", nil},
	{"mappings inside", "a:\n  b:\n    c: «d»\n  e: «f»\ng: «h»\n", []string{"a|b|c=d", "a|e=f", "g=h"}},
	{"a sequence", "- «a»\n-  «b»\n", []string{"0=a", "1=b"}},
	{"sequences in sequences", "- - «a»\n  - «b»\n-\n  - «c»\n", []string{"0|0=a", "0|1=b", "1|0=c"}},
	{"mappings in a sequence", "a:\n  - b: «c»\n    d: «e»\n  - b: «f»\n", []string{"a|0|b=c", "a|0|d=e", "a|1|b=f"}},
	{"a sequence below its key", "a:\n- «b»\n- c: «d»\ne: «f»\n", []string{"a|0=b", "a|1|c=d", "e=f"}},
	{"a mapping after a sequence", "- a:\n  - «b»\n  c: «d»\n", []string{"0|a|0=b", "0|c=d"}},
	{"colons", "a:b: «c:d»\nurl: «http://h:1/»\n", []string{"a:b=c:d", "url=http://h:1/"}},
	{"comments", "a: «b» # c\n# d\ne: «f#g»\n", []string{"a=b", "e=f#g"}},
	{"quotes", `a: "«b \"c\" \u00e9\x21»"` + "\nd: '«it''s # e»' # f\ng: \"«»\"\n",
		[]string{`a="b "c" é!"`, "d='it's # e'", `g=""`}},
	{"quoted keys", `"a: b": «c»` + "\n'd''e' : '«f»'\n", []string{"a: b=c", "d'e='f'"}},
	{"JSON's escapes", `{"a":"«\/\ud83d\ude00»"}`, []string{`a="/😀"`}},
	{"what is no escape", `a: "«\q\x4»"`, []string{`a="\q\x4"`}},
	{"values of several lines", "a: «b\n  c\n\n  d»\ne: \"«f\n\n  g \\\n  h»\"\ni: '«j\n  k»'\nl:\n  «m\n  n»\n",
		[]string{"a=b c\nd", "e=\"f\ng h\"", "i='j k'", "l=m n"}},
	{"a literal block", "a: |\n  «b\n    c # d\n\n  e\n»\nf: «g»\n", []string{"a=>b\n  c # d\n\ne\n", "f=g"}},
	{"a folded block", "a: >\n  «b\n  c\n\n  d\n   e\n  f\n»g: «h»\n", []string{"a=>b c\nd\n e\nf\n", "g=h"}},
	{"blocks that keep what follows, or don't", "a: |-\n  «b»\n\nc: |+\n  «d\n\n»e: >2-\n  «  f»\n",
		[]string{"a=>b", "c=>d\n\n", "e=>  f"}},
	{"a block in a sequence", "- |\n «a: b\n»- c: |\n    «d\n»", []string{"0=>a: b\n", "1|c=>d\n"}},
	{"a block at the end", "a: |\n  «b»", []string{"a=>b"}},
	{"a block of nothing", "a: |\n\nb: «c»", []string{"b=c"}},
	{"flow", "a: {b: «c», d: [«e», «f g», {h: «i»}], j: '«k»', l}\nm: «n»\n",
		[]string{"a|b=c", "a|d|0=e", "a|d|1=f g", "a|d|2|h=i", "a|j='k'", "m=n"}},
	{"flow of several lines", "a: [\n  «b», # c\n  \"«d»\"\n]\ne: «f»\n", []string{"a|0=b", `a|1="d"`, "e=f"}},
	{"JSON", "{\n\t\"a\": {\"b\":«1»},\n\t\"c\": [\"«d»\", [], {}]\n}\n", []string{"a|b=1", `c|0="d"`}},
	{"pairs in brackets", "[a: «b», «c», d: {e: «f»}]", []string{"0|a=b", "1=c", "2|d|e=f"}},
	{"anchors and aliases", "a: &x «b»\nc: *x\nd: &y\n  e: «f»\ng:\n  <<: *y\n  h: «i»\nj: [*x, &z «k»]\n",
		[]string{"a=b", "d|e=f", "g|h=i", "j|1=k"}},
	{"an anchor with a colon", "- &a:\n  b: «c»\n", []string{"0|b=c"}},
	{"no aliases", "a: «*.js»\nb: «&»\n", []string{"a=*.js", "b=&"}},
	{"tags", "a: !vault |\n  «b\n»c: !!str «d»\ne: &x !t '«f»'\ng: !t\n  «h»\ni: !t\n  j: «k»\n!t l: «m»\nn: !t [«o», !u «p»]\n",
		[]string{"a=!vault >b\n", "c=!!str d", "e=!t 'f'", "g=!t h", "i|j=k", "l=m", "n|0=o", "n|1=!u p"}},
	{"explicit keys", "? a\n: «b»\n? |\n  c\n: - «d»\n  - e: «f»\n? [g]\n: «h»\n",
		[]string{"a=b", "c\n|0=d", "c\n|1|e=f", "?=h"}},
	{"documents", "%YAML 1.2\n---\na: «b»\n--- # c\nd: «e»\n...\n# f: «g»\n---\n[«h»]\n",
		[]string{"a=b", "1: d=e", "2: #f=g", "2: 0=h"}},
	{"carriage returns", "\ufeffa: «b»\r\nc: |\r\n  «d\r\n  e\r\n»f:\r\n- «g\r\n\r\n  h»\r\n",
		[]string{"a=b", "c=>d\ne\n", "f|0=g\nh"}},
	{"old carriage returns", "a: «b»\rc: «d»\r", []string{"a=b", "c=d"}},
	{"tabs", "a:\t«b»\t# c\n-\t«d»\n", []string{"a=b", "a|0=d"}},

	{"commented out", "a:\n  # b: «c» # d\n  e: «f»\n  #g: '«h»'\n#i: «j»\n#  k: «l»\n",
		[]string{"#a|b=c", "a|e=f", "#a|g='h'", "#i=j", "#a|k=l"}},
	{"commented out where it isn't clear", "a: «b»\n      # c: «d»\n# - e: «f»\n", []string{"a=b", "#c=d", "#e=f"}},
	{"commented out and of several lines", "# a: [«b»,\n# c]\n# d: \"«e»\n# f: |\n#   g\n", []string{"#a|0=b", `#d="e"`}},
	{"no more than comments", "# what is: this\n# http://h\n#\n## a: b\n# c:\n", nil},
	{"a comment that changes nothing", "a: !t\n  # b: «c»\n  «d»\n", []string{"#a|b=c", "a=!t d"}},

	{"Helm", "a:\n{{- if .Values.x }}\n  b: «c»\n  {{- with .y }}\n  d: «{{ .z | quote }}» # e\n  f: «{{ .a | default \"b # c\" }}-x»\n  {{ end }} {{/* g */}}\n{{- end }}\nh: «i»\n",
		[]string{"a|b=c", "a|d={{ .z | quote }}", `a|f={{ .a | default "b # c" }}-x`, "h=i"}},
	{"a template's comment", "{{- /*\n a: b\n*/}}\nc: «d»\n", []string{"c=d"}},
	{"a template in a key", "{{ .a }}-b: «c»\n", []string{"{{ .a }}-b=c"}},
	{"a template in flow", "a: [«{{ b }}», {c: «{{ d }}»}]\n", []string{"a|0={{ b }}", "a|1|c={{ d }}"}},
	{"a directive below a value", "a: «b»\n  {{- if c }}\n  d: «e»\n", []string{"a=b", "a|d=e"}},
	{"Jinja", "{% if a %}\n{# b: c #}\nd: «{% raw %}e{% endraw %}»\n{%- endif -%}\n% for f\n", []string{"d={% raw %}e{% endraw %}"}},
	{"ERB", "<% if a %>\nb: «<%= ENV[\"c\"] || 'd # e' %>»\n<% end %>\n<%# f: g %>\n", []string{`b=<%= ENV["c"] || 'd # e' %>`}},
	{"a template that isn't closed", "{{ a\nb: «c»\n{{ d\ne: «f»\n", []string{"b=c", "e=f"}},

	{"colons in a value", "a: «b: c»\nd: «- e»\n", []string{"a=b: c", "d=- e"}},
	{"what can't begin a value", "a: «@b»\nc: «%d»\ne: «`f`»\ng: «>=1»\nh: «|i»\n",
		[]string{"a=@b", "c=%d", "e=`f`", "g=>=1", "h=|i"}},
	{"a quote that isn't closed", "a: \"«b»\nc: «d»\ne: '«f»\n  g: «h»\ni: «j»\n",
		[]string{`a="b"`, "c=d", "e='f'", "e|g=h", "i=j"}},
	{"a quote that is closed where it shouldn't", "a: \"«b\nc»\"\nd: «e»\n", []string{`a="b c"`, "d=e"}},
	{"brackets that aren't closed", "a: [«b», {c: «d»\ne: «f»\ng: [\n- h: «i»\n", []string{"a|0=b", "a|1|c=d", "e=f", "g|0|h=i"}},
	{"brackets that nothing opened", "a: «b»\n}\n]\n  },\nc: «d»\n", []string{"a=b", "c=d"}},
	{"brackets that don't match", "a: [«b»}\nc: «d»\n", []string{"a|0=b", "c=d"}},
	{"a document in brackets that aren't closed", "a: [«b»,\n---\nc: «d»\n", []string{"a|0=b", "1: c=d"}},
	{"no commas", "{\"a\": «1»\n\"b\": «2»}", []string{"a=1", "b=2"}},
	{"lines that say nothing", "a: «b»\nwhat is this\n<<<<<<< HEAD\n  c: «d»\n=======\n  c: «e»\n>>>>>>> f\ng: «h»\n",
		[]string{"a=b", "a|c=d", "a|c=e", "g=h"}},
	{"indentation between two others", "a:\n    b: «c»\n  d: «e»\n", []string{"a|b=c", "a|d=e"}},
	{"indentation with tabs", "a:\n\tb: «c»\n\td:\n\t\te: «f»\n", []string{"a|b=c", "a|d|e=f"}},
	{"a value below a value", "a: «b»\n  c: «d»\n", []string{"a=b", "a|c=d"}},
}

func yamlDiff(got, want []Entry) string {
	for i := range got {
		got[i].End = 0
	}
	for i := range min(len(got), len(want)) {
		if want[i].Style == Block {
			got[i].Start, want[i].Start = 0, 0
		}
	}
	return cmp.Diff(want, got, cmpopts.EquateEmpty())
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
	drawn, read := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		drawn++
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
		if diff := yamlDiff(checkPromises(t, YAML, text.Bytes()), want); diff != "" {
			t.Fatalf("(-want +got):\n%s\n%s\n%q", diff, text.String(), text.String())
		}
	})
	if read < drawn/2 {
		t.Errorf("read only %d of %d", read, drawn)
	}
}
