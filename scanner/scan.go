package scanner

import (
	"context"
	"slices"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// Options are what a scan takes besides what it reads.
type Options struct {
	// Roots are what is scanned, as it was given; for the summary alone.
	Roots []string
	// Show gives what may be seen of a value. It replaces values in the texts
	// that stand beside them, such as a branch's name or a path. Nil is
	// [secret.Value.Mask].
	Show func(secret.Value) string
	// Progress, if set, is told what is being read (see [Visitor]), from many
	// goroutines at once.
	Progress func(what string, done, total int64)
	// Allowed, if set, is told what a marker keeps from being reported, from one
	// goroutine at a time, in no order. The place is where the text says that it is.
	Allowed func(m *detectors.Match, at place.Place, marker string)
	// Matched, if set, is told of matches as they come, from one goroutine at a time and in no
	// order. Not each of them is a finding in the end, and the place, which is where the text
	// says that it is, may have a value in its path.
	Matched func(m *detectors.Match, at place.Place)
}

// Scan sweeps the sources one after the other, each followed by those that it came
// upon, finds secrets in what they give, groups them by value and gives the result to the sink;
// likewise references to secrets, by system and name.
//
// The same input gives the sink the same calls, at any number of goroutines and
// in whatever order sources give their chunks. No text beside a value holds a
// value: in places, problems and the summary each is replaced by what Show makes
// of it.
//
// Kept in memory is what was found, not what was read: of each value in each
// text and by each rule one match and its first [MaxSpans] spans, and as many of each
// reference in each text.
//
// An error is ctx's, the sink's, or that of a source that could not go on. The
// sink's Done is called only where all went well until then.
func Scan(ctx context.Context, sources []Source, d detectors.Detector, o Options, sink Sink) error {
	if o.Show == nil {
		o.Show = secret.Value.Mask
	}
	if o.Progress == nil {
		o.Progress = func(string, int64, int64) {}
	}
	if o.Allowed == nil {
		o.Allowed = func(*detectors.Match, place.Place, string) {}
	}
	if o.Matched == nil {
		o.Matched = func(*detectors.Match, place.Place) {}
	}
	figures := newTally()
	groups, taken := grouping{}, takings{}
	var queue []inner
	for _, s := range sources {
		queue = append(queue, inner{source: s})
	}
	for len(queue) > 0 {
		next := queue[0]
		c := newCollector(d, figures, &o)
		locate := next.source.Locate
		if err := next.source.Sweep(ctx, c); err != nil {
			if next.path == "" || ctx.Err() != nil {
				return err
			}
			c.Problem(Problem{What: next.path, Err: err})
			locate = Here{}.Locate // what it gave until then is where it said
		}
		texts, hits := c.hits()
		references, more := c.referenceHits()
		var at []located
		err := locate(ctx, append(hits, more...), func(hit int, p place.Place) {
			if hit < len(texts) {
				at = append(at, located{hit, p})
			} else {
				taken.add(references[hit-len(texts)], p)
			}
		})
		if err != nil {
			return err
		}
		groups.settle(texts, at)
		queue = append(c.inner, queue[1:]...)
	}
	findings, references := groups.findings(), taken.references()
	problems, summary := figures.sum()
	summary.Roots = slices.Clone(o.Roots)
	summary.Findings, summary.New = len(findings), len(findings)
	summary.References = len(references)
	hide(findings, references, problems, &summary, o.Show)
	return deliver(ctx, sink, findings, references, problems, summary)
}

// deliver makes the calls that [Sink] promises.
func deliver(ctx context.Context, sink Sink, findings []Finding, references []Reference, problems []Problem, summary Summary) error {
	for _, p := range problems {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := sink.Problem(p); err != nil {
			return err
		}
	}
	for _, f := range findings {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := sink.Finding(f); err != nil {
			return err
		}
	}
	for _, r := range references {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := sink.Reference(r); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return sink.Done(summary)
}
