package importers

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/format"
)

// table reads CSV (RFC 4180), with commas, semicolons or tabs, whose first line names the
// columns: name, key or variable; value; and if there are such, environment or env, and
// note, description or comment. A row without a value is one to fill in.
func table() Format {
	return Format{
		Name:    "csv",
		About:   "CSV with columns for name and value",
		Accepts: func(p string, _ []byte) bool { return strings.EqualFold(path.Ext(p), ".csv") },
		Read: reading(readCSV, func(l *list, n *node) {
			for _, row := range n.nodes {
				l.row(row)
			}
		}),
	}
}

// readCSV gives a table's rows, and in them the cells by their columns.
func readCSV(text []byte) ([]*node, error) {
	if err := checkCSV(text); err != nil {
		return nil, err
	}
	return documents(text, format.CSV(text))
}

func (l *list) row(row *node) {
	column := func(names []string) *node {
		for _, c := range row.nodes {
			if slices.Contains(names, strings.ToLower(strings.TrimSpace(c.name))) {
				return c
			}
		}
		return nil
	}
	name, value := column(nameColumns), column(valueColumns)
	at := value
	if at == nil {
		at = &node{start: row.start, end: row.start}
	}
	item := Item{Name: cell(name), Env: cell(column(envColumns)), Note: cell(column(noteColumns))}
	l.add(item, cell(value), at)
}

// cell gives what stands in a cell. There a word is no null.
func cell(n *node) string {
	if n == nil {
		return ""
	}
	return n.value
}

// checkCSV tells what is wrong with a table.
func checkCSV(text []byte) error {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(text))
	for _, separator := range ";\t" {
		if bytes.Count(first, []byte(string(separator))) > bytes.Count(first, []byte(string(r.Comma))) {
			r.Comma = separator
		}
	}
	for header := true; ; header = false {
		record, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if e, ok := errors.AsType[*csv.ParseError](err); ok {
			return faultAt(text, lineStart(text, e.Line), "%w", e.Err)
		}
		if !header {
			continue
		}
		if err := checkColumns(record); err != nil {
			return faultAt(text, 0, "%w", err)
		}
	}
}

// checkColumns tells whether a table has the columns that it needs, each once. Without values
// it has names to fill in, unless it has something else: the values may be in that.
func checkColumns(names []string) error {
	known := 0
	for _, columns := range [][]string{nameColumns, valueColumns, envColumns, noteColumns} {
		n := 0
		for _, name := range names {
			if slices.Contains(columns, strings.ToLower(strings.TrimSpace(name))) {
				n++
			}
		}
		switch known += n; {
		case n > 1:
			return fmt.Errorf("two columns could be the %s", columns[0])
		case n == 0 && columns[0] == nameColumns[0]:
			return errors.New("no column is called name, key or variable")
		}
	}
	hasValue := slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(strings.TrimSpace(name), valueColumns[0]) })
	if !hasValue && known < len(names) {
		return errors.New("no column is called value")
	}
	return nil
}

// lineStart gives where a line begins, counted from 1.
func lineStart(text []byte, line int) int {
	at := 0
	for ; line > 1; line-- {
		at += bytes.IndexByte(text[at:], '\n') + 1
	}
	return at
}
