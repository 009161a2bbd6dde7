package format

import (
	"bytes"
	"iter"
	"strings"
)

// Pipes reads the tables of a document whose columns have bars between them: those of
// Markdown (https://github.github.com/gfm/#tables-extension-), Org, AsciiDoc, Jira, the
// grids of reStructuredText, and what databases print.
func Pipes(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		p := pipes{table: table{text: text, yield: yield}}
		for at := 0; !p.done; {
			bar := bytes.IndexByte(text[at:], '|')
			if bar < 0 {
				return
			}
			start := at + bytes.LastIndexByte(text[at:at+bar], '\n') + 1
			end := len(text)
			if n := bytes.IndexByte(text[at+bar:], '\n'); n >= 0 {
				end = at + bar + n
			}
			if between := text[at:start]; len(between) > 0 && !p.fenced && !isRuler(between) {
				p.columns, p.head = nil, span{}
			}
			p.line(start, end)
			at = min(end+1, len(text))
		}
	}
}

// pipes is the way through a document with such tables.
type pipes struct {
	table
	head   span   // the last line without bars around it: it names columns if the next is a ruler
	fenced bool   // in a table of AsciiDoc, between lines of |===
	cells  []cell // there, the row so far, which may take several lines
}

// line reads a line that has a bar in it.
func (p *pipes) line(start, end int) {
	line := p.text[start:end]
	inner := bytes.TrimLeft(line, "> \t") // it may be quoted
	start += len(line) - len(inner)
	inner = bytes.TrimRight(inner, " \t\r")
	switch {
	case string(inner) == "|===":
		p.columns, p.head, p.cells, p.fenced = nil, span{}, nil, !p.fenced
	case isRuler(inner):
		if p.columns == nil && p.head.end > 0 {
			p.row(p.split(p.head.start, p.text[p.head.start:p.head.end]))
		}
		p.head = span{}
	case p.fenced:
		p.cells = append(p.cells, p.split(start, inner)...)
		if len(p.cells) >= len(p.columns) {
			p.row(p.cells)
			p.cells = nil
		}
	case p.columns != nil || inner[0] == '|':
		p.row(p.split(start, inner))
	default:
		p.head = span{start, start + len(inner)}
	}
}

// split gives the cells of a line. The first line of a table of Jira has two bars between
// them.
func (p *pipes) split(start int, line []byte) (cells []cell) {
	bar := "|"
	if p.columns == nil && bytes.HasPrefix(line, []byte("||")) {
		bar = "||"
	}
	if rest, ok := bytes.CutPrefix(line, []byte(bar)); ok {
		start, line = start+len(bar), rest
	}
	line = bytes.TrimSuffix(line, []byte(bar))
	for from := 0; from <= len(line); {
		to := from
		for to < len(line) && (!bytes.HasPrefix(line[to:], []byte(bar)) || to > 0 && line[to-1] == '\\') {
			to++
		}
		c := newCell(p.text, start+from, start+to)
		c.value = strings.ReplaceAll(c.value, `\|`, "|")
		cells = append(cells, c)
		from = to + len(bar)
	}
	return cells
}

// isRuler tells whether a text is the line between the names of columns and the rows, or
// between rows.
func isRuler(text []byte) bool {
	return len(bytes.Trim(text, "-=:|+ \t\r\n")) == 0 && bytes.ContainsAny(text, "-=") && bytes.ContainsAny(text, "|+")
}
