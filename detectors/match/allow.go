package match

import (
	"bytes"
	"strings"

	"github.com/secretsweep/secretsweep/rules"
)

// Allows are what a rule never reports.
type Allows []*rules.Allow

// AllowsOf gives a rule's own allows, and those of everyone that apply to it.
func AllowsOf(r *rules.Rule, everyone []rules.Allow) Allows {
	var all Allows
	for i := range everyone {
		if a := &everyone[i]; a.IsFor(r.ID) {
			all = append(all, a)
		}
	}
	for i := range r.Allow {
		all = append(all, &r.Allow[i])
	}
	return all
}

// Hold tells whether one of them holds for what was found in a text. Those of which
// the path or the commit decides become pending.
func (all Allows) Hold(text []byte, f *Found) bool {
	for _, a := range all {
		holds, pending := allowed(a, text, f)
		if holds {
			return true
		}
		if pending {
			f.Pending = append(f.Pending, a)
		}
	}
	return false
}

// longestLine is how much of the line before a match, and how much after it, an allow
// looks at. Files in one line would take minutes otherwise.
const longestLine = 4 << 10 // bytes

// lineAround gives the line that a match is in, or the middle of a long one.
func lineAround(data []byte, start, end int) []byte {
	before := data[max(0, start-longestLine):start]
	before = before[bytes.LastIndexByte(before, '\n')+1:]
	after := data[end:min(len(data), end+longestLine)]
	if n := bytes.IndexByte(after, '\n'); n >= 0 {
		after = after[:n]
	}
	return data[start-len(before) : end+len(after)]
}

// allowed tells whether an allow holds, or whether that is up to the path or the
// commit.
func allowed(a *rules.Allow, data []byte, f *Found) (holds, pending bool) {
	elsewhere := len(a.Paths)+len(a.Commits) > 0
	byValue, byWord := false, false
	if len(a.Values) > 0 {
		target := data[f.Start:f.End]
		switch a.Target {
		case rules.TargetMatch:
			target = data[f.MatchStart:f.MatchEnd]
		case rules.TargetLine:
			target = lineAround(data, f.MatchStart, f.MatchEnd)
		}
		for _, p := range a.Values {
			byValue = byValue || p.Regexp().Match(target)
		}
	}
	if len(a.StopWords) > 0 {
		value := strings.ToLower(string(data[f.Start:f.End]))
		for _, word := range a.StopWords {
			byWord = byWord || strings.Contains(value, strings.ToLower(word))
		}
	}
	if a.All {
		if !byValue && len(a.Values) > 0 || !byWord && len(a.StopWords) > 0 {
			return false, false
		}
		return !elsewhere && (byValue || byWord), elsewhere
	}
	return byValue || byWord, !byValue && !byWord && elsewhere
}
