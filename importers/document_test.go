package importers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"
)

// leaves gives the scalars of trees, by path.
func leaves(documents []*node) map[string]string {
	all := make(map[string]string)
	var walk func(path string, n *node)
	walk = func(path string, n *node) {
		for _, c := range n.nodes {
			at := path + "/" + c.name
			if c.scalar {
				all[at] = c.value
			}
			walk(at, c)
		}
	}
	for i, n := range documents {
		walk(strconv.Itoa(i), n)
	}
	return all
}

// parsed gives the scalars of what a parser gives.
func parsed(all map[string]string, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, c := range v {
			parsed(all, path+"/"+name, c)
		}
	case []any:
		for i, c := range v {
			parsed(all, path+"/"+strconv.Itoa(i), c)
		}
	case nil:
		all[path] = "null"
	case string:
		all[path] = v
	case json.Number:
		all[path] = v.String()
	default:
		all[path] = other
	}
}

// other stands for a number, a time or the like, which may be written in several ways.
const other = "\x00other"

func parsedYAML(all map[string]string, path string, n *yaml.Node) {
	switch n.Kind {
	case yaml.DocumentNode:
		parsedYAML(all, path, n.Content[0])
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			parsedYAML(all, path+"/"+n.Content[i].Value, n.Content[i+1])
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			parsedYAML(all, path+"/"+strconv.Itoa(i), c)
		}
	default:
		if strings.Contains(path, "/") { // else it is a document, and has no name
			all[path] = n.Value
		}
	}
}

func jsonLeaves(text []byte) (map[string]string, error) {
	all := make(map[string]string)
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	for i := 0; ; i++ {
		var value any
		switch err := dec.Decode(&value); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		parsed(all, strconv.Itoa(i), value)
	}
}

func yamlLeaves(text []byte) (map[string]string, error) {
	all := make(map[string]string)
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for i := 0; ; i++ {
		var n yaml.Node
		switch err := dec.Decode(&n); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		var whole any
		if err := n.Decode(&whole); err != nil { // such as a key that is there twice
			return nil, err
		}
		parsedYAML(all, strconv.Itoa(i), &n)
	}
}

// FuzzDocuments reads a text as JSON, YAML and TOML. What isn't refused is what a parser
// of the format gives; of YAML more is read than one takes.
func FuzzDocuments(f *testing.F) {
	for _, text := range []string{
		`{"a": {"b": ["c", 1, null, {"d": "\u00e9\n"}]}} {"e": ""}`, `[["a"], {"b": true}]`,
		"a: b\nc:\n  - d: 'e'\n    f: \"g\\n\"\n  - [h, {i: j}]\nk: |\n  l\n  m\n---\nn: >-\n  o\n  p\n", "a: b # c\n\"d e\": f\n",
		"a = 'b'\n[c.d]\ne = \"f\\n\"\n[[g]]\nh = 1\n[[g]]\nh = [1, 2]\ni = {j = 'k'}\n", "a: {b: c,\n  d: e}\nf: g\n  h\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		const most = 1 << 12
		if len(text) > most || !bytes.Equal(bytes.ToValidUTF8(text, nil), text) {
			return
		}
		same := func(what string, documents []*node, want map[string]string) {
			t.Helper()
			got := leaves(documents)
			for _, all := range []map[string]string{got, want} { // what is empty isn't imported
				maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
			}
			for path, value := range want {
				if written, ok := got[path]; ok && value == other {
					want[path] = written
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-parser +got):\n%s", what, diff)
			}
		}
		if documents, err := readJSON(text); err == nil && !strings.Contains(string(text), `\ud`) {
			want, err := jsonLeaves(text)
			if err != nil {
				t.Fatal(err)
			}
			same("JSON", documents, want)
		}
		if documents, err := readYAML(text, false); err == nil {
			if want, err := yamlLeaves(text); err == nil {
				same("YAML", documents, want)
			}
		}
		if documents, err := readTOML(text); err == nil {
			want := make(map[string]string)
			var value map[string]any
			if err := toml.Unmarshal(text, &value); err != nil {
				t.Fatal(err)
			}
			parsed(want, "0", value)
			same("TOML", documents, want)
		}
	})
}
