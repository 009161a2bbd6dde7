package format

import (
	"bytes"
	"encoding/csv"
	"iter"
	"strconv"
)

// CSV reads a table whose first line names its columns, with commas, semicolons or tabs
// between them (RFC 4180). A value's path is the number of its line, and its column's
// name.
func CSV(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		first, _, _ := bytes.Cut(text, []byte("\n"))
		separator := ','
		for _, s := range ";\t" {
			if bytes.Count(first, []byte(string(s))) > bytes.Count(first, []byte(string(separator))) {
				separator = s
			}
		}
		lines := lineStarts(text)
		r := csv.NewReader(bytes.NewReader(text))
		r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator, -1, true
		var columns []string
		for row := 0; ; row++ {
			record, err := r.Read()
			if err != nil {
				return
			}
			if columns == nil {
				columns = record
				continue
			}
			for i, value := range record[:min(len(record), len(columns))] {
				if value == "" || columns[i] == "" {
					continue
				}
				start, end := fieldStart(r, i, lines), int(r.InputOffset())
				if i+1 < len(record) {
					end = fieldStart(r, i+1, lines) - len(",")
				}
				e := Entry{Path: []string{strconv.Itoa(row - 1), columns[i]}, Value: value, Start: start}
				if text[start] == '"' {
					e.Style = Literal
					e.Start++
				}
				written := text[e.Start:end]
				if i+1 == len(record) {
					written = bytes.TrimRight(written, "\r\n")
				}
				if e.Style == Literal {
					written = bytes.TrimSuffix(written, []byte(`"`))
				}
				e.End = e.Start + len(written)
				if !yield(e) {
					return
				}
			}
		}
	}
}

// fieldStart gives where a field of the last record begins.
func fieldStart(r *csv.Reader, field int, lines []int) int {
	line, column := r.FieldPos(field)
	return lines[line-1] + column - 1
}

// lineStarts gives where each line begins.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}
