package main

import (
	"context"
	"slices"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

// condition is what a rule asks for beside its pattern. Allows may also be the
// set's.
type condition struct {
	unmet   string
	without func(*rules.Set, *rules.Rule)
}

func conditions() []condition {
	return []condition{
		{"the path is not the rule's", func(_ *rules.Set, r *rules.Rule) { r.Path = nil }},
		{"its check fails", func(_ *rules.Set, r *rules.Rule) { r.Check, r.Lenient = "", false }},
		{"its entropy is too low", func(_ *rules.Set, r *rules.Rule) { r.Entropy = 0 }},
		{"it does not look random", func(_ *rules.Set, r *rules.Rule) { r.Random = false }},
		{"what belongs to it is not near", func(_ *rules.Set, r *rules.Rule) { r.Parts = nil }},
		{"an allow holds", func(s *rules.Set, r *rules.Rule) { s.Allow, r.Allow = nil, nil }},
	}
}

// nearMiss is what a pattern matches and its rule does not report.
type nearMiss struct {
	spot
	why string
}

// nearMisses finds what only a rule's conditions keep from being reported. It
// takes the conditions away, and looks which of them makes the difference; detect
// finds what the rules of a set do.
func nearMisses(ctx context.Context, set *rules.Set, reported []spot, detect func(context.Context, *rules.Set) ([]scanner.Finding, error)) ([]nearMiss, error) {
	var patterns []*rules.Rule
	for _, r := range set.Rules {
		if r.Pattern != nil {
			patterns = append(patterns, r)
		}
	}
	bare := relax(set, patterns, conditions()...)
	matched, err := detect(ctx, bare)
	if err != nil {
		return nil, err
	}
	// What a rule finds with a condition less.
	relaxed := map[string]map[string][]spot{}
	var all []nearMiss
	for _, m := range spots(matched) {
		if slices.ContainsFunc(reported, func(s spot) bool { return overlap(s.at, m.at) || s.has(m) }) {
			continue
		}
		id := m.Rule.ID
		if relaxed[id] == nil {
			relaxed[id] = map[string][]spot{}
			rule, _ := set.Rule(id)
			for _, c := range conditions() {
				one := relax(set, []*rules.Rule{rule}, c)
				found, err := detect(ctx, one)
				if err != nil {
					return nil, err
				}
				relaxed[id][c.unmet] = spots(found)
			}
		}
		why := "more than one of its conditions is not met"
		for _, c := range conditions() {
			if slices.ContainsFunc(relaxed[id][c.unmet], func(s spot) bool { return s.at == m.at }) {
				why = c.unmet
				break
			}
		}
		all = append(all, nearMiss{m, why})
	}
	return all, nil
}

// relax gives a set of some of its rules, without the conditions.
func relax(set *rules.Set, some []*rules.Rule, without ...condition) *rules.Set {
	relaxed := &rules.Set{Providers: set.Providers, Allow: set.Allow}
	for _, r := range some {
		rule := *r
		for _, c := range without {
			c.without(relaxed, &rule)
		}
		relaxed.Rules = append(relaxed.Rules, &rule)
	}
	return relaxed
}

// has tells whether a value is a part of the one at a spot, such as its key's id.
func (s spot) has(other spot) bool {
	return slices.ContainsFunc(s.Parts, func(p detectors.Part) bool { return p.Value.Equal(other.Value) })
}

// overlap tells whether two stretches of a text have a character in common.
func overlap(a, b place.Span) bool {
	return !before(a.End, b.Start) && !before(b.End, a.Start)
}

func before(a, b place.Position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}
