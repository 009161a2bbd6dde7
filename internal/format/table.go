package format

import (
	"bytes"
	"strings"
)

// table is a table of a document. Its first row names the columns.
//
// A value's path is what its row begins with, and its column's name. In a table of two
// columns what the row begins with may be the name itself: there the second value comes
// under that alone, too, and in the first row as well, which may name no columns.
//
// A value has no blanks in it: what has some is text.
type table struct {
	text    []byte
	columns []string // nil: there is no table, or its first row is still to come
	yield   func(Entry) bool
	done    bool // nobody wants more
}

// cell is what stands in one column of a row.
type cell struct {
	value      string
	start, end int
	style      Style
}

// row takes the cells of a row.
func (t *table) row(cells []cell) {
	for i, c := range cells {
		if c.value == "" || strings.ContainsAny(c.value, " \t\r\n") {
			continue
		}
		if i == 1 && len(cells) == 2 && cells[0].value != "" {
			t.give(c, cells[0].value)
		}
		switch {
		case i >= len(t.columns) || t.columns[i] == "":
		case i == 0:
			t.give(c, t.columns[i])
		default:
			t.give(c, cells[0].value, t.columns[i])
		}
	}
	if t.columns == nil {
		for _, c := range cells {
			t.columns = append(t.columns, c.value)
		}
	}
}

func (t *table) give(c cell, path ...string) {
	if !t.done {
		t.done = !t.yield(Entry{Path: path, Value: c.value, Start: c.start, End: c.end, Style: c.style})
	}
}

// cellMarks are put around what is code, strong or emphasised, by the systems that
// documents are written for.
var cellMarks = [...]struct {
	open, close string
	style       Style
}{
	{"``", "``", Literal}, {"`", "`", Literal}, {"{{", "}}", Literal}, {`"`, `"`, Literal},
	{"**", "**", Bare}, {"__", "__", Bare}, {"*", "*", Bare}, {"_", "_", Bare}, {"=", "=", Literal}, {"~", "~", Literal},
}

// newCell gives the cell that lies in a part of a text, without the blanks and marks
// around it.
func newCell(text []byte, start, end int) cell {
	c := cell{start: start, end: end}
	for trimmed := true; trimmed; {
		trimmed = false
		inner := bytes.TrimLeft(text[c.start:c.end], " \t\r\n")
		c.start = c.end - len(inner)
		inner = bytes.TrimRight(inner, " \t\r\n")
		c.end = c.start + len(inner)
		for _, m := range cellMarks {
			n := len(m.open) + len(m.close)
			if len(inner) > n && bytes.HasPrefix(inner, []byte(m.open)) && bytes.HasSuffix(inner, []byte(m.close)) {
				c.start, c.end, c.style = c.start+len(m.open), c.end-len(m.close), max(c.style, m.style)
				trimmed = true
				break
			}
		}
	}
	c.value = string(text[c.start:c.end])
	return c
}
