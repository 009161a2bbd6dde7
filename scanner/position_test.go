package scanner

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
)

// slowPosition is the position of an offset by its definition.
func slowPosition(data []byte, start place.Position, offset int) place.Position {
	pos := start
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if i+size > offset {
			break
		}
		if pos.Column++; r == '\n' {
			pos = place.Position{Line: pos.Line + 1, Column: 1}
		}
		i += size
	}
	return pos
}

func TestPositionsAgainstDefinition(t *testing.T) {
	pieces := rapid.SampledFrom([]string{"a", "\n", "\r\n", "é", "€", "𝄞", "\xff", "\xe2\x82", "\xf0", "\x80", "\x00"})
	rapid.Check(t, func(t *rapid.T) {
		data := []byte(strings.Join(rapid.SliceOfN(pieces, 1, 40).Draw(t, "data"), ""))
		start := place.Position{Line: rapid.IntRange(1, 9).Draw(t, "line"), Column: rapid.IntRange(1, 9).Draw(t, "column")}
		offsets := rapid.SliceOf(rapid.IntRange(0, len(data)-1)).Draw(t, "offsets")
		got := positions(data, start, offsets)
		for _, offset := range offsets {
			if want := slowPosition(data, start, offset); got[offset] != want {
				t.Errorf("positions(%q, %v)[%d]: got %v, want %v", data, start, offset, got[offset], want)
			}
		}
	})
}

func TestSpots(t *testing.T) {
	tests := []struct {
		name, text string // the value stands between « and »
		start      place.Position
		want       place.Span
		allowed    string
	}{
		{"at the beginning", "«v» = x", place.Position{}, span(1, 1, 1, 1), ""},
		{"one line", "key = «value»\n", place.Position{}, span(1, 7, 1, 11), ""},
		{"several lines", "a\nkey: «one\ntwo»\n", place.Position{}, span(2, 6, 3, 3), ""},
		{"a part of a text", "bc\nkey: «value»", place.Position{Line: 9, Column: 4}, span(10, 6, 10, 10), ""},
		{"in the line that a part begins in", "key: «value»", place.Position{Line: 9, Column: 4}, span(9, 9, 9, 13), ""},
		{"ends in a character of several bytes", "«pässé» x", place.Position{}, span(1, 1, 1, 5), ""},
		{"empty", "«»text", place.Position{}, span(1, 1, 1, 1), ""},
		{"empty text", "«»", place.Position{}, span(1, 1, 1, 1), ""},
		{"allowed", "x\nk = «value» # secretsweep:allow\n", place.Position{}, span(2, 5, 2, 9), "secretsweep:allow"},
		{"allowed before", "/* gitleaks:allow */ k = «value»", place.Position{}, span(1, 26, 1, 30), "gitleaks:allow"},
		{"allowed in its first line", "k = «one # gitleaks:allow\ntwo»", place.Position{}, span(1, 5, 2, 3), "gitleaks:allow"},
		{"allowed in its last line", "k = «one\ntwo» # gitleaks:allow", place.Position{}, span(1, 5, 2, 3), "gitleaks:allow"},
		{"the first allow counts", "«v» gitleaks:allow secretsweep:allow", place.Position{}, span(1, 1, 1, 1), "gitleaks:allow"},
		{"allowed in the line before", "# gitleaks:allow\n«value»", place.Position{}, span(2, 1, 2, 5), ""},
		{"allowed in the line after", "«value»\n# gitleaks:allow", place.Position{}, span(1, 1, 1, 5), ""},
		{"some other allow", "«value» # disallow:allow :allow", place.Position{}, span(1, 1, 1, 5), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := []byte(tt.text)
			from := bytes.Index(text, []byte("«"))
			text = bytes.Replace(text, []byte("«"), nil, 1)
			to := bytes.Index(text, []byte("»"))
			text = bytes.Replace(text, []byte("»"), nil, 1)
			got := spots(&detectors.Chunk{Data: text, At: place.Place{Span: place.Span{Start: tt.start}}},
				[]detectors.Match{{Start: from, End: to}})
			if len(got) != 1 {
				t.Fatalf("got %d spots, want 1", len(got))
			}
			if diff := cmp.Diff(tt.want, got[0].span); diff != "" {
				t.Errorf("span (-want +got):\n%s", diff)
			}
			if got[0].allowed != tt.allowed {
				t.Errorf("allowed: got %q, want %q", got[0].allowed, tt.allowed)
			}
		})
	}
}

func span(line, column, endLine, endColumn int) place.Span {
	return place.Span{
		Start: place.Position{Line: line, Column: column},
		End:   place.Position{Line: endLine, Column: endColumn},
	}
}

// One line of 100 MB with ten thousand matches and as many markers in the next
// line: the cost of a byte must not depend on their number.
func BenchmarkSpots(b *testing.B) {
	const size, matches = 100 << 20, 10_000
	data := append(bytes.Repeat([]byte("x"), size), '\n')
	data = append(data, bytes.Repeat([]byte("gitleaks:allow "), matches)...)
	found := make([]detectors.Match, matches)
	for i := range found {
		found[i].Start = i * (size / matches)
		found[i].End = found[i].Start + 40
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if got := spots(&detectors.Chunk{Data: data}, found); len(got) != matches {
			b.Fatalf("got %d spots, want %d", len(got), matches)
		}
	}
}
