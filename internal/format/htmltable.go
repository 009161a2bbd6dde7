package format

import (
	"bytes"
	"html"
	"iter"
	"strings"
)

// HTMLTables reads the tables of an HTML document.
func HTMLTables(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := htmlTables{table: table{text: text, yield: yield}}
		for at := 0; !r.done; {
			n := bytes.IndexByte(text[at:], '<')
			if n < 0 {
				break
			}
			start := at + n
			at = start + 1
			name := htmlTag(text[at:])
			if name == "" {
				continue
			}
			end := bytes.IndexByte(text[at:], '>')
			if end < 0 {
				break
			}
			at += end + 1
			r.tag(name, start, at)
		}
		r.endCell(len(text))
		r.endRow()
	}
}

// htmlTables is the way through a document.
type htmlTables struct {
	table
	cells []cell // of the row so far
	open  int    // where the open cell begins; 0: none is open
}

// tag takes a tag, which lies in text[start:end].
func (r *htmlTables) tag(name string, start, end int) {
	switch name {
	case "td", "th":
		r.endCell(start)
		r.open = end
	case "/td", "/th":
		r.endCell(start)
	case "tr", "/tr":
		r.endCell(start)
		r.endRow()
	case "table", "/table":
		r.endCell(start)
		r.endRow()
		r.columns = nil
	}
}

func (r *htmlTables) endCell(end int) {
	if r.open > 0 {
		r.cells = append(r.cells, htmlCell(r.text, r.open, end))
		r.open = 0
	}
}

func (r *htmlTables) endRow() {
	if len(r.cells) > 0 {
		r.row(r.cells)
		r.cells = nil
	}
}

// htmlTag gives the name of the tag that a text begins with, past the <, if it is one that
// tables are made of.
func htmlTag(text []byte) string {
	end := bytes.IndexAny(text[:min(len(text), len("/table")+1)], "> \t\r\n")
	if end < 0 {
		return ""
	}
	switch name := strings.ToLower(string(text[:end])); name {
	case "table", "/table", "tr", "/tr", "td", "/td", "th", "/th":
		return name
	}
	return ""
}

// htmlCell is newCell for HTML, where marks are tags.
func htmlCell(text []byte, start, end int) cell {
	c := newCell(text, start, end)
	const depth = 3
	for range depth {
		inner := text[c.start:c.end]
		open, close := bytes.IndexByte(inner, '>'), bytes.LastIndexByte(inner, '<')
		if len(inner) == 0 || inner[0] != '<' || inner[len(inner)-1] != '>' || close <= open {
			break
		}
		c = newCell(text, c.start+open+1, c.start+close)
	}
	c.value = html.UnescapeString(c.value)
	return c
}
