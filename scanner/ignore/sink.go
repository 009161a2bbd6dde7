package ignore

import (
	"cmp"
	"slices"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// New gives a sink that passes on to next what no list silences: findings
// without the places, and places without the lines, that a list names. A finding
// of which nothing is left is dropped. The others keep their order, even one that
// lost its first place.
//
// If the scan was thorough enough to know, Done tells which lines of our own
// ignore files silenced nothing.
func New(next scanner.Sink, lists ...*List) scanner.Sink {
	s := &sink{Sink: next}
	for _, l := range lists {
		s.lists = append(s.lists, &use{List: l, used: make([]bool, len(l.rules)), values: make(map[secret.Fingerprint]bool)})
	}
	return s
}

type sink struct {
	scanner.Sink
	lists   []*use
	dropped int
}

// use is what a list was good for in a scan.
type use struct {
	*List
	used   []bool // by rule
	values map[secret.Fingerprint]bool
}

func (s *sink) Finding(f scanner.Finding) error {
	type named struct {
		place.Place
		scanner.Naming
	}
	var kept []named
	for i, p := range f.Places {
		if s.keep(f.Fingerprint, &p) {
			kept = append(kept, named{p, f.Namings[i]})
		}
	}
	if len(kept) == 0 {
		s.dropped++
		return nil
	}
	// A place that lost its first line may come later now.
	slices.SortStableFunc(kept, func(a, b named) int { return place.Compare(a.Place, b.Place) })
	f.Places, f.Namings = nil, nil
	for _, k := range kept {
		f.Places, f.Namings = append(f.Places, k.Place), append(f.Namings, k.Naming)
	}
	return s.Sink.Finding(f)
}

// keep takes from a place what the lists silence, and tells whether any of it is
// left.
func (s *sink) keep(value secret.Fingerprint, p *place.Place) bool {
	kept := true
	for _, l := range s.lists {
		by := l.silences(value, p)
		for _, i := range by {
			l.used[i] = true
		}
		named := 0
		left := p.Keep(func(span place.Span) bool {
			if l.names(p, span) {
				named++
				return false
			}
			return true
		})
		if len(by) > 0 || named > 0 {
			l.values[value] = true
		}
		kept = kept && len(by) == 0 && left
	}
	return kept
}

func (s *sink) Done(sum scanner.Summary) error {
	sum.Findings -= s.dropped
	sum.New -= s.dropped
	for _, l := range s.lists {
		if n := len(l.values); n > 0 {
			sum.Silenced = append(sum.Silenced, scanner.Silenced{By: l.name, Count: n})
		}
		for i, r := range l.rules {
			if !l.used[i] && sum.Thorough() {
				sum.Unused = append(sum.Unused, scanner.Unused{File: l.name, Line: r.line, Text: r.text})
			}
		}
	}
	slices.SortStableFunc(sum.Silenced, func(a, b scanner.Silenced) int { return cmp.Compare(a.By, b.By) })
	return s.Sink.Done(sum)
}
