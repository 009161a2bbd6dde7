// Package sourcetest is the suite that every source has to pass: what
// [scanner.Source] promises, tried.
package sourcetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime"
	"slices"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// Text is one that a source has to give.
type Text struct {
	Path string // of its place, with the way within an archive
	Text string // all of it, as UTF-8
}

// Run tries the sources that open makes, each time over the same input. Want
// are the texts that each has to give, in any order.
func Run(t *testing.T, open func(t *testing.T) (s scanner.Source, want []Text)) {
	t.Run("gives all of it", func(t *testing.T) {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		s, want := open(t)
		v := newVisitor(t)
		if err := s.Sweep(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		if len(want) == 0 {
			t.Error("the source is wanted to give nothing: then nothing is tested")
		}
		slices.SortFunc(want, compareTexts)
		if diff := gocmp.Diff(want, v.texts()); diff != "" {
			t.Errorf("texts: want (-), got (+):\n%s", diff)
		}
		for _, p := range v.problems {
			t.Errorf("problem: %s: %v", p.What, p.Err)
		}
	})

	t.Run("gives the same again", func(t *testing.T) {
		first, second := newVisitor(t), newVisitor(t)
		for _, v := range []*visitor{first, second} {
			s, _ := open(t)
			if err := s.Sweep(t.Context(), v); err != nil {
				t.Fatal(err)
			}
		}
		if diff := gocmp.Diff(first.chunks(), second.chunks(), gocmp.Comparer(bytes.Equal)); diff != "" {
			t.Errorf("chunks: first (-), second (+):\n%s", diff)
		}
		if diff := gocmp.Diff(first.leftOut, second.leftOut); diff != "" {
			t.Errorf("left out: first (-), second (+):\n%s", diff)
		}
		if diff := gocmp.Diff(first.counts, second.counts); diff != "" {
			t.Errorf("counts: first (-), second (+):\n%s", diff)
		}
	})

	t.Run("locates hits", func(t *testing.T) {
		s, _ := open(t)
		v := newVisitor(t)
		if err := s.Sweep(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		var hits []scanner.Hit
		for i, c := range v.chunks() {
			h := scanner.Hit{At: c.At}
			h.Value[0], h.Value[1] = byte(i), byte(i>>8)
			hits = append(hits, h)
		}
		placed := make([]int, len(hits))
		err := s.Locate(t.Context(), hits, func(hit int, p place.Place) {
			if hit < 0 || hit >= len(hits) {
				t.Fatalf("place of hit %d, of %d", hit, len(hits))
			}
			if p.Start.Line < 1 || p.Start.Column < 1 {
				t.Errorf("place %+v of hit %d has no position", p, hit)
			}
			placed[hit]++
		})
		if err != nil {
			t.Fatal(err)
		}
		if slices.Max(placed) == 0 {
			t.Error("no hit has a place")
		}
	})

	t.Run("does not start when ctx has ended", func(t *testing.T) {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s, _ := open(t)
		if err := s.Sweep(ctx, newVisitor(t)); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	})

	t.Run("stops when ctx ends", func(t *testing.T) {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s, want := open(t)
		v := newVisitor(t)
		v.onChunk = cancel
		err := s.Sweep(ctx, v)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
		slices.SortFunc(want, compareTexts)
		if err == nil && !slices.Equal(want, v.texts()) {
			t.Error("says that it gave all, but did not")
		}
		for _, p := range v.problems {
			t.Errorf("problem, where ctx ended: %s: %v", p.What, p.Err)
		}
	})
}

// visitor keeps what a source gives, and checks each chunk.
type visitor struct {
	t       *testing.T
	onChunk func()
	seed    maphash.Seed

	mu       sync.Mutex
	given    []detectors.Chunk
	problems []scanner.Problem
	leftOut  map[scanner.Reason]int64
	counts   map[scanner.Counter]int64
}

func newVisitor(t *testing.T) *visitor {
	return &visitor{
		t: t, onChunk: func() {}, seed: maphash.MakeSeed(),
		leftOut: make(map[scanner.Reason]int64), counts: make(map[scanner.Counter]int64),
	}
}

// Source sweeps what the source came upon at once: whatever it gives counts.
func (v *visitor) Source(path string, s scanner.Source) {
	if err := s.Sweep(v.t.Context(), v); err != nil {
		v.t.Errorf("sweep %s: %v", path, err)
	}
}

func (v *visitor) Chunk(c *detectors.Chunk) {
	if err := check(c); err != nil {
		v.t.Errorf("chunk at %s: %v", name(c), err)
	}
	kept := *c
	kept.Data = bytes.Clone(c.Data)
	kept.Names = slices.Clone(c.Names)
	v.onChunk()
	// Data is this visitor's for as long as the call takes.
	before := maphash.Bytes(v.seed, c.Data)
	for range 10 {
		runtime.Gosched()
	}
	if maphash.Bytes(v.seed, c.Data) != before {
		v.t.Errorf("chunk at %s: its data changed while it was visited", name(c))
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.given = append(v.given, kept)
}

func (v *visitor) Problem(p scanner.Problem) {
	if p.What == "" || p.Err == nil {
		v.t.Errorf("problem that says too little: %+v", p)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.problems = append(v.problems, p)
}

func (*visitor) Unpack(scanner.PackedText) bool { return false }

func (v *visitor) LeftOut(l scanner.LeftOut) {
	if l.Reason == "" || l.Count < 0 {
		v.t.Errorf("left out without a reason, or fewer than none: %+v", l)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.leftOut[l.Reason] += max(l.Count, 1)
}

func (v *visitor) Count(what scanner.Counter, n int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.counts[what] += n
}

func (v *visitor) Progress(_ string, done, total int64) {
	if done < 0 || total > 0 && done > total {
		v.t.Errorf("progress: %d of %d", done, total)
	}
}

// chunks gives the chunks in an order that is always the same.
func (v *visitor) chunks() []detectors.Chunk {
	slices.SortFunc(v.given, func(a, b detectors.Chunk) int {
		from, to := a.At, b.At
		from.Span, to.Span = place.Span{}, place.Span{} // parts of one text are neighbours
		return cmp.Or(place.Compare(from, to), a.At.Start.Compare(b.At.Start), bytes.Compare(a.Data, b.Data))
	})
	return v.given
}

// texts puts the parts of each text together again.
func (v *visitor) texts() []Text {
	var texts []Text
	var end place.Position // of what the last text has so far
	for _, c := range v.chunks() {
		owned := string(c.Data[c.From:c.To])
		start := c.At.Start.After(c.Data[:c.From])
		if last := len(texts) - 1; !c.Whole && c.From > 0 && last >= 0 && texts[last].Path == c.At.Name() && end == start {
			texts[last].Text += owned
		} else {
			texts = append(texts, Text{c.At.Name(), owned})
		}
		end = start.After([]byte(owned))
	}
	slices.SortFunc(texts, compareTexts)
	return texts
}

func compareTexts(a, b Text) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Text, b.Text))
}

// check checks what a chunk promises by itself.
func check(c *detectors.Chunk) error {
	switch {
	case len(c.Data) == 0:
		return errors.New("has no data")
	case len(c.Data) > scanner.MaxChunk:
		return fmt.Errorf("has %d bytes, most is %d", len(c.Data), scanner.MaxChunk)
	case c.From < 0 || c.From >= c.To || c.To > len(c.Data):
		return fmt.Errorf("owns %d to %d of %d bytes", c.From, c.To, len(c.Data))
	case c.Whole && (c.From != 0 || c.To != len(c.Data)):
		return fmt.Errorf("is whole, but owns %d to %d of %d bytes", c.From, c.To, len(c.Data))
	case c.At.Kind == "":
		return errors.New("has a place of no kind")
	case c.At.Start.Line < 1 || c.At.Start.Column < 1:
		return fmt.Errorf("begins at %v", c.At.Start)
	case c.At.Kind == place.File && !slices.Contains(c.Names, c.At.Name()):
		return fmt.Errorf("has the path %q, which is not among its names %q", c.At.Name(), c.Names)
	}
	return nil
}

func name(c *detectors.Chunk) string {
	return fmt.Sprintf("%s %q %s", c.At.Kind, c.At.Name(), c.At.Object)
}
