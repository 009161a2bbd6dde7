package report

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"strconv"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
)

// writeCSV writes RFC 4180 with a header, one row for each place.
func writeCSV(w *bufio.Writer, r *Report, _ Options) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	columns := csvColumns()
	row := make([]string, len(columns))
	for i, col := range columns {
		row[i] = col.name
	}
	_ = c.Write(row) // Error gives it below, as for all rows
	for i := range r.Findings {
		f := &r.Findings[i]
		for j := range f.Places {
			for k, col := range columns {
				row[k] = printable.Cell(col.of(r, f, &f.Places[j]))
			}
			_ = c.Write(row)
		}
	}
	c.Flush()
	return c.Error()
}

type csvColumn struct {
	name string
	of   func(*Report, *Finding, *place.Place) string
}

func csvColumns() []csvColumn {
	finding := func(of func(*Finding) string) func(*Report, *Finding, *place.Place) string {
		return func(_ *Report, f *Finding, _ *place.Place) string { return of(f) }
	}
	at := func(of func(*place.Place) string) func(*Report, *Finding, *place.Place) string {
		return func(_ *Report, _ *Finding, p *place.Place) string { return of(p) }
	}
	commit := func(of func(*place.Version) string) func(*Report, *Finding, *place.Place) string {
		return at(func(p *place.Place) string {
			if p.Commit == nil {
				return ""
			}
			return of(p.Commit)
		})
	}
	message := func(of func(*place.Message) string) func(*Report, *Finding, *place.Place) string {
		return at(func(p *place.Place) string {
			if p.Message == nil {
				return ""
			}
			return of(p.Message)
		})
	}
	answer := func(of func(*Answer) string) func(*Report, *Finding, *place.Place) string {
		return finding(func(f *Finding) string {
			if f.Answer == nil {
				return ""
			}
			return of(f.Answer)
		})
	}
	return []csvColumn{
		{"fingerprint", finding(func(f *Finding) string { return f.Fingerprint.String() })},
		{"status", finding(func(f *Finding) string { return string(f.Status) })},
		{"severity", finding(func(f *Finding) string { return string(f.Severity) })},
		{"confidence", finding(func(f *Finding) string { return string(f.Confidence) })},
		{"provider", finding(func(f *Finding) string {
			if f.Provider == nil {
				return ""
			}
			return cmp.Or(f.Provider.Name, f.Provider.ID)
		})},
		{"rule", finding(func(f *Finding) string { return f.Rule.ID })},
		{"description", finding(func(f *Finding) string { return f.Rule.Description })},
		{"secret", finding(func(f *Finding) string { return f.Secret })},
		{"name", finding(func(f *Finding) string { return f.Name })},
		{"vault", finding((*Finding).entries)},
		{"kind", at(func(p *place.Place) string { return string(p.Kind) })},
		{"path", func(r *Report, _ *Finding, p *place.Place) string { return r.path(p) }},
		{"line", at(func(p *place.Place) string { return count(p.Start.Line) })},
		{"column", at(func(p *place.Place) string { return count(p.Start.Column) })},
		{"layer", at(func(p *place.Place) string {
			if p.Layer == nil {
				return ""
			}
			return count(p.Layer.Number)
		})},
		{"channel", message(func(m *place.Message) string { return cmp.Or(m.Channel, m.ChannelID) })},
		{"user", message(func(m *place.Message) string { return cmp.Or(m.User, m.UserID) })},
		{"time", message(func(m *place.Message) string {
			if m.Time.IsZero() {
				return ""
			}
			return m.Time.UTC().Format(time.RFC3339)
		})},
		{"permalink", message(func(m *place.Message) string { return m.Link })},
		{"field", at(func(p *place.Place) string { return p.Field })},
		{"head", at(func(p *place.Place) string { return strconv.FormatBool(p.Head) })},
		{"index", at(func(p *place.Place) string { return strconv.FormatBool(p.Index) })},
		{"worktree", at(func(p *place.Place) string { return strconv.FormatBool(p.WorkTree) })},
		{"local", at(func(p *place.Place) string { return strconv.FormatBool(p.Local) })},
		{"commit", commit(func(v *place.Version) string { return v.ID })},
		{"author", commit(func(v *place.Version) string { return v.Name })},
		{"email", commit(func(v *place.Version) string { return v.Email })},
		{"date", commit(func(v *place.Version) string { return v.Date.Format(time.RFC3339) })},
		{"title", commit(func(v *place.Version) string { return v.Title })},
		{"last_commit", at(func(p *place.Place) string {
			if p.Last == nil {
				return ""
			}
			return p.Last.ID
		})},
		{"object", at(func(p *place.Place) string { return p.Object })},
		{"ref", at(func(p *place.Place) string { return p.Ref })},
		{"verdict", answer(func(a *Answer) string { return string(a.Verdict) })},
		{"verdict_by", answer(func(a *Answer) string { return a.Host })},
		{"verdict_why", answer(func(a *Answer) string { return a.Why })},
	}
}

// count writes a line or column, and nothing where there is none.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
