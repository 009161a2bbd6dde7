package scanner

import (
	"cmp"
	"maps"
	"slices"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// Reference is one secret that is kept elsewhere, with every place in the present that
// takes it from there: what a rotation of the secret must reach.
type Reference struct {
	System string        // who keeps the secret
	Name   string        // what it is called there
	Places []place.Place // ordered by place.Compare; at least one, and each is live
}

// taker is a text that takes secrets from elsewhere.
type taker struct {
	at    place.Place
	spans map[referenced][]place.Span // ordered
}

// referenced is what a reference names.
type referenced struct{ system, name string }

func (r referenced) compare(s referenced) int {
	return cmp.Or(cmp.Compare(r.system, s.system), cmp.Compare(r.name, s.name))
}

// fingerprint stands for it where a source asks for a value's.
func (r referenced) fingerprint() secret.Fingerprint {
	return secret.New(r.system + "\x00" + r.name).Fingerprint()
}

// take keeps the references in a text.
func (c *collector) take(chunk *detectors.Chunk, references []detectors.Reference) {
	if len(references) == 0 {
		return
	}
	var offsets []int
	for _, r := range references {
		offsets = append(offsets, r.Start, r.End-1)
	}
	positionAt := positions(chunk.Data, startOf(chunk), offsets)
	at := textAt(chunk)
	key := keyOf(&at)

	c.mu.Lock()
	defer c.mu.Unlock()
	text := c.references[key]
	if text == nil {
		text = &taker{at, make(map[referenced][]place.Span)}
		c.references[key] = text
	}
	for _, r := range references {
		what := referenced{r.System, r.Name}
		span := place.Span{Start: positionAt[r.Start], End: positionAt[r.End-1]}
		text.spans[what] = mergeSpans(text.spans[what], []place.Span{span})
	}
}

// referenceHits gives the references that were found as the source is to see them, in
// an order that does not depend on that of the chunks, and what each of them names.
func (c *collector) referenceHits() ([]referenced, []Hit) {
	var names []referenced
	var hits []Hit
	takers := slices.SortedFunc(maps.Values(c.references), func(a, b *taker) int { return place.Compare(a.at, b.at) })
	for _, t := range takers {
		for _, what := range slices.SortedFunc(maps.Keys(t.spans), referenced.compare) {
			hit := Hit{At: t.at, Value: what.fingerprint()}
			hit.At.Span, hit.At.Also = t.spans[what][0], t.spans[what][1:]
			names, hits = append(names, what), append(hits, hit)
		}
	}
	return names, hits
}

// takings are the places of each reference.
type takings map[referenced][]place.Place

// add adds a place, unless it is past.
func (t takings) add(what referenced, p place.Place) {
	if p.Live() {
		t[what] = append(t[what], p)
	}
}

// references gives them in order.
func (t takings) references() []Reference {
	var all []Reference
	for _, what := range slices.SortedFunc(maps.Keys(t), referenced.compare) {
		places := t[what]
		slices.SortStableFunc(places, place.Compare)
		places = slices.CompactFunc(places, func(a, b place.Place) bool { return place.Compare(a, b) == 0 })
		all = append(all, Reference{what.system, what.name, places})
	}
	return all
}
