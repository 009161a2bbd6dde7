package place

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestPositionAfter(t *testing.T) {
	tests := []struct {
		name, text string
		want       Position
	}{
		{"nothing", "", Position{3, 7}},
		{"within a line", "abc", Position{3, 10}},
		{"characters, not bytes", "äöü€𝄞", Position{3, 12}},
		{"an invalid byte is one column", "a\xff\xfeb", Position{3, 11}},
		{"a truncated character is as many columns as bytes", "\xe2\x82", Position{3, 9}},
		{"an end of line", "abc\n", Position{4, 1}},
		{"several lines", "a\r\n\nbc", Position{5, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (Position{3, 7}).After([]byte(tt.text)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestPositionOffset shows that Offset undoes After.
func TestPositionOffset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.StringMatching("(?s)([a\n\u00e9\U0001f511]|\r\n){0,20}").Draw(t, "text"))
		start := Position{rapid.IntRange(1, 3).Draw(t, "line"), rapid.IntRange(1, 3).Draw(t, "column")}
		at := rapid.IntRange(0, len(text)).Draw(t, "offset")
		for at < len(text) && !utf8.RuneStart(text[at]) {
			at++
		}
		got, ok := start.Offset(text, start.After(text[:at]))
		if got != at || ok != (at < len(text)) {
			t.Errorf("after %d of %d bytes: got offset %d, %t", at, len(text), got, ok)
		}
	})
	for _, q := range []Position{{1, 9}, {2, 1}, {3, 5}, {3, 9}, {4, 2}, {9, 1}} {
		if offset, ok := (Position{3, 7}).Offset([]byte("a\nb"), q); ok {
			t.Errorf("%v has offset %d in a text that has it not", q, offset)
		}
	}
}
