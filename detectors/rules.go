package detectors

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// Rules detects what the rules of a set describe.
type Rules struct {
	matcher    *match.Matcher
	configured *configured
	decoders   []decoder
	spellings  map[*rules.Rule]bool // of references; true: the name must mean a secret
	files      []fileRule
	now        time.Time // one for all texts: what has ended by then is worth less
}

// fileRule is a rule about files themselves: with a path and no pattern.
type fileRule struct {
	*rules.Rule
	pending []*rules.Allow // those that go by path or commit alone: a file has no value to look at
}

var _ Detector = (*Rules)(nil)

// New compiles the rules of a set.
func New(set *rules.Set) (*Rules, error) {
	d := &Rules{configured: newConfigured(set), decoders: newDecoders(), spellings: newSpellings(), now: time.Now()}
	inner := slices.Collect(maps.Keys(d.spellings))
	for _, in := range d.decoders {
		inner = append(inner, in.rule)
	}
	var err error
	if d.matcher, err = match.New(set, inner...); err != nil {
		return nil, fmt.Errorf("compile rules: %w", err)
	}
	for _, r := range set.Rules {
		if r.Pattern == nil && r.Path != nil {
			d.files = append(d.files, newFileRule(set, r))
		}
	}
	return d, nil
}

func newFileRule(set *rules.Set, r *rules.Rule) fileRule {
	f := fileRule{Rule: r}
	add := func(allows []rules.Allow) {
		for i := range allows {
			a := &allows[i]
			byText := a.All && len(a.Values)+len(a.StopWords) > 0
			if a.IsFor(r.ID) && !byText && len(a.Paths)+len(a.Commits) > 0 {
				f.pending = append(f.pending, a)
			}
		}
	}
	add(set.Allow)
	add(r.Allow)
	return f
}

// Slow gives the ids of rules that take longer than all others together, because
// no literal can be told that their matches contain.
func (d *Rules) Slow() []string { return d.matcher.Slow() }

// Detect gives the secrets of a chunk. A rule with a path is left out if the
// content is known to have other paths only; which of its places remain is for
// the caller to settle. The match of a rule about files is the whole content. Binary
// data refers to nothing.
func (d *Rules) Detect(c *Chunk) Found { return d.detect(c, 1) }

// detect gives the secrets of a chunk that is inside of layers-1 encodings.
func (d *Rules) detect(c *Chunk, layers int) Found {
	found := d.matcher.Find(match.Text{Data: c.Data, Binary: c.Binary, InPath: c.mayBeAt, Base: c.Base, Copied: c.Copied, Trace: c.Trace})
	found = slices.DeleteFunc(found, func(f match.Found) bool { return !c.owns(f) })
	found, references := d.references(c, found)
	found, texts := d.encoded(c.Data, found)
	read := d.configured.find(c)
	found = slices.DeleteFunc(found, func(f match.Found) bool {
		after, _ := slices.BinarySearchFunc(read.denied, f.Start+1, func(s span, start int) int { return cmp.Compare(s.start, start) })
		return rank(f) == 0 && after > 0 && f.End <= read.denied[after-1].end
	})
	for i := range read.found {
		found = append(found, read.found[i].Found)
	}
	slices.SortStableFunc(found, func(a, b match.Found) int { return cmp.Compare(a.Start, b.Start) })
	matches := make([]Match, 0, len(found))
	for _, k := range mostSpecific(found) {
		matches = append(matches, newMatch(c.Data, k))
	}
	if layers < maxLayers {
		matches = d.detectIn(c, append(texts, read.decoded...), matches, layers+1)
	}
	if layers == 1 && len(matches) > 0 && allExemplary(c.paths()) {
		lowerRandom(matches)
	}
	d.configured.name(c, tell(matches, read.found))
	if layers == 1 && isProse(&c.At) {
		for i := range matches {
			matches[i].readProse(c.Data)
		}
	}
	for i := range matches {
		matches[i].weigh(d.now)
	}
	if layers == 1 && c.From == 0 && len(c.Data) > 0 && len(c.paths()) > 0 {
		for _, r := range d.files {
			if c.mayBeAt(r.Path) {
				v := secret.New(c.Data)
				m := Match{Rule: r.Rule, End: len(c.Data), Value: v, Carrier: v, Severity: r.Severity, Confidence: r.Confidence, Pending: r.pending}
				if allExemplary(c.paths()) {
					m.lower("the path is that of an example or a test")
				}
				matches = append(matches, m)
			}
		}
	}
	slices.SortStableFunc(matches, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Rule.ID, b.Rule.ID))
	})
	matches = slices.CompactFunc(matches, func(a, b Match) bool { // what two ways of decoding lead to
		return a.Start == b.Start && a.End == b.End && a.Rule == b.Rule && a.Value.Equal(b.Value)
	})
	return Found{matches, references}
}

// encoded takes out what the decoders' rules found, and gives the texts that it leads to.
func (d *Rules) encoded(data []byte, found []match.Found) (rest []match.Found, texts []encoded) {
	for i := range d.decoders {
		in, end := &d.decoders[i], 0
		found = slices.DeleteFunc(found, func(f match.Found) bool {
			if f.Rule != in.rule {
				return false
			}
			if f.Start >= end {
				text, ok := in.decode(data, f)
				if end = text.end; ok {
					texts = append(texts, text)
				}
			}
			return true
		})
	}
	return found, texts
}

// detectIn adds the secrets of encoded texts that a chunk holds. They lie where the
// encoded text does. What is known of that by its own look gives way. matches are
// ordered, and none overlaps another.
func (d *Rules) detectIn(c *Chunk, texts []encoded, matches []Match, layers int) []Match {
	var inner []Match
	var holders []span
	for _, in := range texts {
		found := d.detect(in.chunk(c), layers).Matches
		found = slices.DeleteFunc(found, func(m Match) bool { return m.End <= in.in.start || m.Start >= in.in.end })
		for _, m := range found {
			m.Start, m.End = in.start, in.end
			inner = append(inner, m)
		}
		if len(found) > 0 {
			holders = append(holders, in.span)
		}
	}
	slices.SortFunc(holders, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	next, reach := 0, 0 // the first holder behind a match, and how far those before it go
	matches = slices.DeleteFunc(matches, func(m Match) bool {
		for ; next < len(holders) && holders[next].start < m.End; next++ {
			reach = max(reach, holders[next].end)
		}
		return (m.Rule.Random || m.Rule.Chosen) && m.Start < reach
	})
	return append(matches, inner...)
}

// owns tells whether a match begins in the chunk's own stretch. One that says that
// more were left out is owned even if it lies before, or nobody would hear of it.
func (c *Chunk) owns(f match.Found) bool {
	return c.Whole || f.Start < c.To && (f.Start >= c.From || f.Truncated)
}

// paths gives all paths that the content is known to have. That of an archive says nothing
// of what lies in it, and that of a chat nothing of what was said.
func (c *Chunk) paths() []string {
	if c.At.Path == "" || c.At.Member != "" || c.At.Kind == place.Chat || slices.Contains(c.Names, c.At.Path) {
		return c.Names
	}
	return append(slices.Clone(c.Names), c.At.Path)
}

// mayBeAt tells whether one of the content's paths matches, or none is known.
func (c *Chunk) mayBeAt(path *rules.Pattern) bool {
	paths := c.paths()
	return len(paths) == 0 || slices.ContainsFunc(paths, path.MatchString)
}

// newMatch makes a match of what was found and kept.
func newMatch(data []byte, k kept) Match {
	f := k.Found
	m := Match{
		Rule:       f.Rule,
		Start:      f.Start,
		End:        f.End,
		Value:      secret.New(data[f.Start:f.End]),
		Confidence: f.Rule.Confidence,
		Also:       k.also,
		Pending:    f.Pending,
		Truncated:  f.Truncated || k.truncated,
	}
	m.Carrier = m.Value
	whole := f.Start
	if f.CarrierStart >= 0 {
		whole = f.CarrierStart
		m.Carrier = secret.New(data[f.CarrierStart:f.CarrierEnd])
		if plain, err := url.PathUnescape(m.Value.Reveal()); err == nil {
			m.Value = secret.New(plain)
		}
	}
	if f.Rule.Random || f.Rule.Chosen {
		look, _ := judge.Look(string(data[f.Start:f.End]), judge.Surroundings{Text: data, Start: f.Start, End: f.End})
		m.because("the value " + look)
	}
	if f.Weak {
		m.lower("the rule's check fails")
	}
	if f.NameStart >= 0 {
		m.Name = string(data[f.NameStart:f.NameEnd])
	} else {
		m.Name = assigned(data, whole)
	}
	for _, p := range f.Parts {
		m.Parts = append(m.Parts, Part{p.Part.Name, secret.New(data[p.Start:p.End])})
	}
	return m
}

// lowerRandom makes what only looks random less likely: it is from an example or a test.
func lowerRandom(matches []Match) {
	for i := range matches {
		if m := &matches[i]; m.Rule.Random || m.Rule.Chosen {
			m.lower("the path is that of an example or a test")
		}
	}
}

// tell adds to matches what the settings at the same places say of them. It gives those
// that have none, by their start.
func tell(matches []Match, settings []setting) (untold []*Match) {
	for i := range matches {
		m, told := &matches[i], false
		from, _ := slices.BinarySearchFunc(settings, m.Start+1, func(s setting, start int) int { return cmp.Compare(s.End, start) })
		for j := from; j < len(settings) && settings[j].Start < m.End; j++ {
			s := &settings[j]
			if m.Rule.Structured && (m.Rule != s.Rule || m.Start != s.Start || m.End != s.End) {
				continue // it has a setting of its own
			}
			m.Name, m.Parent, m.Env, told = s.name, s.parent, s.env, true
			switch {
			case m.Rule == s.Rule:
				m.Value, m.Confidence, m.Why = secret.New(s.value), s.confidence, s.why
				m.Carrier = m.Value
			case s.confidence.Compare(m.Confidence) > 0:
				m.Confidence = s.confidence // its check fails, and it is in use
				m.because("raised, because " + s.why)
			}
		}
		if !told {
			untold = append(untold, m)
		}
	}
	slices.SortStableFunc(untold, func(a, b *Match) int { return cmp.Compare(a.Start, b.Start) })
	return untold
}

// lower is one step less of confidence.
func lower(c rules.Confidence) rules.Confidence {
	if c == rules.Sure {
		return rules.Likely
	}
	return rules.Unlikely
}

// kept is a match that no more specific one overlaps.
type kept struct {
	match.Found
	also      []string // rules of less specific ones that overlap it
	truncated bool     // one of these rules is truncated
}

// mostSpecific keeps the most specific of matches whose values overlap. Those that
// overlap none are all kept. found is ordered by start.
func mostSpecific(found []match.Found) []kept {
	var all []kept
	for len(found) > 0 {
		end, n := found[0].End, 1
		for ; n < len(found) && found[n].Start < end; n++ {
			end = max(end, found[n].End)
		}
		all = append(all, resolve(found[:n])...)
		found = found[n:]
	}
	return all
}

// resolve keeps the most specific of matches that hang together.
func resolve(found []match.Found) []kept {
	slices.SortStableFunc(found, bySpecificity)
	var all []kept // ordered by start; none overlaps another
	for _, f := range found {
		i, _ := slices.BinarySearchFunc(all, f.Start, func(k kept, start int) int { return cmp.Compare(k.End, start+1) })
		if i == len(all) || all[i].Start >= f.End {
			all = slices.Insert(all, i, kept{Found: f})
			continue
		}
		for ; i < len(all) && all[i].Start < f.End; i++ {
			k := &all[i]
			k.truncated = k.truncated || f.Truncated
			if at, has := slices.BinarySearch(k.also, f.Rule.ID); !has && f.Rule.ID != k.Rule.ID {
				k.also = slices.Insert(k.also, at, f.Rule.ID)
			}
		}
	}
	return all
}

// bySpecificity orders the more specific match first: by its rank, then by the
// rule's confidence, the length of its literals, the length of the match, and the
// id.
func bySpecificity(a, b match.Found) int {
	return cmp.Or(
		-cmp.Compare(rank(a), rank(b)),
		-a.Rule.Confidence.Compare(b.Rule.Confidence),
		-cmp.Compare(a.Literal, b.Literal),
		-cmp.Compare(a.End-a.Start, b.End-b.Start),
		cmp.Compare(a.Rule.ID, b.Rule.ID),
	)
}

// rank is lowest for what only looks random, and higher by one for what a check
// did not fail.
func rank(f match.Found) int {
	rank := 0
	if !f.Rule.Random && !f.Rule.Chosen {
		rank += 2
	}
	if f.Rule.Check != "" && !f.Weak {
		rank++
	}
	return rank
}
