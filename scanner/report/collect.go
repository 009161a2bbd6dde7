package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

// Collector is a sink that makes a Report. It is the only place of the
// package where a value becomes text.
type Collector struct {
	show   func(secret.Value) string
	report Report
}

var _ scanner.Sink = (*Collector)(nil)

// NewCollector makes a collector; the options of the text format are of no use
// to it.
func NewCollector(o Options) *Collector {
	c := &Collector{show: o.Show, report: Report{
		Version:    Version,
		Tool:       Tool{Name: "secretsweep", Version: cmp.Or(o.Version, "(devel)")},
		Problems:   []Problem{},
		Findings:   []Finding{},
		References: []Reference{},
	}}
	if c.show == nil {
		c.show = secret.Value.Mask
	}
	return c
}

// Problem adds a problem.
func (c *Collector) Problem(p scanner.Problem) error {
	c.report.Problems = append(c.report.Problems, Problem{What: p.What, Why: p.Err.Error()})
	return nil
}

// Finding adds a finding.
func (c *Collector) Finding(f scanner.Finding) error {
	out := Finding{
		Fingerprint: f.Fingerprint,
		Status:      StatusNew,
		Severity:    f.Severity,
		Confidence:  f.Confidence,
		Why:         f.Why,
		Rule:        Rule{ID: f.Rule.ID, Description: f.Rule.Description, Source: f.Rule.Source},
		Also:        slices.Clone(f.Also),
		Secret:      c.show(f.Value),
		Name:        f.Name,
		Environment: f.Env,
		Live:        f.Live(),
	}
	switch {
	case f.Known:
		out.Status = StatusKnown
	case f.Local:
		out.Status = StatusLocal
	}
	if p := f.Rule.Provider; p != nil {
		const day = 24 * time.Hour
		out.Provider = &Provider{ID: p.ID, Name: p.Name, Console: p.Console, Rotate: p.Rotate, CadenceDays: int(p.Cadence / day)}
	}
	if !f.Carrier.IsEmpty() && !f.Carrier.Equal(f.Value) {
		out.Carrier = c.show(f.Carrier)
		// It may end in the value, so its mask may show the end of a value that
		// is too short for that.
		if out.Secret == (secret.Value{}).Mask() {
			out.Carrier = out.Secret
		}
	}
	for _, p := range f.Parts {
		out.Parts = append(out.Parts, Part{Name: p.Name, Secret: c.show(p.Value)})
	}
	for _, e := range f.Vault {
		out.Vault = append(out.Vault, Entry(e))
	}
	if f.Answer != nil {
		answer := Answer(*f.Answer)
		out.Answer = &answer
	}
	if since, ok := f.Since(); ok {
		since = timestamp(since)
		out.Since = &since
	}
	out.Places = copyPlaces(f.Places)
	c.report.Findings = append(c.report.Findings, out)
	return nil
}

// Reference adds a reference.
func (c *Collector) Reference(r scanner.Reference) error {
	c.report.References = append(c.report.References, Reference{r.System, r.Name, copyPlaces(r.Places)})
	return nil
}

// Report gives the report, which is complete once the collector is Done.
func (c *Collector) Report() *Report { return &c.report }

// Done completes the report.
func (c *Collector) Done(s scanner.Summary) error {
	problems := max(s.Problems, len(c.report.Problems))
	out := Summary{
		Complete:   problems == 0,
		Roots:      append([]string{}, s.Roots...),
		Findings:   s.Findings,
		New:        s.New,
		Known:      s.Known,
		Local:      s.Local,
		References: s.References,
		Problems:   problems,
		Counts:     map[scanner.Counter]int64{},
		LeftOut:    []LeftOut{},
		Silenced:   []Silenced{},
		Unsure:     map[rules.Confidence]int{},
		Stale:      append([]secret.Fingerprint{}, s.Stale...),
		Unused:     []Unused{},
	}
	maps.Copy(out.Counts, s.Counts)
	maps.Copy(out.Unsure, s.Unsure)
	for _, l := range s.LeftOut {
		out.LeftOut = append(out.LeftOut, LeftOut{Reason: l.Reason, What: l.What, Count: max(l.Count, 1)})
	}
	for _, q := range s.Silenced {
		out.Silenced = append(out.Silenced, Silenced(q))
	}
	for _, u := range s.Unused {
		out.Unused = append(out.Unused, Unused(u))
	}
	c.report.Summary = out
	return nil
}

func copyPlaces(places []place.Place) []place.Place {
	copies := slices.Clone(places)
	for i := range copies {
		p := &copies[i]
		p.Also = slices.Clone(p.Also)
		p.Commit, p.Last = copyVersion(p.Commit), copyVersion(p.Last)
	}
	return copies
}

func copyVersion(v *place.Version) *place.Version {
	if v == nil {
		return nil
	}
	w := *v
	w.Date = timestamp(w.Date)
	return &w
}

// timestamp brings a time into what RFC 3339 can write: git takes any year and
// any time zone, and who writes a commit chooses them.
func timestamp(t time.Time) time.Time {
	t = t.UTC()
	switch {
	case t.Year() < 1:
		return time.Time{}
	case t.Year() > 9999:
		return time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	}
	return t
}
