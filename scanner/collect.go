package scanner

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// MaxSpans is how many spans of a value are kept for each text that it lies in
// and each rule that matches it there. The first ones are.
const MaxSpans = 100

// collector is the visitor of one source's sweep. It keeps the matches and references.
type collector struct {
	*tally
	detector detectors.Detector
	options  *Options

	mu         sync.Mutex
	found      map[textKey]map[secret.Fingerprint]*sighted
	references map[textKey]*taker
	inner      []inner
}

// inner is a source that another one came upon, at path; or, without a path, one
// that was asked for.
type inner struct {
	path   string
	source Source
}

var _ Visitor = (*collector)(nil)

func newCollector(d detectors.Detector, t *tally, o *Options) *collector {
	return &collector{
		tally:      t,
		detector:   d,
		options:    o,
		found:      make(map[textKey]map[secret.Fingerprint]*sighted),
		references: make(map[textKey]*taker),
	}
}

// textKey tells the texts of a source apart. All parts of a long one have the
// same.
type textKey struct {
	kind                                      place.Kind
	root, path, object, ref, annotated, field string
	member, layer, channel, message           string
	commit, last                              string
}

func keyOf(p *place.Place) textKey {
	k := textKey{
		kind: p.Kind, root: p.Root, path: p.Path,
		object: p.Object, ref: p.Ref, annotated: p.Annotated, field: p.Field, member: p.Member,
	}
	if p.Layer != nil {
		k.layer = p.Layer.Digest
	}
	if p.Message != nil {
		k.channel, k.message = p.Message.ChannelID, p.Message.ID
	}
	if p.Commit != nil {
		k.commit = p.Commit.ID
	}
	if p.Last != nil {
		k.last = p.Last.ID
	}
	return k
}

// sighted is a value in a text.
type sighted struct {
	at        place.Place // of the text
	value     secret.Fingerprint
	sightings []*sighting
}

// sighting is what one rule says of a value in a text: its matches there, under
// the same pending allows.
type sighting struct {
	detectors.Match              // the first of them, with all parts and the most confidence
	spans           []place.Span // ordered
	also            []Naming     // of the others, where it differs; ordered
}

// Chunk looks for secrets in a text, in the caller's goroutine.
func (c *collector) Chunk(chunk *detectors.Chunk) {
	all := c.detector.Detect(chunk)
	c.take(chunk, all.References)
	if len(all.Matches) == 0 {
		return
	}
	found := spots(chunk, all.Matches)
	values := make([]secret.Fingerprint, len(found))
	for i, s := range found {
		values[i] = s.Value.Fingerprint()
		if s.Truncated {
			c.Problem(Problem{NameOf(&chunk.At), fmt.Errorf("rule %s matches too often: only its first matches are looked at", s.Rule.ID)})
		}
	}
	at := textAt(chunk)
	key := keyOf(&at)

	c.mu.Lock()
	defer c.mu.Unlock()
	for i, s := range found {
		there := at
		there.Span = s.span
		if s.allowed != "" {
			c.silence(s.allowed, values[i])
			c.options.Allowed(s.Match, there, s.allowed)
			continue
		}
		text := c.found[key]
		if text == nil {
			text = make(map[secret.Fingerprint]*sighted)
			c.found[key] = text
		}
		v := text[values[i]]
		if v == nil {
			v = &sighted{at: at, value: values[i]}
			text[values[i]] = v
		}
		v.add(s)
		c.options.Matched(s.Match, there)
	}
}

// Unpack leaves packed texts as they are: that is for a source around a source.
func (c *collector) Unpack(PackedText) bool { return false }

// textAt is where a chunk's whole text lies.
func textAt(chunk *detectors.Chunk) place.Place {
	at := chunk.At
	at.Span, at.Also = place.Span{}, nil
	return at
}

// Source keeps a source for later.
func (c *collector) Source(path string, s Source) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inner = append(c.inner, inner{path, s})
}

// NameOf says in few words which text is at a place, as problems do.
func NameOf(p *place.Place) string {
	name := strings.TrimSpace(cmp.Or(p.Object, p.Ref, p.Root, string(p.Kind)) + " " + p.Field)
	if p.Path != "" {
		name = filepath.ToSlash(filepath.Join(p.Root, p.Path))
	}
	if p.Member != "" {
		name += "!/" + p.Member
	}
	return name
}

// Progress passes on what is being read.
func (c *collector) Progress(what string, done, total int64) { c.options.Progress(what, done, total) }

// hits gives what was found, in an order that does not depend on that of the
// chunks, as the source is to see it.
func (c *collector) hits() ([]*sighted, []Hit) {
	var found []*sighted
	for _, text := range c.found {
		for _, s := range text {
			slices.SortFunc(s.sightings, (*sighting).compare)
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b *sighted) int {
		return cmp.Or(place.Compare(a.at, b.at), a.value.Compare(b.value))
	})
	hits := make([]Hit, len(found))
	for i, s := range found {
		var spans []place.Span
		for _, g := range s.sightings {
			spans = mergeSpans(spans, g.spans)
		}
		hits[i] = Hit{At: s.at, Value: s.value}
		hits[i].At.Span, hits[i].At.Also = spans[0], spans[1:]
	}
	return found, hits
}

// add adds a match. The result does not depend on the order of the calls.
func (v *sighted) add(s spot) {
	next := &sighting{Match: *s.Match, spans: []place.Span{s.span}}
	next.Start, next.End = 0, 0 // they mean nothing without the chunk
	next.Parts = mergeParts(nil, next.Parts)
	for i, g := range v.sightings {
		if g.Rule == next.Rule && slices.Equal(g.Pending, next.Pending) {
			v.sightings[i] = g.merge(next)
			return
		}
	}
	v.sightings = append(v.sightings, next)
}

// merge gives one sighting for two of the same rule.
func (g *sighting) merge(h *sighting) *sighting {
	if g.compare(h) > 0 {
		g, h = h, g
	}
	g.spans = mergeSpans(g.spans, h.spans)
	g.Parts = mergeParts(g.Parts, h.Parts)
	g.Also = mergeIDs(g.Also, h.Also)
	if own, other := g.naming(), h.naming(); len(g.also)+len(h.also) > 0 || own.compare(other) != 0 {
		g.also = own.others(slices.Concat(g.also, h.also, []Naming{other}))
	}
	if h.Confidence.Compare(g.Confidence) > 0 {
		g.Confidence, g.Why = h.Confidence, h.Why
	}
	return g
}

// compare orders the sightings of a value in a text.
func (g *sighting) compare(h *sighting) int {
	return cmp.Or(
		place.CompareSpans(g.spans[0], h.spans[0]),
		cmp.Compare(g.Rule.ID, h.Rule.ID),
		cmp.Compare(g.Name, h.Name),
		cmp.Compare(g.Env, h.Env),
		cmp.Compare(g.Carrier.Reveal(), h.Carrier.Reveal()),
	)
}

// mergeSpans gives the first of both.
func mergeSpans(a, b []place.Span) []place.Span {
	all := slices.Concat(a, b)
	slices.SortFunc(all, place.CompareSpans)
	all = slices.Compact(all)
	return all[:min(len(all), MaxSpans)]
}

// mergeParts gives both sorted. A value that has more parts than MaxSpans has
// none that could be told to be its own, so the rest is dropped.
func mergeParts(a, b []detectors.Part) []detectors.Part {
	all := slices.Concat(a, b)
	compare := func(a, b detectors.Part) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value.Reveal(), b.Value.Reveal()))
	}
	slices.SortFunc(all, compare)
	all = slices.CompactFunc(all, func(a, b detectors.Part) bool { return compare(a, b) == 0 })
	return all[:min(len(all), MaxSpans)]
}

func mergeIDs(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
