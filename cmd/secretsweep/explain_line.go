package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

// explainLine says what is found in a line and what is not, and why.
func (o *explainOptions) explainLine(ctx context.Context, sh shell, arg string) error {
	at, err := parseLine(arg)
	if err != nil {
		return err
	}
	j, err := o.job(at.file)
	if err != nil {
		return err
	}
	belongs := targetOf(at.file)
	c, err := j.load(sh, belongs)
	if err != nil {
		return err
	}
	if !o.quiet {
		for _, hint := range c.hints {
			sh.say("%s", printable.Text(hint))
		}
	}
	e := &lineExplainer{lineOf: at, name: belongs.nameOf(at.file), set: c.set, max: j.source.MaxFileSize}
	if e.by, err = j.silencers(belongs, c); err != nil {
		return err
	}
	if err := e.look(ctx); err != nil {
		return err
	}
	if err := e.nearly(ctx); err != nil {
		return err
	}
	if !j.source.Filter.Admits(e.name) {
		sh.say("%s", printable.Text("a scan does not read "+e.name+": include or exclude leave it out"))
	}
	_, err = e.sheet().WriteTo(sh.stdout)
	return err
}

// nameOf gives a file's path from the top of its repository, as a scan of that tells
// it; where there is none, as it was given.
func (t target) nameOf(file string) string {
	name := filepath.ToSlash(file)
	if _, err := os.Lstat(filepath.Join(t.top(), ".git")); err != nil {
		return name
	}
	top, err := filepath.Abs(t.top())
	if err != nil {
		return name
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return name
	}
	if rel, err := filepath.Rel(top, abs); err == nil {
		return filepath.ToSlash(rel)
	}
	return name
}

// lineExplainer looks for what there is to say of a line.
type lineExplainer struct {
	lineOf
	name string // of the file, as a scan tells it
	set  *rules.Set
	by   silencers
	max  int64 // the file's size
	told []told
}

// told is a value in the line, and what is said of it. It has no rule where no pattern
// matches it.
type told struct {
	spot
	found    bool // it is all that the rule asks for
	reported string
}

// text is the file as a source.
func (e *lineExplainer) text() scanner.Source {
	return renamed{dir.New(dir.Options{Root: e.file, MaxFileSize: e.max}), e.name}
}

// look finds what the rules find in the line.
func (e *lineExplainer) look(ctx context.Context) error {
	detector, err := detectors.New(e.set)
	if err != nil {
		return err
	}
	w := &lineWatch{Rules: detector, lineOf: e.lineOf}
	var all findings
	last := &tail{Sink: &all}
	err = scanner.Scan(ctx, []scanner.Source{e.text()}, w, scanner.Options{Allowed: e.allow}, last)
	if err != nil {
		return err
	}
	if err := e.readable(w.lines, &all, last.summary); err != nil {
		return err
	}
	for _, s := range spots(all.all) {
		if e.covers(s.at) {
			f := s.Finding
			f.Places = slices.Clone(f.Places)
			f.Places[0].Span, f.Places[0].Also = s.at, nil // for this spot alone
			how, err := e.by.outcome(f)
			if err != nil {
				return err
			}
			e.told = append(e.told, told{s, true, how})
		}
	}
	e.tell(w.passed)
	return nil
}

// inArchives is the hint for what a line can't be told of.
const inArchives = "of what is found in an archive, give the fingerprint"

// readable tells whether there is such a line.
func (e *lineExplainer) readable(lines int, all *findings, s scanner.Summary) error {
	switch {
	case len(all.problems) > 0:
		return fmt.Errorf("explain %s: %w", e.file, all.problems[0].Err)
	case len(s.LeftOut) > 0 && s.LeftOut[0].Reason == scanner.Packed:
		return withHint(fmt.Errorf("explain %s: it is packed", e.file), inArchives)
	case len(s.LeftOut) > 0:
		return withHint(fmt.Errorf("explain %s: a scan does not read it", e.file), "it is left out: %s", s.LeftOut[0].Reason)
	case e.line > lines:
		return misuse(fmt.Sprintf("%q has %s, and no line %d", e.file, report.Plural(lines, "line"), e.line), "lines count from 1")
	}
	return nil
}

// allow takes what a comment allows.
func (e *lineExplainer) allow(m *detectors.Match, at place.Place, marker string) {
	if e.covers(at.Span) {
		f := scanner.Finding{Rule: m.Rule, Also: m.Also, Severity: m.Severity, Confidence: m.Confidence, Why: m.Why, Value: m.Value, Fingerprint: m.Value.Fingerprint(), Name: m.Name, Parts: m.Parts}
		e.told = append(e.told, told{spot{f, at.Span}, true, "no: " + marker + " stands in its line"})
	}
}

// nearly finds what rules nearly report in the line.
func (e *lineExplainer) nearly(ctx context.Context) error {
	var found []spot
	for _, t := range e.told {
		if t.found {
			found = append(found, t.spot)
		}
	}
	misses, err := nearMisses(ctx, e.set, found, func(ctx context.Context, set *rules.Set) ([]scanner.Finding, error) {
		all, err := detectIn(ctx, set, e.text)
		return slices.DeleteFunc(all.all, func(f scanner.Finding) bool {
			return !f.Places[0].Keep(e.covers)
		}), err
	})
	var more []told
	for _, m := range misses {
		more = append(more, told{m.spot, false, "no: " + m.why})
	}
	e.tell(more)
	return err
}

// tell adds what overlaps nothing of which more is known.
func (e *lineExplainer) tell(more []told) {
	known := e.told
	for _, t := range more {
		over := func(k told) bool { return overlap(k.at, t.at) }
		if i := slices.IndexFunc(known, over); i < 0 || !known[i].found && known[i].Rule == nil {
			e.told = append(e.told, t)
		}
	}
	slices.SortStableFunc(e.told, func(a, b told) int {
		return cmp.Or(place.CompareSpans(a.at, b.at), cmp.Compare(a.ruleID(), b.ruleID()))
	})
}

func (t *told) ruleID() string {
	if t.Rule == nil {
		return ""
	}
	return t.Rule.ID
}

// sheet writes down what is told.
func (e *lineExplainer) sheet() *sheet {
	out := new(sheet)
	for i := range e.told {
		t := &e.told[i]
		if i == 0 || e.told[i-1].at != t.at {
			out.next()
			value := fmt.Sprintf("%s at %d:%d", t.Value.Mask(), t.at.Start.Line, t.at.Start.Column)
			if t.Name != "" {
				value += ", under " + printable.Text(t.Name)
			}
			out.row("value", value)
		}
		if t.Rule != nil {
			out.row("rule", printable.Text(t.Rule.ID+": "+t.Rule.Description))
		}
		if t.found {
			out.row("covers", printable.Text(strings.Join(t.Also, ", ")))
			out.row("severity", string(t.Severity))
			out.row("confidence", printable.Text(sure(t.Confidence, t.Why)))
		}
		out.row("reported", printable.Text(t.reported))
		if t.found {
			out.row("fingerprint", t.Fingerprint.String())
		}
	}
	if len(e.told) == 0 {
		fmt.Fprintf(out, "nothing in %s looks like a secret to any rule\n", printable.Text(e.String()))
		fmt.Fprintf(out, "\"secretsweep rules test %s\" tries the rules on the whole file\n", printable.Text(e.file))
	}
	return out
}

// lineWatch is a detector that watches out for a line.
type lineWatch struct {
	*detectors.Rules
	lineOf
	lines  int    // of the text
	passed []told // in the line
}

func (w *lineWatch) Detect(c *detectors.Chunk) detectors.Found {
	w.lines = c.At.Start.Line + bytes.Count(c.Data, []byte{'\n'})
	if bytes.HasSuffix(c.Data, []byte{'\n'}) {
		w.lines--
	}
	for _, p := range w.Passed(c) {
		at := place.Span{Start: c.At.Start.After(c.Data[:p.Start]), End: c.At.Start.After(c.Data[:p.End-1])}
		if w.covers(at) {
			f := scanner.Finding{Value: p.Value, Name: p.Name}
			w.passed = append(w.passed, told{spot{f, at}, false, "no, as the file assigns it: " + p.Why})
		}
	}
	return w.Rules.Detect(c)
}

// renamed is a source of one file, under another name.
type renamed struct {
	scanner.Source
	name string
}

func (r renamed) Sweep(ctx context.Context, v scanner.Visitor) error {
	return r.Source.Sweep(ctx, renamer{v, r.name})
}

type renamer struct {
	scanner.Visitor
	name string
}

func (r renamer) Chunk(c *detectors.Chunk) {
	c.At.Path, c.Names = r.name, []string{r.name}
	r.Visitor.Chunk(c)
}
