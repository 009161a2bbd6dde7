package importers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/secretsweep/secretsweep/internal/format"
)

// node is a value of a document, or a table or list of such. All methods but those that
// change it may be asked of nil, which is one that isn't there.
type node struct {
	name       string
	value      string // of a scalar
	start, end int    // where it lies in the text; of a table or list, the first value in it
	style      format.Style
	tag        string
	scalar     bool
	nodes      []*node         // of a table or list, in the text's order
	names      map[string]bool // of nodes
}

const (
	maxDepth   = 32        // of nesting
	maxScalars = 1_000_000 // in a file
)

// child gives a table's value of that name.
func (n *node) child(name string) *node {
	if n != nil {
		for _, c := range n.nodes {
			if c.name == name {
				return c
			}
		}
	}
	return nil
}

// any gives a table's first value that has one of some names.
func (n *node) any(names ...string) *node {
	for _, name := range names {
		if c := n.child(name); c != nil {
			return c
		}
	}
	return nil
}

// has tells whether a table has values of those names.
func (n *node) has(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return n.child(name) == nil })
}

// text gives a scalar's text; "" for null.
func (n *node) text() string {
	if n == nil || n.isNull() {
		return ""
	}
	return n.value
}

func (n *node) isNull() bool {
	return n.scalar && n.style == format.Bare && (n.value == "" || n.value == "~" || strings.EqualFold(n.value, "null"))
}

// isString tells whether it is text, as JSON tells that from numbers.
func (n *node) isString() bool { return n != nil && n.scalar && n.style != format.Bare }

// isTrue tells whether it is the word true.
func (n *node) isTrue() bool { return n != nil && n.style == format.Bare && n.value == "true" }

// isList tells whether it is a list with elements.
func (n *node) isList() bool { return n != nil && len(n.nodes) > 0 && n.nodes[0].name == "0" }

// elements gives a list's elements, or those of the table if it is one.
func (n *node) elements() []*node {
	if n == nil {
		return nil
	}
	return n.nodes
}

// documents makes trees of what a reader gives.
func documents(text []byte, entries iter.Seq[format.Entry]) ([]*node, error) {
	var all []*node
	scalars := 0
	for e := range entries {
		if e.Comment {
			continue
		}
		if scalars++; scalars > maxScalars {
			return nil, faultAt(text, e.Start, "it has more than %d values", maxScalars)
		}
		if len(e.Path) > maxDepth {
			return nil, faultAt(text, e.Start, "it is nested more than %d deep", maxDepth)
		}
		for len(all) <= e.Document {
			all = append(all, &node{start: e.Start, end: e.Start})
		}
		at := all[e.Document]
		for i, name := range e.Path {
			last := i == len(e.Path)-1
			next := at.last()
			if next == nil || next.name != name || last || next.scalar {
				if at.names[name] {
					return nil, faultAt(text, e.Start, "%s is there twice", name)
				}
				next = &node{name: strings.Clone(name), start: e.Start, end: e.Start}
				if at.names == nil {
					at.names = make(map[string]bool)
				}
				at.names[next.name] = true
				at.nodes = append(at.nodes, next)
			}
			at = next
		}
		at.scalar, at.value, at.end, at.style, at.tag = true, e.Value, e.End, e.Style, e.Tag
	}
	return all, nil
}

func (n *node) last() *node {
	if len(n.nodes) == 0 {
		return nil
	}
	return n.nodes[len(n.nodes)-1]
}

// readJSON reads JSON, one document or several.
func readJSON(text []byte) ([]*node, error) {
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		var document json.RawMessage
		err := dec.Decode(&document)
		switch syntax, ok := errors.AsType[*json.SyntaxError](err); {
		case err == io.EOF:
			return documents(text, format.JSON(text))
		case ok:
			return nil, faultAt(text, int(syntax.Offset)-1, "it is no JSON from here on")
		case err != nil:
			return nil, faultAt(text, len(text), "it ends in the middle")
		}
		if document[0] != '{' && document[0] != '[' {
			return nil, faultAt(text, int(dec.InputOffset())-1, "it is neither a JSON object nor a list")
		}
	}
}

// readTOML reads TOML.
func readTOML(text []byte) ([]*node, error) {
	var whole map[string]any
	if err := toml.Unmarshal(text, &whole); err != nil {
		at := 0
		if e, ok := errors.AsType[*toml.DecodeError](err); ok {
			row, _ := e.Position()
			at = lineStart(text, row)
		}
		return nil, faultAt(text, at, "it is no TOML")
	}
	return documents(text, format.TOML(text))
}

// jsonOf reads JSON of which all of some texts are to be somewhere; nil if it isn't that.
// It is for telling formats apart.
func jsonOf(text []byte, marks ...string) []*node {
	for _, mark := range marks {
		if !bytes.Contains(text, []byte(`"`+mark+`"`)) {
			return nil
		}
	}
	documents, _ := readJSON(text)
	return documents
}
