package rules

import (
	"fmt"
	"strings"
)

// Silences names, in words, everything by which the config keeps something from
// being reported: rules that are not used, allows, paths that are not read, and a
// confidence that is asked for and more than the default.
// Two configs can be compared by it.
func (c *Config) Silences() []string {
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if !c.UseDefault {
		add("built-in rules are not used")
	}
	for _, id := range c.disable {
		add("rule %q is disabled", id)
	}
	for _, a := range c.allow {
		add("allow %s", a.conditions())
	}
	for _, r := range c.rules {
		for _, a := range r.rule.Allow {
			add("allow in rule %q %s", r.rule.ID, a.conditions())
		}
	}
	for _, glob := range c.Include {
		add("only %q is scanned", glob)
	}
	for _, glob := range c.Exclude {
		add("%q is not scanned", glob)
	}
	if c.MaxFileSize > 0 {
		add("files over %d bytes are not scanned", c.MaxFileSize)
	}
	if c.Confidence.Compare(LeastConfidence) > 0 {
		add("only what is of %s confidence is reported", c.Confidence)
	}
	return all
}

// conditions spells out when an allow holds.
func (a *Allow) conditions() string {
	var parts []string
	add := func(what string, values []string) {
		if len(values) > 0 {
			parts = append(parts, what+" "+strings.Join(values, ", "))
		}
	}
	add("path", patternTexts(a.Paths))
	add(strings.TrimSpace(string(a.Target)+" text"), patternTexts(a.Values))
	add("stop words", a.StopWords)
	add("commit", a.Commits)
	joint := " or "
	if a.All {
		joint = " and "
	}
	s := strings.Join(parts, joint)
	if len(a.Rules) > 0 {
		s = "of " + strings.Join(a.Rules, ", ") + ": " + s
	}
	if a.Description != "" {
		s = fmt.Sprintf("%q: %s", a.Description, s)
	}
	return s
}

func patternTexts(patterns []*Pattern) []string {
	var texts []string
	for _, p := range patterns {
		texts = append(texts, p.String())
	}
	return texts
}
