package main

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/tui"
)

// rereadText is one that was read again, or a part of one, with what is hidden in it.
type rereadText struct {
	detectors.Chunk
	key   string // see place.Place.Text
	known map[secret.Fingerprint]bool
	masks []mask // ordered, and apart from each other
}

// mask stands for the value in Data[from:to].
type mask struct {
	from, to int
	text     string // "" for what nothing is known of
	known    bool   // it is one of the values that the sweep found
}

// hidden is what is shown of a value of which nothing may be shown.
var hidden = secret.Value{}.Mask()

// hide looks for what isn't to be seen in a text: the values that are known, and whatever
// is found in it now, since it may have changed.
func (r *rereader) hide(key string, c detectors.Chunk) *rereadText {
	t := &rereadText{Chunk: c, key: key, known: r.known}
	for _, o := range r.find(c.Data) {
		t.masks = append(t.masks, mask{o.From, o.To, o.Value.Mask(), true})
	}
	if r.job.detector != nil {
		c.From, c.To = 0, len(c.Data)
		for _, m := range r.job.detector.Detect(&c).Matches {
			known := r.known[m.Value.Fingerprint()]
			t.masks = append(t.masks, mask{m.Start, m.End, m.Value.Mask(), known})
		}
	}
	t.masks = apart(t.masks)
	return t
}

// apart makes one mask of those that overlap. The longest one with a text says what it shows.
func apart(masks []mask) []mask {
	slices.SortStableFunc(masks, func(a, b mask) int { return cmp.Or(cmp.Compare(a.from, b.from), -cmp.Compare(a.to, b.to)) })
	var all []mask
	longest := 0
	for _, m := range masks {
		if len(all) == 0 || m.from >= all[len(all)-1].to {
			all = append(all, mask{from: m.from})
			longest = 0
		}
		one := &all[len(all)-1]
		if size := m.to - m.from; m.text != "" && size > longest {
			one.text, longest = m.text, size
		}
		one.to, one.known = max(one.to, m.to), one.known || m.known
	}
	return all
}

// lines gives the lines around a place. Of a value on many lines, such as a key, only the
// first and the last are shown.
func (t *rereadText) lines(p place.Place, around int) []tui.Line {
	if p.Kind == place.Ref {
		return []tui.Line{{Number: 1, Text: t.line(0, len(t.Data), 0, t.masks), Marked: true}}
	}
	from, to, there := t.span(p.Span)
	masks, focus := t.masks, from
	if from < to {
		there = there && (p.Object != "" || t.has(from, to)) // objects don't change
		masks = apart(append(slices.Clone(masks), mask{from: from, to: to}))
		own := slices.IndexFunc(masks, func(m mask) bool { return from < m.to })
		focus = masks[own].from
	}
	first := bytes.LastIndexByte(t.Data[:from], '\n') + 1 // where the line begins
	at := first
	for n := 0; n < around && at > 0; n++ {
		at = bytes.LastIndexByte(t.Data[:at-1], '\n') + 1
	}
	number := t.At.Start.Line + bytes.Count(t.Data[:at], newline)
	last := number + bytes.Count(t.Data[at:from], newline) + around
	var lines []tui.Line
	for ; at < len(t.Data) && number <= last; number++ {
		end := len(t.Data)
		if n := bytes.IndexByte(t.Data[at:], '\n'); n >= 0 {
			end = at + n
		}
		l := tui.Line{Number: number, Text: t.line(at, end, at, masks), Marked: there && marks(p, number)}
		if at == first {
			l.Text = t.line(at, end, max(at, focus), masks)
			if more := bytes.Count(t.Data[min(end, to):to], newline); more > 0 { // on to the line where it ends
				number += more - 1
				last += more
				end = bytes.LastIndexByte(t.Data[:to], '\n')
			}
		}
		lines = append(lines, l)
		at = end + 1
	}
	if !there {
		return slices.Insert(lines, 0, tui.Line{Text: "it has changed since the sweep"})
	}
	return lines
}

var newline = []byte("\n")

// has tells whether Data[from:to] is, or overlaps, one of the values that the sweep found.
func (t *rereadText) has(from, to int) bool {
	overlaps := func(m mask) bool { return m.known && m.from < to && from < m.to }
	return slices.ContainsFunc(t.masks, overlaps) || t.known[secret.New(t.Data[from:to]).Fingerprint()]
}

// span gives where in the text a value stood, and whether the text is still that long.
func (t *rereadText) span(s place.Span) (from, to int, ok bool) {
	if from, ok = t.At.Start.Offset(t.Data, s.Start); !ok {
		return from, from, false
	}
	last, ends := s.Start.Offset(t.Data[from:], s.End)
	if to = from + last; ends {
		_, size := utf8.DecodeRune(t.Data[to:])
		to += size
	}
	return from, to, ends
}

// marks tells whether a value is on a line.
func marks(p place.Place, number int) bool {
	on := func(s place.Span) bool { return s.Start.Line <= number && number <= s.End.Line }
	return on(p.Span) || slices.ContainsFunc(p.Also, on)
}

// widest is how many characters of a line are shown.
const widest = 300

// line gives what is to be seen of the line Data[from:to]: of a long one, what is around
// the focus.
func (t *rereadText) line(from, to, focus int, masks []mask) string {
	if to > from && t.Data[to-1] == '\r' {
		to--
	}
	// More than is shown is never needed, but a character may have four bytes.
	const most = utf8.UTFMax * widest
	first, last := max(from, focus-most), min(to, focus+most)
	for first > from && !utf8.RuneStart(t.Data[first]) {
		first--
	}
	for last < to && !utf8.RuneStart(t.Data[last]) {
		last++
	}
	left, right := []rune(t.masked(first, focus, masks)), []rune(t.masked(focus, max(focus, last), masks))
	keep := max(min(len(left), widest/2), widest-len(right))
	var b strings.Builder
	if first > from || keep < len(left) {
		b.WriteString("…")
	}
	b.WriteString(string(left[max(0, len(left)-keep):]))
	keep = widest - min(keep, len(left))
	b.WriteString(string(right[:min(keep, len(right))]))
	if last < to || keep < len(right) {
		b.WriteString("…")
	}
	return b.String()
}

// masked gives Data[from:to] so that a terminal can show it and nobody sees a value.
func (t *rereadText) masked(from, to int, masks []mask) string {
	var b strings.Builder
	plain := func(text []byte) {
		b.WriteString(printable.Text(strings.ReplaceAll(string(text), "\t", "    ")))
	}
	next, _ := slices.BinarySearchFunc(masks, from, func(m mask, at int) int { return cmp.Compare(m.to, at+1) })
	for _, m := range masks[next:] {
		if m.from >= to {
			break
		}
		plain(t.Data[from:max(from, m.from)])
		if m.from >= from {
			b.WriteString(cmp.Or(m.text, hidden))
		} else {
			b.WriteString(hidden) // it began on an earlier line, or where nothing is shown
		}
		from = min(m.to, to)
	}
	plain(t.Data[from:to])
	return b.String()
}
