package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// explainValue says all that is known of the value with a fingerprint.
func (o *explainOptions) explainValue(ctx context.Context, sh shell, arg string) error {
	print, err := secret.ParseFingerprint(arg)
	if err != nil {
		return withHint(err, "a report has it beside each finding")
	}
	e := &valueExplainer{print: print, allowed: map[string]int{}}
	where := o.report
	if where == "" {
		where = "the current folder"
		err = e.scan(ctx, sh, o)
	} else {
		err = e.read(o.report)
	}
	if err != nil {
		return err
	}
	out := e.sheet(where)
	if _, err := out.WriteTo(sh.stdout); err != nil {
		return err
	}
	for _, p := range e.report.Problems {
		sh.say("not read: %s: %s", printable.Text(p.What), printable.Text(p.Why))
	}
	missing := 0
	if e.finding() == nil && len(e.allowed) == 0 {
		missing = 1
	}
	return statusOf(len(e.report.Problems), missing, statusLeaks)
}

// valueExplainer looks for what there is to say of a value.
type valueExplainer struct {
	print   secret.Fingerprint
	report  *report.Report
	status  string         // how it is reported, where a report does not say it
	allowed map[string]int // in how many texts a comment allows it, by its marker
}

// finding is what was found of the value; nil if it was not.
func (e *valueExplainer) finding() *report.Finding {
	i := slices.IndexFunc(e.report.Findings, func(f report.Finding) bool { return f.Fingerprint == e.print })
	if i < 0 {
		return nil
	}
	return &e.report.Findings[i]
}

// read takes a saved report.
func (e *valueExplainer) read(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	if e.report, err = report.Read(bytes.NewReader(data)); err != nil {
		return withHint(fmt.Errorf("%s: %w", path, err), `"secretsweep scan -f json" writes one`)
	}
	return nil
}

// scan looks in the current folder, with its history.
func (e *valueExplainer) scan(ctx context.Context, sh shell, o *explainOptions) error {
	j, err := o.job(".")
	if err != nil {
		return err
	}
	j.allowed = func(m *detectors.Match, _ place.Place, marker string) {
		if m.Value.Fingerprint() == e.print {
			e.allowed[marker]++
		}
	}
	var all findings
	collector := report.NewCollector(report.Options{Version: version()})
	if _, err := j.do(ctx, sh, both{collector, &all}); err != nil {
		return err
	}
	e.report = collector.Report()
	here := targetOf(".")
	c, err := j.load(sh, here)
	if err != nil {
		return err
	}
	by, err := j.silencers(here, c)
	if err != nil {
		return err
	}
	for _, f := range all.all {
		if f.Fingerprint == e.print {
			e.status, err = by.outcome(f)
		}
	}
	return err
}

// both is a sink that gives everything to two, the second of which never fails.
type both struct {
	scanner.Sink
	second *findings
}

func (b both) Finding(f scanner.Finding) error {
	_ = b.second.Finding(f)
	return b.Sink.Finding(f)
}

// sheet writes down what is known.
func (e *valueExplainer) sheet(where string) *sheet {
	out := new(sheet)
	f := e.finding()
	if f == nil && len(e.allowed) == 0 {
		fmt.Fprintf(out, "%s is not in %s\n", e.print, printable.Text(where))
		return out
	}
	if f != nil {
		e.found(out, f)
	}
	for _, marker := range []string{scanner.AllowMarker, scanner.AllowMarkerGitleaks} {
		if n := e.allowed[marker]; n > 0 {
			out.row("allowed", fmt.Sprintf("%s by %s in its line", report.Plural(n, "time"), marker))
		}
	}
	out.row("fingerprint", e.print.String())
	if f != nil {
		out.row("to silence", silence(e.print))
	}
	return out
}

func (e *valueExplainer) found(out *sheet, f *report.Finding) {
	value := f.Secret
	if f.Name != "" {
		value += ", under " + f.Name
	}
	out.row("value", printable.Text(value))
	out.row("rule", printable.Text(f.Rule.ID+": "+f.Rule.Description))
	out.row("covers", printable.Text(strings.Join(f.Also, ", ")))
	if f.Provider != nil {
		out.row("provider", printable.Text(f.Provider.Name))
	}
	out.row("source", printable.Text(f.Rule.Source))
	for _, e := range f.Vault {
		out.row("in a vault", printable.Text(detectors.Entry(e).String()))
	}
	if a := f.Answer; a != nil {
		out.row("verdict", printable.Text(fmt.Sprintf("%s, %s: %s", a.Verdict, cmp.Or(a.Host, "nobody was asked"), a.Why)))
	}
	out.row("severity", string(f.Severity))
	out.row("confidence", printable.Text(sure(f.Confidence, f.Why)))
	for _, p := range f.Parts {
		out.row("with", printable.Text(p.Name+" "+p.Secret))
	}
	label := "places"
	for i := range f.Places {
		p := &f.Places[i]
		text := e.report.Where(p)
		if p.Commit != nil {
			text += ", since " + p.Commit.Date.Format("2006-01-02")
		}
		if p.Live() {
			text += ", still there"
		}
		out.row(label, text)
		label = ""
	}
	if p := f.Provider; p != nil {
		out.row("managed at", printable.Text(p.Console))
		label := "to rotate"
		for step := range strings.Lines(p.Rotate) {
			out.row(label, printable.Text(strings.TrimSpace(step)))
			label = ""
		}
	}
	status := e.status
	switch {
	case status != "":
	case f.Status == report.StatusKnown:
		status = knownOutcome
	case f.Status == report.StatusLocal:
		status = localOutcome
	default:
		status = newOutcome
	}
	out.row("reported", printable.Text(status))
}
