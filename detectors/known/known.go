// Package known looks for secrets that somebody has: the values of a vault, whatever
// they look like, wherever they lie.
//
// A detector goes in and one comes out, which finds what that one finds and the values
// beside it. A match of a value says which versions of which secrets it is; it holds no
// more of the value than any other match.
//
// # In which forms
//
// As it is; in standard and URL-safe base64, also in the middle of a longer text that was
// encoded as a whole; in hexadecimal digits. Either of these may be written with percent
// signs, as in addresses, with backslashes, as in strings of programs and JSON (also in JSON
// within JSON), or with references, as in HTML and XML. Lines may be indented, and end
// in any way; encoded text may be broken into lines. Blanks around a value are no part of it.
//
// What is not found: a value that is written with escapes for what needs none, such as its
// letters and digits; one that is encoded twice; a part of one.
//
// Where the end of a chunk cuts a value off and the text goes on, 32 KiB of it are enough:
// a value of any length is found in texts of several chunks, too.
//
// # How it searches
//
// Of each form a few characters are taken that stand in any spelling of it, that are rare in
// source text, and that hardly any other value has: its needle. All needles are looked for
// at once ([match.Needles]). Where one stands, the form is read from there in both
// directions.
package known

import (
	"cmp"
	"slices"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// RuleID is the id of the rule of matches that no other rule has.
const RuleID = "known-secret"

// Secret is a value to look for, and what it is.
type Secret struct {
	Value secret.Value
	detectors.Entry
}

// Unsought is a secret that is not looked for, because its value stands in ordinary texts,
// too.
type Unsought struct {
	detectors.Entry
	Why string // what its value is, in words that don't give it away
}

// Detector finds known values, and what another detector finds.
type Detector struct {
	inner   detectors.Detector
	rule    *rules.Rule
	values  []value
	forms   []form  // ordered by the number of their needle
	first   []int32 // by number of a needle: where in forms its own begin; and the end of the last
	needles *match.Needles
}

var _ detectors.Detector = (*Detector)(nil)

// value is a text to look for.
type value struct {
	secret.Value
	entries []detectors.Entry
}

// New makes a detector around another one. It also gives the secrets that it won't look
// for, in the order of the given ones.
//
// It takes less than a kilobyte for each value, beside the value itself.
func New(inner detectors.Detector, secrets []Secret) (*Detector, []Unsought) {
	d := &Detector{inner: inner, rule: newRule()}
	var unsought []Unsought
	numbers := map[secret.Fingerprint]int{}
	for _, s := range secrets {
		v := trim(s.Value)
		if why := trivial(v.Reveal()); why != "" {
			unsought = append(unsought, Unsought{s.Entry, why})
			continue
		}
		id := v.Fingerprint()
		number, ok := numbers[id]
		if !ok {
			number = len(d.values)
			numbers[id] = number
			d.values = append(d.values, value{Value: v})
		}
		d.values[number].entries = append(d.values[number].entries, s.Entry)
	}
	for _, v := range d.values {
		slices.SortFunc(v.entries, detectors.Entry.Compare)
	}
	var needles []match.Needle
	d.forms, d.first, needles = formsOf(d.values)
	d.needles = match.NewNeedles(needles)
	return d, unsought
}

// newRule makes the rule of matches. It has no pattern: what it finds, no text describes.
func newRule() *rules.Rule {
	return &rules.Rule{ID: RuleID, Description: "Secret of the vault", Severity: rules.High, Confidence: rules.Sure}
}

// Detect gives what the inner detector finds, and the known values. Where both find the same
// stretch of a text, it is the same value, however it is spelt there; and what only looks
// random gives way to a known value that is most of it.
func (d *Detector) Detect(c *detectors.Chunk) detectors.Found {
	found := d.inner.Detect(c)
	known := d.find(c)
	if len(known) == 0 {
		return found
	}
	found.Matches = unite(c.Data, found.Matches, known)
	return found
}

// find gives the known values of a chunk, ordered by start and end. Of one value it gives
// no more than [match.MaxFound] matches.
func (d *Detector) find(c *detectors.Chunk) []detectors.Match {
	spans, full := d.spans(c)
	var all []detectors.Match
	for _, s := range slices.Backward(spans) {
		v := &d.values[s.value]
		all = append(all, detectors.Match{
			Rule: d.rule, Start: s.start, End: s.end, Value: v.Value, Carrier: v.Value, Vault: v.entries,
			Severity: d.rule.Severity, Confidence: d.rule.Confidence, Why: "it is the value of a secret of the vault",
			Truncated: full[s.value],
		})
		delete(full, s.value) // the last one says so
	}
	slices.Reverse(all)
	return all
}

// span is where a value lies.
type span struct {
	start, end int
	value      int32
}

func (s span) compare(t span) int {
	return cmp.Or(cmp.Compare(s.start, t.start), cmp.Compare(s.end, t.end), cmp.Compare(s.value, t.value))
}

// spans gives where values lie that begin in the chunk's own stretch, ordered, and of which
// values no more were looked for.
func (d *Detector) spans(c *detectors.Chunk) (all []span, full map[int32]bool) {
	full = map[int32]bool{}
	counts := map[int32]int{}
	t := text{data: c.Data, goesOn: c.To < len(c.Data)}
	last, spelt := int32(-1), "" // a form that is met again is not spelt again
	d.needles.Find(match.Text{Data: c.Data, Base: c.Base, Copied: c.Copied, Trace: c.Trace}, func(needle int32, at int) {
		for i := d.first[needle]; i < d.first[needle+1]; i++ {
			f := &d.forms[i]
			if counts[f.value] == match.MaxFound {
				full[f.value] = true
				continue
			}
			if i != last {
				last, spelt = i, f.encoding.spell(d.values[f.value].Reveal())
			}
			start, end, ok := t.spells(spelt, int(f.offset), f.encoding.encodes(), at)
			if ok && (c.Whole || c.From <= start && start < c.To) {
				all = append(all, span{start, end, f.value})
				counts[f.value]++
			}
		}
	})
	slices.SortFunc(all, span.compare)
	return slices.Compact(all), full
}
