package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

// condition is what a rule asks for beside its pattern.
type condition struct {
	unmet   func(*rules.Rule, spot) string
	without func(*rules.Set, *rules.Rule)
}

// conditions gives all of them. The first one is no rule's: it makes a difference where
// a rule alone would report what all rules together don't.
func conditions() []condition {
	say := func(text string) func(*rules.Rule, spot) string {
		return func(*rules.Rule, spot) string { return text }
	}
	return []condition{
		{say("the file's format tells that it is no secret, or encrypted, or stands elsewhere"), func(*rules.Set, *rules.Rule) {}},
		{say("the path is not the rule's"), func(_ *rules.Set, r *rules.Rule) { r.Path = nil }},
		{say("its check fails"), func(_ *rules.Set, r *rules.Rule) { r.Check, r.Lenient = "", false }},
		{say("its entropy is too low"), func(_ *rules.Set, r *rules.Rule) { r.Entropy = 0 }},
		{unlike, func(_ *rules.Set, r *rules.Rule) { r.Random, r.Chosen = false, false }},
		{say("what belongs to it is not near"), func(_ *rules.Set, r *rules.Rule) { r.Parts = nil }},
		{say("more than one allow holds"), func(s *rules.Set, r *rules.Rule) { s.Allow, r.Allow = nil, nil }},
	}
}

// unlike says why a value does not look as a rule wants it.
func unlike(r *rules.Rule, m spot) string {
	wanted := "it does not look random"
	if r.Chosen {
		wanted = "it does not look like a password that a person chose"
		if r.Pattern.Group("name") >= 0 && judge.NameOf(m.Name) != judge.Password {
			return fmt.Sprintf("%q does not mean a password", m.Name)
		}
	}
	value := m.Value.Reveal()
	quoted := judge.Quoted(m.Name, value)
	if judge.Random(value, quoted) {
		return wanted + ", going by what stands around it"
	}
	look, _ := judge.Look(value, quoted)
	return wanted + ": it " + look
}

// allowsOf gives a condition for each allow that may hold for a rule: that it does not.
func allowsOf(set *rules.Set, rule *rules.Rule) []condition {
	var all []condition
	add := func(a *rules.Allow, without func(*rules.Set, *rules.Rule)) {
		why := "an allow holds"
		if a.Description != "" {
			why += ": " + a.Description
		}
		if a.IsFor(rule.ID) {
			all = append(all, condition{func(*rules.Rule, spot) string { return why }, without})
		}
	}
	for i := range set.Allow {
		add(&set.Allow[i], func(s *rules.Set, _ *rules.Rule) { s.Allow = slices.Delete(slices.Clone(s.Allow), i, i+1) })
	}
	for i := range rule.Allow {
		add(&rule.Allow[i], func(_ *rules.Set, r *rules.Rule) { r.Allow = slices.Delete(slices.Clone(r.Allow), i, i+1) })
	}
	return all
}

// nearMiss is what a pattern matches and its rule does not report.
type nearMiss struct {
	spot
	why string
}

// detecting finds what the rules of a set do in some text.
type detecting func(context.Context, *rules.Set) ([]scanner.Finding, error)

// nearMisses finds what only a rule's conditions keep from being reported. It
// takes the conditions away, and looks which of them makes the difference.
func nearMisses(ctx context.Context, set *rules.Set, reported []spot, detect detecting) ([]nearMiss, error) {
	var patterns []*rules.Rule
	for _, r := range set.Rules {
		if r.Pattern != nil {
			patterns = append(patterns, r)
		}
	}
	matched, err := detect(ctx, relax(set, patterns, conditions()...))
	if err != nil {
		return nil, err
	}
	missers := map[string]*misser{}
	var all []nearMiss
	for _, m := range spots(matched) {
		if slices.ContainsFunc(reported, func(s spot) bool { return overlap(s.at, m.at) || s.has(m) }) {
			continue
		}
		by := missers[m.Rule.ID]
		if by == nil {
			rule, _ := set.Rule(m.Rule.ID)
			all := conditions()
			by = &misser{set: set, rule: rule, conditions: slices.Insert(all, 1, allowsOf(set, rule)...), found: map[int][]spot{}}
			missers[m.Rule.ID] = by
		}
		why, err := by.why(ctx, m, detect)
		if err != nil {
			return nil, err
		}
		all = append(all, nearMiss{m, why})
	}
	return all, nil
}

// misser is a rule that does not report what its pattern matches.
type misser struct {
	set        *rules.Set
	rule       *rules.Rule
	conditions []condition
	found      map[int][]spot // with a condition less, by its number
}

// why tells which condition keeps the rule from reporting a spot.
func (r *misser) why(ctx context.Context, m spot, detect detecting) (string, error) {
	for i, c := range r.conditions {
		if _, known := r.found[i]; !known {
			found, err := detect(ctx, relax(r.set, []*rules.Rule{r.rule}, c))
			if err != nil {
				return "", err
			}
			r.found[i] = spots(found)
		}
		if slices.ContainsFunc(r.found[i], func(s spot) bool { return s.at == m.at }) {
			return c.unmet(r.rule, m), nil
		}
	}
	return "more than one of its conditions is not met", nil
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
