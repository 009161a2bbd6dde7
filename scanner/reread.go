package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
)

// ErrGone says that a text isn't where an earlier sweep came upon it.
var ErrGone = errors.New("it is not there any more")

// Reread sweeps a source until it gives the text that a place of an earlier sweep is in. Of
// a text in parts it gives the one that owns where the place begins, or the last one
// if the text ends before that. Its Data is the caller's.
//
// The source has to say of its chunks what Locate said of the place, as those do that are
// made for one place, such as package git's, and all that embed [Here]. It may well give
// other texts, too. If it gives this one no more, the error is [ErrGone], or says why it
// couldn't be read.
func Reread(ctx context.Context, s Source, p place.Place) (detectors.Chunk, error) {
	sweeping, stop := context.WithCancel(ctx)
	defer stop()
	r := &rereader{place: p, key: keyOf(&p), stop: stop}
	err := s.Sweep(sweeping, r)
	switch {
	case r.found != nil:
		return *r.found, nil
	case ctx.Err() != nil:
		return detectors.Chunk{}, ctx.Err()
	case err == nil:
		err = r.why
	}
	if err == nil {
		err = ErrGone
	}
	return detectors.Chunk{}, fmt.Errorf("read %s again: %w", NameOf(&p), err)
}

// rereader is the visitor that keeps one text.
type rereader struct {
	place place.Place
	key   textKey
	stop  func()

	mu    sync.Mutex
	found *detectors.Chunk
	why   error // the first problem
}

var _ Visitor = (*rereader)(nil)

func (r *rereader) Chunk(c *detectors.Chunk) {
	if keyOf(&c.At) != r.key || !Owns(c, r.place.Start) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.found != nil {
		return
	}
	kept := *c
	kept.Data = bytes.Clone(c.Data)
	kept.Base, kept.Copied, kept.Trace = nil, nil, nil
	r.found = &kept
	r.stop()
}

// Owns tells whether a chunk is the part of its text that owns the matches which begin at
// a position. What is beyond the text's end is the last part's.
func Owns(c *detectors.Chunk, p place.Position) bool {
	offset, ok := startOf(c).Offset(c.Data, p)
	if !ok {
		return c.To == len(c.Data) && p.Compare(startOf(c)) >= 0
	}
	return c.From <= offset && offset < c.To
}

func (r *rereader) Problem(p Problem) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.why == nil {
		r.why = p.Err
	}
}

func (r *rereader) LeftOut(LeftOut)               {}
func (r *rereader) Unpack(PackedText) bool        { return false }
func (r *rereader) Source(string, Source)         {}
func (r *rereader) Count(Counter, int64)          {}
func (r *rereader) Progress(string, int64, int64) {}
