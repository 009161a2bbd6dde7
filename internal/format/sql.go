package format

import (
	"iter"
	"regexp"
	"strconv"
	"strings"
)

// SQL reads the rows of a dump: those of INSERT, and those that follow COPY … FROM stdin.
// A value's path is its table, the number of its row, and its column. The names of
// columns are those that the statement gives, or else CREATE TABLE before it. Of a row
// that has a name and its value side by side, as tables of settings do, the value is given
// under that name.
//
// Of INSERT only texts in quotes are given, with two quotes or a backslash before one for
// one of them.
func SQL(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := sqlReader{cursor: newCursor(text, yield), columns: map[string][]string{}}
		for r.at < len(r.text) && !r.done {
			r.at = r.statement(r.at)
		}
	}
}

type sqlReader struct {
	cursor
	columns map[string][]string // of tables
	row     int
}

// sqlHead matches how a statement begins that has rows, or names columns.
var sqlHead = regexp.MustCompile("(?i)^(insert(?:[ \\t]+ignore)?[ \\t]+into|replace[ \\t]+into|copy|create[ \\t]+table(?:[ \\t]+if[ \\t]+not[ \\t]+exists)?)\\s+([\\w.$\"`\\[\\]]+)\\s*(\\([^()']*\\))?")

// statement reads the statement that begins on a line, and gives where the next one may.
func (r *sqlReader) statement(pos int) (next int) {
	line, next := lineAt(r.text, pos)
	line = line.trim(r.text)
	const longest = 1 << 12 // of a head
	head := r.text[line.start:min(len(r.text), line.start+longest)]
	m := sqlHead.FindStringSubmatchIndex(head)
	if m == nil {
		return next
	}
	table, end := sqlName(head[m[4]:m[5]]), line.start+m[1]
	columns := r.columns[table]
	if m[6] >= 0 {
		columns = nil
		for name := range strings.SplitSeq(head[m[6]+1:m[7]-1], ",") {
			columns = append(columns, sqlName(name))
		}
	}
	switch head[m[2]] | 0x20 {
	case 'i', 'r':
		return r.rows(table, columns, end)
	case 'c':
		switch {
		case m[3]-m[2] > len("copy"):
			r.columns[table] = sqlColumns(r.text[line.start+m[5]:])
		case strings.Contains(strings.ToLower(line.of(r.text)), "stdin"):
			return r.lines(table, columns, next)
		}
	}
	return next
}

// sqlName takes the quotes off a name.
func sqlName(name string) string { return strings.TrimSpace(sqlQuotes.Replace(name)) }

var sqlQuotes = strings.NewReplacer("`", "", `"`, "", "[", "", "]", "")

// sqlColumn matches a column in CREATE TABLE.
var sqlColumn = regexp.MustCompile("^[ \\t]*(?:\"([^\"]+)\"|`([^`]+)`|\\[([^\\]]+)\\]|(\\w+))[ \\t]+\\w")

// sqlKeys begin what is no column in CREATE TABLE.
var sqlKeys = map[string]bool{"primary": true, "unique": true, "key": true, "index": true, "constraint": true, "foreign": true, "check": true}

// sqlColumns gives the names of the columns that a table is made with, one a line.
func sqlColumns(text string) []string {
	const longest = 1 << 14
	var columns []string
	for line := range strings.Lines(text[:min(len(text), longest)]) {
		if m := sqlColumn.FindStringSubmatch(line); m != nil && !sqlKeys[strings.ToLower(m[4])] {
			columns = append(columns, strings.Join(m[1:], ""))
		}
		if line = strings.TrimSpace(line); strings.HasPrefix(line, ")") || strings.HasSuffix(line, ";") {
			break
		}
	}
	return columns
}

// rows reads what follows VALUES up to a semicolon.
func (r *sqlReader) rows(table string, columns []string, pos int) (next int) {
	depth := 0
	var row []scalar
	for pos < len(r.text) && !r.done {
		switch c := r.text[pos]; {
		case c == '\'':
			v := r.quoted(pos)
			if depth == 1 && len(row) > 0 {
				row[len(row)-1] = v
			}
			pos = v.after - 1
		case c == '(':
			if depth++; depth == 1 {
				row = append(row[:0], scalar{})
			}
		case c == ')':
			if depth--; depth == 0 {
				r.values(table, columns, row)
			}
		case c == ',' && depth == 1:
			row = append(row, scalar{})
		case c == ';' && depth <= 0:
			return pos + 1
		}
		pos++
	}
	return pos
}

// quoted reads a text in quotes. It ends at the second one.
func (r *sqlReader) quoted(pos int) scalar {
	start := pos + 1
	end := start
	var b strings.Builder
	for ; end < len(r.text); end++ {
		c := r.text[end]
		more := end+1 < len(r.text)
		if c == '\'' && !(more && r.text[end+1] == '\'') {
			break
		}
		if (c == '\'' || c == '\\') && more {
			end++
			c = r.text[end]
		}
		b.WriteByte(c)
	}
	return scalar{span: span{start, end}, value: b.String(), after: min(end+1, len(r.text)), style: Literal}
}

// lines reads the rows that follow COPY, with tabs between their values.
func (r *sqlReader) lines(table string, columns []string, pos int) (next int) {
	for pos < len(r.text) && !r.done {
		line, next := lineAt(r.text, pos)
		pos = next
		content := strings.TrimRight(line.of(r.text), "\r")
		if content == `\.` {
			break
		}
		var row []scalar
		at := line.start
		for field := range strings.SplitSeq(content, "\t") {
			v := scalar{span: span{at, at + len(field)}, value: field, style: Literal}
			if at += len(field) + 1; field == `\N` {
				v = scalar{}
			}
			row = append(row, v)
		}
		r.values(table, columns, row)
	}
	return pos
}

// sqlSetting matches the name of a setting.
var sqlSetting = regexp.MustCompile(`^[A-Za-z][\w.:/-]{1,80}$`)

// values gives the values of a row.
func (r *sqlReader) values(table string, columns []string, row []scalar) {
	for i, v := range row {
		name := strconv.Itoa(i)
		if i < len(columns) {
			name = columns[i]
		}
		if i > 0 && namesNext(columns, i-1) && sqlSetting.MatchString(row[i-1].value) {
			name = row[i-1].value
		}
		if v.value != "" {
			r.give([]string{table, strconv.Itoa(r.row), name}, v, false)
		}
	}
	r.row++
}

// namesNext tells whether a column has names of which the next one has the values.
func namesNext(columns []string, i int) bool {
	if i+1 >= len(columns) {
		return len(columns) == 0
	}
	name, next := strings.ToLower(columns[i]), strings.ToLower(columns[i+1])
	return (strings.HasSuffix(name, "name") || strings.HasSuffix(name, "key") || strings.HasSuffix(name, "path")) && strings.HasSuffix(next, "value")
}
