package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/secretsweep/secretsweep/internal/place"
)

func TestParseLine(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"a", "a:3", "sub/b.yml"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Skip(err) // there are systems that have no such names
		}
	}
	tests := []struct {
		arg  string
		want lineOf
	}{
		{"a:7", lineOf{"a", 7, 0}},
		{"a:7:2", lineOf{"a", 7, 2}},
		{"a:3:5", lineOf{"a:3", 5, 0}},
		{"a:3:5:1", lineOf{"a:3", 5, 1}},
		{"sub/b.yml:1", lineOf{"sub/b.yml", 1, 0}},
	}
	for _, tt := range tests {
		got, err := parseLine(tt.arg)
		if err != nil || got != tt.want {
			t.Errorf("parseLine(%q) = %v, %v; want %v", tt.arg, got, err, tt.want)
		}
		if got.String() != tt.arg {
			t.Errorf("%v, which was %q", got, tt.arg)
		}
	}
	for _, arg := range []string{"", "a", ":3", "a:", "a:0", "a:-1", "a:x", "b:1", "sub:1", "v1:x"} {
		if got, err := parseLine(arg); err == nil {
			t.Errorf("parseLine(%q) = %v, want an error", arg, got)
		}
	}
}

func TestLineCovers(t *testing.T) {
	span := func(a, b, c, d int) place.Span {
		return place.Span{Start: place.Position{Line: a, Column: b}, End: place.Position{Line: c, Column: d}}
	}
	tests := []struct {
		at   lineOf
		span place.Span
		want bool
	}{
		{lineOf{line: 3}, span(3, 1, 3, 9), true},
		{lineOf{line: 3}, span(2, 1, 4, 1), true},
		{lineOf{line: 3}, span(4, 1, 4, 1), false},
		{lineOf{line: 3, column: 4}, span(3, 4, 3, 9), true},
		{lineOf{line: 3, column: 9}, span(3, 4, 3, 9), true},
		{lineOf{line: 3, column: 10}, span(3, 4, 3, 9), false},
		{lineOf{line: 3, column: 3}, span(3, 4, 3, 9), false},
		{lineOf{line: 3, column: 1}, span(2, 4, 4, 2), true},
	}
	for _, tt := range tests {
		if got := tt.at.covers(tt.span); got != tt.want {
			t.Errorf("%+v covers %v: %v, want %v", tt.at, tt.span, got, tt.want)
		}
	}
}

func TestSheet(t *testing.T) {
	var s sheet
	s.next()
	s.row("short", "one  two")
	s.row("nothing", "")
	s.next()
	s.row("long", "a text that is so long that it does not fit into one line of a terminal, which is broken")
	s.row("whole", "https://address.internal.corp/that/is/longer/than/the/line/is/and/so/must/stay/whole end")
	const want = `short        one two

long         a text that is so long that it does not fit into one line of a
             terminal, which is broken
whole        https://address.internal.corp/that/is/longer/than/the/line/is/and/so/must/stay/whole
             end
`
	if s.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", s.String(), want)
	}
}
