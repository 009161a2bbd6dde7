package known

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/detectors/match"
)

// formsSlowly gives a value as encoders write it.
func formsSlowly(v string) []string {
	within := func(quoted string) string { return quoted[1 : len(quoted)-1] }
	inJSON, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	forms := []string{
		v, hex.EncodeToString([]byte(v)), strings.ToUpper(hex.EncodeToString([]byte(v))),
		url.QueryEscape(v), url.PathEscape(v), html.EscapeString(v),
		within(string(inJSON)), within(strconv.Quote(v)),
	}
	if len(places(v, isSteady)) > 0 { // of others, only the usual escapes are found
		forms = append(forms, within(strconv.QuoteToASCII(v)))
	}
	if slices.ContainsFunc(strings.Split(v, "\n"), func(line string) bool { return len(line) >= match.NeedleSize }) {
		forms = append(forms, strings.ReplaceAll(v, "\n", "\r\n"))
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			forms = append(forms, sameIn64(encoding, v, before))
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// sameIn64 gives the characters that don't depend on what stands around a value.
func sameIn64(encoding *base64.Encoding, v string, before int) string {
	around := func(b byte) string {
		fill := bytes.Repeat([]byte{b}, before)
		return encoding.EncodeToString(slices.Concat(fill, []byte(v), bytes.Repeat([]byte{b}, 3)))
	}
	zeros, ones := around(0), around(0xff)
	start, end := 0, (before+len(v))*8/6
	for start < end && zeros[start] != ones[start] {
		start++
	}
	for end > start && zeros[end-1] != ones[end-1] {
		end--
	}
	return zeros[start:end]
}

// spansSlowly looks for each form of each value at each place.
func spansSlowly(d *Detector, text []byte) []span {
	var all []span
	for i, v := range d.values {
		for _, form := range formsSlowly(v.Reveal()) {
			for at := range text {
				if bytes.HasPrefix(text[at:], []byte(form)) {
					all = append(all, span{at, at + len(form), int32(i)})
				}
			}
		}
	}
	slices.SortFunc(all, span.compare)
	return slices.Compact(all)
}

// means tells whether a text can be read as a value, blanks and line ends aside.
func means(text, value string) bool {
	strip := func(s string) string { return strings.Join(strings.Fields(s), "") }
	texts := []string{text, html.UnescapeString(text)}
	for _, decode := range []func(string) (string, error){
		url.QueryUnescape, url.PathUnescape,
		func(s string) (string, error) { return strconv.Unquote(`"` + strings.ReplaceAll(s, `"`, `\x22`) + `"`) },
		func(s string) (string, error) { return strconv.Unquote(`"` + s + `"`) },
		func(s string) (string, error) { return strconv.Unquote("`" + s + "`") },
	} {
		if s, err := decode(text); err == nil {
			texts = append(texts, s)
		}
	}
	for _, form := range formsSlowly(value) {
		if slices.ContainsFunc(texts, func(s string) bool { return strip(s) == strip(form) }) {
			return true
		}
	}
	return false
}

// drawDetector draws one of some values that are much alike.
func drawDetector(t *rapid.T) *Detector {
	value := rapid.StringOfN(rapid.RuneFrom([]rune("abcA1_+/ \n%&\"<é🔑")), leastValue, 14, -1)
	values := rapid.SliceOfN(value, 1, 8).Draw(t, "values")
	if longer := rapid.IntRange(0, len(values)-1).Draw(t, "longer"); longer > 0 {
		values[0] = values[longer] + values[0] // which holds another one
	}
	d, _ := New(none{}, secrets(values...))
	return d
}

// drawText draws one that has forms of the values in it, and beginnings of such.
func drawText(t *rapid.T, d *Detector) string {
	var b strings.Builder
	noise := rapid.StringOfN(rapid.RuneFrom([]rune("abcA1_+/ \né.=")), 0, 8, -1)
	for range rapid.IntRange(0, 8).Draw(t, "pieces") {
		b.WriteString(noise.Draw(t, "noise"))
		if len(d.values) == 0 {
			continue
		}
		forms := formsSlowly(rapid.SampledFrom(d.values).Draw(t, "value").Reveal())
		form := rapid.SampledFrom(forms).Draw(t, "form")
		if rapid.IntRange(0, 3).Draw(t, "cut") == 0 {
			form = form[:rapid.IntRange(0, len(form)).Draw(t, "length")]
		}
		b.WriteString(form)
	}
	return b.String()
}

// TestSlowly compares with a search for everything everywhere, and shows that nothing else
// is found than what means a value.
func TestSlowly(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		d := drawDetector(t)
		text := drawText(t, d)
		got, _ := d.spans(whole(text))
		for _, s := range spansSlowly(d, []byte(text)) {
			// A text may be read in more than one way: the end of "a&amp;" is a value's, if that is a&.
			same := func(g span) bool { return g.value == s.value && g.start < s.end && s.start < g.end }
			if !slices.ContainsFunc(got, same) {
				t.Errorf("%q: value %q is not found at %d–%d", text, d.values[s.value].Reveal(), s.start, s.end)
			}
			compared++
		}
		for _, s := range got {
			if v := d.values[s.value].Reveal(); !means(text[s.start:s.end], v) {
				t.Errorf("%q: found value %q in %q", text, v, text[s.start:s.end])
			}
		}
	})
	if compared == 0 {
		t.Error("no text had a value: nothing was tested")
	}
}

// TestInherited shows that what is known of another text changes nothing.
func TestInherited(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		d := drawDetector(t)
		base := whole(drawText(t, d))
		base.Trace = &match.Trace{}
		d.Detect(base)
		var data []byte
		var copied []match.Copy
		for range rapid.IntRange(0, 4).Draw(t, "copies") {
			data = append(data, drawText(t, d)...)
			if n := len(base.Data); n > 0 {
				c := match.Copy{At: len(data), From: rapid.IntRange(0, n-1).Draw(t, "from")}
				c.Len = rapid.IntRange(1, n-c.From).Draw(t, "len")
				data = append(data, base.Data[c.From:c.From+c.Len]...)
				copied = append(copied, c)
			}
		}
		inherits := &detectors.Chunk{Data: data, Whole: true, To: len(data), Base: base.Trace, Copied: copied, Trace: &match.Trace{}}
		got, _ := d.spans(inherits)
		want, _ := d.spans(whole(string(data)))
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(span{})); diff != "" {
			t.Errorf("%q, of which %v is copied from %q (-want +got):\n%s", data, copied, base.Data, diff)
		}
		compared += len(want)
	})
	if compared == 0 {
		t.Error("no text had a value: nothing was tested")
	}
}

// FuzzDetect shows that what is found means the value, in any text, and that its beginning
// and end are where they are said to be.
func FuzzDetect(f *testing.F) {
	value := "pa ss\n\"+/é%&\\" + random(8)
	for _, form := range formsSlowly(value) {
		f.Add(form)
		f.Add("x" + form[:len(form)/2])
	}
	d, _ := New(none{}, secrets(value))
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range d.Detect(whole(text)).Matches {
			if m.Start < 0 || m.End > len(text) || m.Start >= m.End {
				t.Fatalf("%q: found at %d–%d", text, m.Start, m.End)
			}
			alone := d.Detect(whole(text[m.Start:m.End])).Matches
			if !slices.ContainsFunc(alone, func(a detectors.Match) bool { return a.Start == 0 && a.End == m.End-m.Start }) {
				t.Errorf("%q: %q is found there, and not by itself", text, text[m.Start:m.End])
			}
		}
	})
}
