package baseline

import (
	"slices"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// New gives a sink that passes everything on to next and marks what fails
// nothing while the baseline is in force: findings that it knows, and others
// that lie on this machine alone. It counts both, and tells which entries no
// longer occur, if the scan was thorough enough to know.
func New(next scanner.Sink, b *Baseline) scanner.Sink {
	return &sink{Sink: next, baseline: b, seen: make(map[secret.Fingerprint]bool)}
}

type sink struct {
	scanner.Sink
	baseline     *Baseline
	seen         map[secret.Fingerprint]bool
	known, local int
}

func (s *sink) Finding(f scanner.Finding) error {
	switch {
	case s.baseline.Has(f.Fingerprint):
		f.Known = true
		s.known++
		s.seen[f.Fingerprint] = true
	case !slices.ContainsFunc(f.Places, func(p place.Place) bool { return !p.Local }):
		f.Local = true
		s.local++
	}
	return s.Sink.Finding(f)
}

func (s *sink) Done(sum scanner.Summary) error {
	sum.Known, sum.Local = s.known, s.local
	sum.New -= s.known + s.local
	if sum.Thorough() {
		for _, e := range s.baseline.Entries() {
			if !s.seen[e.Fingerprint] {
				sum.Stale = append(sum.Stale, e.Fingerprint)
			}
		}
	}
	return s.Sink.Done(sum)
}
