package scanner

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/place"
)

func TestReread(t *testing.T) {
	s := texts{content: map[string]string{"a": "one\ntwo\n", "b": "three\n", "c": ""}, workers: 2}
	broken := errors.New("broken")
	failing := s
	failing.tell = func(v Visitor) { v.Problem(Problem{What: "d", Err: broken}) }
	tests := []struct {
		name   string
		source Source
		path   string
		line   int
		want   string
		err    error
	}{
		{"found", s, "a", 2, "one\ntwo\n", nil},
		{"beyond its end", s, "b", 9, "three\n", nil},
		{"empty now", s, "c", 1, "", ErrGone},
		{"gone", s, "d", 1, "", ErrGone},
		{"a problem of another text", failing, "a", 1, "one\ntwo\n", nil},
		{"a problem", failing, "d", 1, "", broken},
		{"a source that can't be swept", unable{broken}, "a", 1, "", broken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := place.Place{Kind: place.File, Path: tt.path, Span: place.Span{Start: place.Position{Line: tt.line, Column: 1}}}
			c, err := Reread(t.Context(), tt.source, p)
			if !errors.Is(err, tt.err) || string(c.Data) != tt.want {
				t.Errorf("got %q and error %v, want %q and %v", c.Data, err, tt.want, tt.err)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Reread(ctx, s, place.Place{Kind: place.File, Path: "d"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
}

// unable is a source that can't go on.
type unable struct{ err error }

func (u unable) Sweep(context.Context, Visitor) error                        { return u.err }
func (u unable) Locate(context.Context, []Hit, func(int, place.Place)) error { return nil }

// TestRereadParts shows that each line of a text that is given in parts is in the one that
// it is read again in, with what is around it.
func TestRereadParts(t *testing.T) {
	const size = 64
	line := strings.Repeat("x", size-1) + "\n"
	lines := 2*MaxChunk/size + 100
	s := texts{content: map[string]string{"a": strings.Repeat(line, lines)}}
	first := MaxChunk / size
	for _, number := range []int{1, 2, first - 2100, first - 1024, first - 1023, first, first + 1, 2 * first, lines} {
		p := place.Place{Kind: place.File, Path: "a", Span: place.Span{Start: place.Position{Line: number, Column: 3}}}
		c, err := Reread(t.Context(), s, p)
		if err != nil {
			t.Fatal(err)
		}
		offset, ok := c.At.Start.Offset(c.Data, p.Start)
		if !ok || offset%size != 2 || c.Whole {
			t.Errorf("line %d: offset %d, there: %t", number, offset, ok)
		}
		const around = overlap / 4
		if offset < around && number > around/size || len(c.Data)-offset < around && lines-number > around/size {
			t.Errorf("line %d: offset %d of %d, where too little is around it", number, offset, len(c.Data))
		}
	}
}
