package scanner

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// patterns is a detector that reports whatever the patterns of its rules match
// in what a chunk owns. The value is the group.
type patterns []*rules.Rule

func (d patterns) Detect(c *detectors.Chunk) detectors.Found {
	return detectors.Found{Matches: d.match(c)}
}

func (d patterns) match(c *detectors.Chunk) []detectors.Match {
	var found []detectors.Match
	for _, r := range d {
		for _, at := range r.Pattern.Regexp().FindAllSubmatchIndex(c.Data, -1) {
			v := secret.New(c.Data[at[2]:at[3]])
			if !c.Whole && (at[2] < c.From || at[2] >= c.To) {
				continue
			}
			m := detectors.Match{Rule: r, Start: at[2], End: at[3], Value: v, Carrier: v, Severity: r.Severity, Confidence: r.Confidence}
			for i := range r.Allow {
				m.Pending = append(m.Pending, &r.Allow[i])
			}
			found = append(found, m)
		}
	}
	slices.SortStableFunc(found, func(a, b detectors.Match) int { return a.Start - b.Start })
	return found
}

func rule(id, pattern string) *rules.Rule {
	return &rules.Rule{ID: id, Pattern: rules.MustPattern(pattern), Severity: rules.High, Confidence: rules.Likely}
}

// texts is a source of texts by path, which lie where they say they are. It gives
// them in a random order, from several goroutines.
type texts struct {
	Here
	content map[string]string
	workers int
	tell    func(Visitor) // what is told besides
}

func (s texts) Sweep(_ context.Context, v Visitor) error {
	var paths []string
	for path := range s.content {
		paths = append(paths, path)
	}
	rand.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	var workers sync.WaitGroup
	queue := make(chan string)
	for range max(s.workers, 1) {
		workers.Go(func() {
			if s.tell != nil {
				s.tell(v)
			}
			for path := range queue {
				FeedBytes(v, detectors.Chunk{At: place.Place{Kind: place.File, Path: path}, Names: []string{path}}, []byte(s.content[path]))
			}
		})
	}
	for _, path := range paths {
		queue <- path
	}
	close(queue)
	workers.Wait()
	return nil
}

// placed is a source of texts of which each lies at the places that are given,
// apart from its spans.
type placed struct {
	texts
	at map[string][]place.Place
}

func (s placed) Locate(_ context.Context, hits []Hit, found func(int, place.Place)) error {
	for i, h := range hits {
		for _, p := range s.at[h.At.Path] {
			p.Span, p.Also = h.At.Span, h.At.Also
			found(i, p)
		}
	}
	return nil
}

// recorder is a sink that remembers its calls as text.
type recorder struct {
	calls      []string
	findings   []Finding
	references []Reference
	summary    *Summary
}

func (r *recorder) Problem(p Problem) error {
	r.calls = append(r.calls, fmt.Sprintf("problem %s: %v", p.What, p.Err))
	return nil
}

func (r *recorder) Finding(f Finding) error {
	r.findings = append(r.findings, f)
	call := fmt.Sprintf("%s %s %s %s also %v name %q", f.Rule.ID, f.Severity, f.Confidence, f.Value.Reveal(), f.Also, f.Name)
	for _, p := range f.Parts {
		call += fmt.Sprintf(" part %s %s", p.Name, p.Value.Reveal())
	}
	for _, p := range f.Places {
		call += fmt.Sprintf("\n\t%s %v %v", p.Path, p.Span, p.Also)
	}
	r.calls = append(r.calls, call)
	return nil
}

func (r *recorder) Reference(f Reference) error {
	r.references = append(r.references, f)
	call := fmt.Sprintf("reference %s %s", f.System, f.Name)
	for _, p := range f.Places {
		call += fmt.Sprintf("\n\t%s %v %v", p.Path, p.Span, p.Also)
	}
	r.calls = append(r.calls, call)
	return nil
}

func (r *recorder) Done(s Summary) error {
	r.summary = &s
	r.calls = append(r.calls, fmt.Sprintf("done %+v", s))
	return nil
}

func scan(t *testing.T, s Source, d detectors.Detector) *recorder {
	t.Helper()
	var r recorder
	if err := Scan(t.Context(), []Source{s}, d, Options{Roots: []string{"."}}, &r); err != nil {
		t.Fatal(err)
	}
	if r.summary == nil {
		t.Fatal("Done was not called")
	}
	return &r
}

// covering says of the matches of special that they cover those of general.
type covering struct{ general, special patterns }

func (d covering) Detect(c *detectors.Chunk) detectors.Found {
	found := d.special.match(c)
	for i := range found {
		found[i].Also = []string{d.general[0].ID}
	}
	return detectors.Found{Matches: append(found, d.general.match(c)...)}
}

// named gives all matches a name.
type named struct {
	detectors.Detector
	name string
}

func (d named) Detect(c *detectors.Chunk) detectors.Found {
	found := d.Detector.Detect(c)
	for i := range found.Matches {
		found.Matches[i].Name = d.name
	}
	return found
}

// paired makes what half finds a part of each match in the same text.
type paired struct{ detectors.Detector }

func (d paired) Detect(c *detectors.Chunk) detectors.Found {
	half := patterns{rule("id", "id=(.)")}
	half[0].Severity = rules.Medium
	ids, found := half.match(c), d.Detector.Detect(c)
	for i := range found.Matches {
		m := &found.Matches[i]
		for _, id := range ids {
			m.Parts = append(m.Parts, detectors.Part{Name: "id", Value: id.Value})
		}
	}
	found.Matches = append(found.Matches, ids...)
	return found
}

// truncated says of all matches that there are more.
type truncated struct{ detectors.Detector }

func (d truncated) Detect(c *detectors.Chunk) detectors.Found {
	found := d.Detector.Detect(c)
	for i := range found.Matches {
		found.Matches[i].Truncated = true
	}
	return found
}

// failing is a source that fails as asked.
type failing struct{ sweep, locate error }

func (s failing) Sweep(_ context.Context, v Visitor) error {
	v.Chunk(&detectors.Chunk{Data: []byte("key alpha"), Whole: true})
	return s.sweep
}

func (s failing) Locate(context.Context, []Hit, func(int, place.Place)) error { return s.locate }

// chunks is a source of chunks as they are.
type chunks []*detectors.Chunk

func (s chunks) Sweep(_ context.Context, v Visitor) error {
	for _, c := range s {
		v.Chunk(c)
	}
	return nil
}

func (chunks) Locate(ctx context.Context, hits []Hit, found func(int, place.Place)) error {
	return Here{}.Locate(ctx, hits, found)
}

// reusing is a source that overwrites what it gave.
type reusing string

func (s reusing) Sweep(_ context.Context, v Visitor) error {
	data := []byte(s)
	v.Chunk(&detectors.Chunk{Data: data, Whole: true})
	copy(data, bytes.Repeat([]byte("x"), len(data)))
	return nil
}

func (reusing) Locate(ctx context.Context, hits []Hit, found func(int, place.Place)) error {
	return Here{}.Locate(ctx, hits, found)
}

// breaking is a sink that fails after some calls.
type breaking struct {
	calls, after int
	err          error
}

func (b *breaking) call() error {
	b.calls++
	if b.calls > b.after {
		return b.err
	}
	return nil
}

func (b *breaking) Problem(Problem) error     { return b.call() }
func (b *breaking) Finding(Finding) error     { return b.call() }
func (b *breaking) Reference(Reference) error { return b.call() }
func (b *breaking) Done(Summary) error        { return b.call() }
