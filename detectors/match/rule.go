package match

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/rules/check"
)

// rule is a rule, compiled.
type rule struct {
	*rules.Rule
	pattern pattern
	name    int // group; -1: none
	carrier int // group; -1: none
	verify  func(value string) check.Verdict
	parts   []part
	allows  Allows
	literal int  // length of its shortest literal
	binary  bool // it can't match binary data by chance
}

type part struct {
	*rules.Part
	pattern pattern
}

// newRule compiles a rule, all but the numbers of its patterns. everyone are allows that
// are not the rule's own.
func newRule(r *rules.Rule, everyone []rules.Allow) (*rule, error) {
	c := &rule{Rule: r, name: r.Pattern.Group("name"), carrier: r.Pattern.Group("carrier")}
	var err error
	if c.pattern.searcher, c.pattern.literals, err = newSearcher(r.Pattern, r.Literals, ruleCost); err != nil {
		return nil, err
	}
	for i := range r.Parts {
		p := part{Part: &r.Parts[i]}
		if p.pattern.searcher, p.pattern.literals, err = newSearcher(p.Pattern, nil, partCost); err != nil {
			return nil, fmt.Errorf("part %q: %w", p.Name, err)
		}
		c.parts = append(c.parts, p)
	}
	if r.Check != "" {
		kind, ok := check.Lookup(r.Check)
		if !ok {
			return nil, fmt.Errorf("no check is named %q", r.Check)
		}
		c.verify = kind.Verify
	}
	c.allows = AllowsOf(r, everyone)
	c.literal = shortest(c.pattern.literals)
	c.binary = !r.Random && !r.Chosen && (r.Check != "" && !r.Lenient || c.literal >= unlikelyLength)
	return c, nil
}

// patterns gives the rule's own pattern, and those of its parts.
func (r *rule) patterns() []*pattern {
	all := []*pattern{&r.pattern}
	for i := range r.parts {
		all = append(all, &r.parts[i].pattern)
	}
	return all
}

// unlikelyLength is how long a literal must be so that binary data has it by
// chance hardly ever, together with the rest of a pattern.
const unlikelyLength = 4

// shortest is the length of the shortest literal; 0 if there is none.
func shortest(literals []literal) int {
	if len(literals) == 0 {
		return 0
	}
	shortest := math.MaxInt
	for _, l := range literals {
		if !l.foreign {
			shortest = min(shortest, len(l.text))
		}
	}
	return shortest
}

// text is a text in which rules search.
type text struct {
	data   []byte
	hits   [][]*hit // by search
	inPath func(path *rules.Pattern) bool
	ends   []int              // of lines, once they are needed
	parts  map[int][]partSpan // by search: a part's matches, once they are needed
}

// partSpan is where a part's value lies, and the whole match of its pattern.
type partSpan struct{ start, end, matchStart, matchEnd int }

// mayMatch tells whether the text has what a pattern needs.
func (t *text) mayMatch(p pattern) bool { return len(t.hits[p.number]) > 0 || len(p.literals) == 0 }

// matches calls found for each match of a pattern.
func (t *text) matches(p pattern, found func(indices []int) verdict) {
	if t.mayMatch(p) {
		p.search(t.data, t.hits[p.number], found)
	}
}

// find adds what the rule finds to found: those matches of the pattern that are the
// rule's.
func (r *rule) find(t *text, found []Found) []Found {
	before := len(found)
	placed := r.Path == nil || t.inPath == nil
	t.matches(r.pattern, func(indices []int) verdict {
		if placed = placed || t.inPath(r.Path); !placed { // asked late: most texts have no match
			return enough
		}
		f, ok := r.judge(t, indices)
		switch {
		case !ok && len(r.parts) > 0: // which may be anywhere
			return unwanted
		case !ok:
			return dismissed
		case len(found)-before == MaxFound:
			found[len(found)-1].Truncated = true
			return enough
		}
		found = append(found, f)
		return wanted
	})
	return found
}

// judge tells whether a match of the pattern is one of the rule.
func (r *rule) judge(t *text, indices []int) (Found, bool) {
	f := Found{
		Rule:       r.Rule,
		MatchStart: indices[0],
		MatchEnd:   indices[1],
		Literal:    r.literal,
	}
	f.Start, f.End = rules.ValueSpan(r.Pattern, indices)
	f.NameStart, f.NameEnd = group(indices, r.name)
	f.CarrierStart, f.CarrierEnd = group(indices, r.carrier)
	if f.Start == f.End {
		return f, false
	}
	value := string(t.data[f.Start:f.End])
	if r.Entropy > 0 && judge.Entropy(value) < r.Entropy {
		return f, false
	}
	if r.Random || r.Chosen {
		name := ""
		if f.NameStart >= 0 {
			name = string(t.data[f.NameStart:f.NameEnd])
		}
		wanted, weak := r.looksSecret(name, value, judge.Surroundings{Name: name, Text: t.data, Start: f.Start, End: f.End})
		if !wanted {
			return f, false
		}
		f.Weak = weak
	}
	if r.verify != nil && r.verify(value) == check.Fail {
		if !r.Lenient {
			return f, false
		}
		f.Weak = true
	}
	for i := range r.parts {
		p := &r.parts[i]
		start, end, ok := t.nearest(p, &f)
		switch {
		case ok:
			f.Parts = append(f.Parts, PartFound{p.Part, start, end})
		case p.Required:
			return f, false
		}
	}
	return f, !r.allows.Hold(t.data, &f)
}

// looksSecret tells whether a value looks like what the rule asks for: random, or chosen
// by a person. It is weak if it may as well be a word of a text.
func (r *rule) looksSecret(name, value string, s judge.Surroundings) (wanted, weak bool) {
	random := judge.Random(value, s) || r.Random && judge.IsKeyUUID(name, value)
	if _, password, ok := judge.Login(value); ok && r.Chosen {
		random = random || judge.PasswordOf(password) == judge.Chosen
	}
	switch {
	case r.Random && random:
		return true, false
	case !r.Chosen || r.name >= 0 && judge.NameOf(name) != judge.Password:
		return false, false
	}
	choice := judge.PasswordOf(value)
	if random || choice == judge.Chosen {
		return true, false
	}
	return choice == judge.Word && (r.name < 0 || judge.EndsAsPassword(name) && s.Assigned()), len(value) < 8
}

// group gives where a group matched; -1 if it did not, or there is none.
func group(indices []int, n int) (start, end int) {
	if n < 0 {
		return -1, -1
	}
	return indices[2*n], indices[2*n+1]
}

// nearest finds the part that lies nearest to a match: in lines, then in bytes.
// Of two that lie as near it is the one before. A part is not inside the value.
func (t *text) nearest(p *part, f *Found) (start, end int, ok bool) {
	spans := t.partSpans(p)
	lines, gap := p.Within+1, 0
	try := func(s partSpan) (beside bool) {
		if s.start < f.End && f.Start < s.end {
			return false
		}
		l, g := 0, 0
		switch {
		case s.matchEnd <= f.MatchStart:
			l, g = t.line(f.MatchStart)-t.line(s.matchEnd), f.MatchStart-s.matchEnd
		case s.matchStart >= f.MatchEnd:
			l, g = t.line(s.matchStart)-t.line(f.MatchEnd), s.matchStart-f.MatchEnd
		}
		if l < lines || l == lines && ok && g < gap {
			start, end, lines, gap, ok = s.start, s.end, l, g, true
		}
		return true
	}
	after := sort.Search(len(spans), func(i int) bool { return spans[i].start >= f.Start })
	for i := after - 1; i >= 0 && !try(spans[i]); i-- {
	}
	for i := after; i < len(spans) && !try(spans[i]); i++ {
	}
	return start, end, ok
}

// partSpans finds all that a part's pattern matches, in order.
func (t *text) partSpans(p *part) []partSpan {
	spans, known := t.parts[p.pattern.number]
	if known {
		return spans
	}
	t.matches(p.pattern, func(indices []int) verdict {
		start, end := rules.ValueSpan(p.Pattern, indices)
		spans = append(spans, partSpan{start, end, indices[0], indices[1]})
		return wanted
	})
	if t.parts == nil {
		t.parts = map[int][]partSpan{}
	}
	t.parts[p.pattern.number] = spans
	return spans
}

// line gives the number of the line that a position is in, from 0.
func (t *text) line(at int) int {
	if t.ends == nil {
		t.ends = []int{}
		for i, b := range t.data {
			if b == '\n' {
				t.ends = append(t.ends, i)
			}
		}
	}
	n, _ := slices.BinarySearch(t.ends, at)
	return n
}
