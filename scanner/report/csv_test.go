package report

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

func TestCSV(t *testing.T) {
	s := fullScan()
	data := s.write(t, "csv", Options{})
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	places := 0
	for _, f := range s.findings {
		places += len(f.Places)
	}
	if got := len(rows) - 1; got != places {
		t.Errorf("got %d rows, want %d", got, places)
	}
	if got, want := bytes.Count(data, []byte("\r\n")), len(rows); got != want {
		t.Errorf("got %d line ends as RFC 4180 has them, want %d", got, want)
	}
	path, line, column := slices.Index(rows[0], "path"), slices.Index(rows[0], "line"), slices.Index(rows[0], "column")
	if path < 0 || line < 0 || column < 0 {
		t.Fatalf("got header %q", rows[0])
	}
	if got := strings.Join([]string{rows[1][path], rows[1][line], rows[1][column]}, ":"); got != "config/deploy.yml:12:9" {
		t.Errorf("got first place %q", got)
	}
	for i, row := range rows {
		for j, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
				t.Errorf("row %d, %s begins as a formula does: %q", i, rows[0][j], cell)
			}
		}
	}
}
