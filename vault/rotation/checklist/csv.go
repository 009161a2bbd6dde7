package checklist

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/printable"
)

// writeCSV writes RFC 4180 with a header, one row for each step, so that a column can be
// ticked off.
func writeCSV(w io.Writer, l List) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	_ = c.Write([]string{ // Error gives it below, as for all rows
		"id", "title", "severity", "state", "blocked", "owner", "due", "overdue", "provider", "console",
		"number", "step", "done", "guide", "consumers", "places",
	})
	for _, item := range l.Items {
		var consumers, places []string
		for _, c := range item.Consumers {
			consumers = append(consumers, c.Name+" ("+c.Status+")")
		}
		for _, p := range item.Places {
			places = append(places, p.Where+" ("+p.text()+")")
		}
		if item.More > 0 {
			places = append(places, strconv.Itoa(item.More)+" more")
		}
		for n, s := range item.Steps {
			row := []string{
				item.ID, item.Title, item.Severity, item.State, item.Blocked, item.Owner,
				item.Due.Format(time.DateOnly), strconv.FormatBool(item.Overdue), item.Provider, item.Console,
				strconv.Itoa(n + 1), s.Text, strconv.FormatBool(s.Done), strings.Join(s.Guide, " "),
				strings.Join(consumers, "; "), strings.Join(places, "; "),
			}
			for k := range row {
				row[k] = printable.Cell(row[k])
			}
			_ = c.Write(row)
		}
	}
	c.Flush()
	return c.Error()
}
