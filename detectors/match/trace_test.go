package match

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules"
)

// piece is a part of a text: bytes of its own, or a range of its base.
type piece struct {
	own       string
	from, len int
}

// assemble puts a text together, and gives what it copies from its base.
func assemble(base []byte, pieces []piece) (text []byte, copied []Copy) {
	for _, p := range pieces {
		text = append(text, p.own...)
		if p.len == 0 {
			continue
		}
		c := Copy{At: len(text), From: p.from, Len: p.len}
		text = append(text, base[p.from:p.from+p.len]...)
		if n := len(copied); n > 0 && copied[n-1].At+copied[n-1].Len == c.At && copied[n-1].From+copied[n-1].Len == c.From {
			copied[n-1].Len += c.Len
		} else {
			copied = append(copied, c)
		}
	}
	return text, copied
}

// compareInherited fails the test if what is found in a text depends on what is
// known of its base. It gives the text's trace.
func compareInherited(t failer, m *Matcher, text []byte, base *Trace, copied []Copy) (next *Trace, found int) {
	next = &Trace{}
	got := m.Find(Text{Data: text, Base: base, Copied: copied, Trace: next})
	want := m.Find(Text{Data: text})
	if diff := cmp.Diff(want, got, foundByPointer); diff != "" {
		t.Fatalf("%q, of which %v is copied (-want +got):\n%s", text, copied, diff)
	}
	stands := map[hit]bool{}
	for _, h := range m.scan(nil, text, 0, len(text)) {
		stands[h] = true
	}
	for _, h := range next.hits {
		if place := (hit{literal: h.literal, at: h.at, to: h.to}); !stands[place] {
			t.Fatalf("%q, of which %v is copied: %q doesn't stand at %d, or twice", text, copied, h.literal.text, h.at)
		} else {
			delete(stands, place)
		}
	}
	if !slices.IsSortedFunc(next.hits, func(a, b hit) int { return int(a.to - b.to) }) {
		t.Fatalf("%q: the trace is not in order", text)
	}
	return next, len(got)
}

// TestInheritedOnSource changes source text with secrets in it over and over, as
// the versions of a file do.
func TestInheritedOnSource(t *testing.T) {
	builtin, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for name, set := range map[string]*rules.Set{"built-in rules": builtin, "shapes": shapeRules(shapes)} {
		t.Run(name, func(t *testing.T) {
			m := compile(t, set)
			rng := rand.New(rand.NewPCG(3, 4))
			found, inherited := 0, 0
			for _, text := range source(t, 200<<10) {
				trace, _ := compareInherited(t, m, text, nil, nil)
				for range 12 {
					var copied []Copy
					text, copied = assemble(text, edit(rng, len(text)))
					var n int
					trace, n = compareInherited(t, m, text, trace, copied)
					found += n
					for _, h := range trace.hits {
						if !h.rejected.empty() {
							inherited++
						}
					}
				}
			}
			if found < 200 || inherited < 500 {
				t.Errorf("compared %d matches and %d rejections, want many more of both", found, inherited)
			}
		})
	}
}

// edit draws a version of a text of some size: a few pieces are lost, others
// repeated, moved or put in, and large ones stay.
func edit(rng *rand.Rand, size int) []piece {
	var pieces []piece
	for at := 0; at < size; {
		n := min(1+rng.IntN(1+size/4), size-at)
		switch rng.IntN(8) {
		case 0: // lost
			at += min(n, 40)
			continue
		case 1:
			pieces = append(pieces, piece{own: planted(rng)})
		case 2:
			from := rng.IntN(size)
			pieces = append(pieces, piece{from: from, len: min(size-from, 1+rng.IntN(100))})
		}
		pieces = append(pieces, piece{from: at, len: n})
		at += n
	}
	return pieces
}

// TestInherited compares on random patterns, texts and changes.
func TestInherited(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := drawPattern(3).Draw(t, "pattern")
		re, err := rules.ParsePattern(pattern)
		if err != nil {
			t.Skip()
		}
		rule := &rules.Rule{ID: "drawn", Pattern: re}
		for _, a := range rapid.SliceOfN(drawAllow, 0, 1).Draw(t, "allows") {
			rule.Allow = append(rule.Allow, *a)
		}
		m, err := New(&rules.Set{Rules: []*rules.Rule{rule}})
		if err != nil {
			t.Skip()
		}
		drawn := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(drawText, 0, 15).Draw(t, "texts"), "")
		})
		text := []byte(drawn.Draw(t, "text"))
		trace, _ := compareInherited(t, m, text, nil, nil)
		for range 3 {
			var copied []Copy
			text, copied = assemble(text, drawPieces(t, drawn, len(text)))
			trace, _ = compareInherited(t, m, text, trace, copied)
		}
	})
}

// TestDismissedLead: where a match begins, and so whether it is wanted, can depend on
// where the one before it ends, on another line.
func TestDismissedLead(t *testing.T) {
	for _, test := range []struct {
		name, allowed string
		before, after string // the first character, which is not copied
	}{
		{"the one before is lost", "^a{4}b", "x", "y"},
		{"there is one before now", "^a{5}b", "y", "x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			rule := &rules.Rule{ID: "r", Pattern: rules.MustPattern(`[ab]{0,9}?(?:x\na|k)`), Allow: []rules.Allow{
				{Target: rules.TargetMatch, Values: []*rules.Pattern{rules.MustPattern(test.allowed)}},
			}}
			m := compile(t, &rules.Set{Rules: []*rules.Rule{rule}})
			const line = "\naaaaabk\n"
			trace, _ := compareInherited(t, m, []byte(test.before+line), nil, nil)
			if _, found := compareInherited(t, m, []byte(test.after+line), trace, []Copy{{At: 1, From: 1, Len: len(line)}}); found == 0 {
				t.Error("no match, want one")
			}
		})
	}
}

// TestInheritedEdges compares where a rejection rests on what a change changes.
func TestInheritedEdges(t *testing.T) {
	tests := []struct {
		pattern, base string
		pieces        []piece
	}{
		{`\B[ab]key`, "akey", []piece{{own: "x", len: 4}}}, // where a text begins
		{`..key`, "akey", []piece{{own: "x", len: 4}}},
		{`\b[a-z]key`, "xakey", []piece{{own: " ", from: 1, len: 4}}}, // behind a match
		{`key..`, "keya", []piece{{len: 4}, {own: "x"}}},              // where it ends
		{`key\w*?é`, "keya", []piece{{len: 4}, {own: "é"}}},
		{`ab[^\x{fffd}]`, "ab\xe2\x84  ", []piece{{len: 4}, {own: "\xaa"}}}, // within a rune
		{`ab[a-z]*é`, "ab\xc3  ", []piece{{len: 3}, {own: "\xa9"}}},
	}
	for _, test := range tests {
		re := rules.MustPattern(test.pattern)
		text, copied := assemble([]byte(test.base), test.pieces)
		for name, c := range searchers(parse(t, test.pattern)) {
			t.Run(test.pattern+" "+name, func(t *testing.T) {
				m := c.matcher(re)
				trace, _ := compareInherited(t, m, []byte(test.base), nil, nil)
				if _, found := compareInherited(t, m, text, trace, copied); found != 1 {
					t.Errorf("%d matches, want 1", found)
				}
			})
		}
	}
}

// drawPieces draws a version of a text of some size, with drawn texts put in.
func drawPieces(t *rapid.T, drawn *rapid.Generator[string], size int) []piece {
	var pieces []piece
	for range rapid.IntRange(0, 4).Draw(t, "pieces") {
		p := piece{own: drawn.Draw(t, "own")}
		if size > 0 {
			p.from = rapid.OneOf(rapid.Just(0), rapid.IntRange(0, size-1)).Draw(t, "from")
			p.len = rapid.OneOf(rapid.Just(size-p.from), rapid.IntRange(0, size-p.from)).Draw(t, "len")
		}
		pieces = append(pieces, p)
	}
	return pieces
}

// TestTraceIsBounded: a text made of literals is searched anew each time.
func TestTraceIsBounded(t *testing.T) {
	m := compile(t, shapeRules([]string{`ab\w{18}[0-9]`})) // which is not soon rejected
	text := []byte(strings.Repeat("ab", maxTraced+20) + "1")
	trace, _ := compareInherited(t, m, text[40:], nil, nil)
	if !trace.known || len(trace.hits) < maxTraced-20 {
		t.Fatalf("known: %v, with %d hits; want a trace of nearly %d", trace.known, len(trace.hits), maxTraced)
	}
	m.Find(Text{Data: text, Trace: trace})
	if trace.known || len(trace.hits) > 0 {
		t.Fatalf("known: %v, with %d hits; want nothing", trace.known, len(trace.hits))
	}
	if got := m.Find(Text{Data: text, Base: trace, Copied: []Copy{{Len: len(text)}}}); len(got) != 1 {
		t.Fatalf("got %d matches, want 1", len(got))
	}
}

// TestWindowEndsBesideLeftOut: a literal that was left out as soon rejected can stand right
// before the end of another one's window, which is no end of the text.
func TestWindowEndsBesideLeftOut(t *testing.T) {
	pattern := rules.MustPattern(`(?i)\ba$`)
	for name, c := range searchers(pattern.Tree()) {
		t.Run(name, func(t *testing.T) {
			m := c.matcher(pattern)
			base := []byte("A A A A AAAAAA A A A ")
			trace, _ := compareInherited(t, m, base, nil, nil)
			text, copied := assemble(base, []piece{{from: 0, len: len(base)}, {from: 0, len: len(base)}})
			if _, found := compareInherited(t, m, text, trace, copied); found != 0 {
				t.Errorf("%d matches, want none", found)
			}
		})
	}
}
