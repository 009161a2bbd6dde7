package match

import (
	"regexp/syntax"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules"
)

// TestDrawnRules compares on random patterns that are built as rules are, and on
// texts of their matches, whole and damaged: searched by themselves, and as versions
// of each other, in every way that there is to search for the pattern.
func TestDrawnRules(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		re, err := rules.ParsePattern(drawRule.Draw(t, "pattern"))
		if err != nil {
			t.Skip()
		}
		tree := parse(t, re.String())
		drawn := drawNearMatches(tree)
		text := []byte(drawn.Draw(t, "text"))
		compareSearchers(t, re, string(text))

		allows := rapid.SliceOfN(drawAllow, 0, 1).Draw(t, "allows")
		matchers := map[string]*Matcher{}
		traces := map[string]*Trace{}
		for name, c := range searchers(tree) {
			matchers[name] = c.matcher(re, allows...)
			traces[name], _ = compareInherited(t, matchers[name], text, nil, nil)
		}
		for range 3 {
			var copied []Copy
			text, copied = assemble(text, drawPieces(t, drawn, len(text)))
			for name, m := range matchers {
				var found int
				traces[name], found = compareInherited(t, m, text, traces[name], copied)
				compared += found
			}
		}
	})
	if compared == 0 {
		t.Error("no match was compared")
	}
}

// drawAllow draws what keeps matches from being wanted.
var drawAllow = rapid.Custom(func(t *rapid.T) *rules.Allow {
	return &rules.Allow{
		Target: rapid.SampledFrom([]rules.Target{rules.TargetValue, rules.TargetMatch, rules.TargetLine}).Draw(t, "target"),
		Values: []*rules.Pattern{rules.MustPattern(rapid.SampledFrom([]string{"a", "^b", "k$", "s.*k", "_", "^ *[ab]", "."}).Draw(t, "values"))},
	}
})

// drawRule draws patterns out of what rules are made of.
var drawRule = rapid.Custom(func(t *rapid.T) string {
	flags := rapid.SampledFrom([]string{"", "(?i)", "(?s)", "(?m)", "(?is)"}).Draw(t, "flags")
	border := rapid.SampledFrom([]string{"", `\b`, `\b`, "^"}).Draw(t, "border")
	return flags + border + strings.Join(rapid.SliceOfN(drawRulePart(2), 1, 6).Draw(t, "parts"), "")
})

func drawRulePart(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		kind := rapid.IntRange(0, 9).Draw(t, "kind")
		sub := drawRulePart(depth - 1)
		switch {
		case kind < 3 || depth == 0:
			return rapid.SampledFrom([]string{
				"a", "b", "ab", "abk", "key", "sk", "sk_", "k-", "é", "ſ", "-----", `\.`, "secret_access_key",
			}).Draw(t, "literal")
		case kind < 6:
			class := rapid.SampledFrom([]string{`\w`, `[\w.-]`, `[ab]`, `[a-z]`, `[0-9a-f]`, `\s`, `[:=]`, `["']`, `[^"\s]`, `[^a]`, `.`, `[é-ſ]`, `[\s\S]`, `\d`, `[^\x{fffd}]`}).Draw(t, "class")
			return class + rapid.SampledFrom([]string{"", "?", "*", "+", "{0,3}", "{0,2}?", "{2}", "{2,4}", "*?", "{0,20}"}).Draw(t, "count")
		case kind == 6:
			return rapid.SampledFrom([]string{`\b`, `\b`, `\B`, `^`, `$`, `\z`, `(?:["']|$)`, `(?:^|[^a-z])`, `(?:\b|_)`, `(?:k|\b)`, `(?-i:k)`}).Draw(t, "border")
		case kind == 7:
			return "(?:" + sub.Draw(t, "a") + sub.Draw(t, "b") + ")" + rapid.SampledFrom([]string{"?", "{2}", "+", "{0,2}", ""}).Draw(t, "count")
		case kind == 8:
			return "(" + sub.Draw(t, "a") + "|" + sub.Draw(t, "b") + "|" + sub.Draw(t, "c") + ")"
		}
		// Branches of which the parser takes out what they begin with.
		prefix := sub.Draw(t, "prefix")
		return "(?:" + prefix + sub.Draw(t, "a") + "|" + prefix + sub.Draw(t, "b") + ")" + rapid.SampledFrom([]string{"", "?"}).Draw(t, "count")
	})
}

// drawNearMatches draws texts of matches of a pattern, whole and damaged.
func drawNearMatches(tree *syntax.Regexp) *rapid.Generator[string] {
	between := rapid.SampledFrom([]string{"", "", "", " ", "\n", "a", "k", "K", "_", "\"", "=", "-", ".", "é", "ſ", "\u212a", "\xc3", "\xe2\x84", "\xaa", "1"})
	one := rapid.Custom(func(t *rapid.T) string {
		m := drawMatch(t, tree)
		if len(m) > 0 && rapid.IntRange(0, 2).Draw(t, "damage") == 0 {
			from := rapid.IntRange(0, len(m)-1).Draw(t, "from")
			to := rapid.IntRange(from, min(len(m), from+2)).Draw(t, "to")
			m = m[:from] + between.Draw(t, "instead") + m[to:]
		}
		return between.Draw(t, "before") + m + between.Draw(t, "after")
	})
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(one, 0, 5).Draw(t, "matches"), "") })
}

// drawMatch draws what an expression matches if its assertions hold.
func drawMatch(t *rapid.T, re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		text := string(re.Rune)
		if re.Flags&syntax.FoldCase != 0 && rapid.Bool().Draw(t, "upper") {
			text = strings.ToUpper(text)
		}
		return text
	case syntax.OpCharClass:
		i := 2 * rapid.IntRange(0, len(re.Rune)/2-1).Draw(t, "range")
		return string(rapid.Int32Range(re.Rune[i], min(re.Rune[i+1], re.Rune[i]+30)).Draw(t, "rune"))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return rapid.SampledFrom([]string{"a", "k", "=", " ", "é", "\xff"}).Draw(t, "any")
	case syntax.OpAlternate:
		return drawMatch(t, rapid.SampledFrom(re.Sub).Draw(t, "branch"))
	}
	least, most := 1, 1
	switch re.Op {
	case syntax.OpStar:
		least, most = 0, 4
	case syntax.OpPlus:
		most = 4
	case syntax.OpQuest:
		least = 0
	case syntax.OpRepeat:
		least, most = re.Min, min(max(re.Max, re.Min), re.Min+4)
	}
	var b strings.Builder
	for range rapid.IntRange(least, most).Draw(t, "times") {
		for _, sub := range re.Sub {
			b.WriteString(drawMatch(t, sub))
		}
	}
	return b.String()
}

// matcher is the Matcher of one pattern that searches for it in this way.
func (c choice) matcher(re *rules.Pattern, allows ...*rules.Allow) *Matcher {
	r := &rule{Rule: &rules.Rule{ID: "drawn", Pattern: re}, name: -1, carrier: -1, pattern: pattern{c.searcher, 0, c.literals}, allows: allows}
	return newMatcher([]*rule{r})
}
