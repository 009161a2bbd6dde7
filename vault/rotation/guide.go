package rotation

import (
	"regexp"
	"strings"

	"github.com/secretsweep/secretsweep/rules"
)

// Guide is how a value of a provider is rotated: where, and in which steps.
type Guide struct {
	Provider string // its name; "" if nobody knows it
	Console  string // address of the page where its owner manages it; "" if there is none
	Steps    []GuideStep
}

// GuideStep is a step of a guide.
type GuideStep struct {
	Text string
	Act  Act // what it belongs to: Replace, or Revoke; "" where a guide doesn't keep them apart
}

// GuideOf gives the guide of the provider that a record's rule or the record itself names, or
// else the steps that hold for anything.
func GuideOf(set *rules.Set, r *Record) Guide {
	provider, known := set.Provider(r.Provider)
	if rule, is := set.Rule(r.Rule); is && rule.Provider != nil {
		provider, known = rule.Provider, true
	}
	if !known || provider.Rotate == "" {
		g := Guide{Steps: guideSteps(anyGuide)}
		if known {
			g.Provider, g.Console = provider.Name, provider.Console
		}
		return g
	}
	return Guide{provider.Name, provider.Console, guideSteps(provider.Rotate)}
}

// anyGuide is the guide to what nobody has a guide to.
const anyGuide = `1. Find out what the value opens, and who issued it.
2. Make a new one there, with no more rights than are needed.
3. Put the new one where the old one was used, and see that it works.
4. End the old one where it was issued, and look through its log for uses that weren't yours.`

// Of gives the steps that belong to an act; all of them where the guide doesn't keep apart
// what comes before the old value ends.
func (g *Guide) Of(a Act) []GuideStep {
	if a == MoveAll {
		a = Replace
	}
	var all []GuideStep
	for _, s := range g.Steps {
		if s.Act == a || s.Act == "" && (a == Replace || a == Revoke) {
			all = append(all, s)
		}
	}
	return all
}

// guideSteps takes a guide's text apart. All before the step that ends the old value belongs
// to replacing it, if there is such a step, and the new one isn't put in place after that.
func guideSteps(text string) []GuideStep {
	number := regexp.MustCompile(`^\d+\. `)
	put := regexp.MustCompile(`^Put\b`)
	ends := regexp.MustCompile(`^(?:Delete|Revoke|Remove|Deactivate|Disable|Expire|Destroy|End|Drop|Set the old|Change the old)\b`)
	var all []GuideStep
	end := -1
	for line := range strings.Lines(text) {
		line = number.ReplaceAllString(strings.TrimSpace(line), "")
		switch {
		case line == "":
			continue
		case put.MatchString(line):
			end = -1
		case end < 0 && len(all) > 0 && ends.MatchString(line):
			end = len(all)
		}
		all = append(all, GuideStep{Text: line})
	}
	if end < 0 {
		return all
	}
	for i := range all {
		all[i].Act = Replace
		if i >= end {
			all[i].Act = Revoke
		}
	}
	return all
}
