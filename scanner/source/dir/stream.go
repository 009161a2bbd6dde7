package dir

import (
	"context"
	"fmt"
	"io"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// Stdin makes the source of standard input, or of another stream that can be
// read once. Its Sweep ends with ctx even while it waits for input; what is then
// read last from r is lost.
func Stdin(r io.Reader) scanner.Source { return stdin{r: r} }

type stdin struct {
	scanner.Here
	r io.Reader
}

func (s stdin) Sweep(ctx context.Context, v scanner.Visitor) error {
	c := detectors.Chunk{At: place.Place{Kind: place.Stdin}}
	return feedStream(ctx, v, c, func() (io.ReadCloser, error) { return io.NopCloser(s.r), nil })
}

// feedStream feeds what may make its reader, or even its opener, wait.
func feedStream(ctx context.Context, v scanner.Visitor, c detectors.Chunk, open func() (io.ReadCloser, error)) error {
	reading, stop := context.WithCancel(ctx)
	defer stop() // packed data is not read to its end
	err := Feed(ctx, v, c, newStream(reading, open), -1)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("read %s: %w", name(c), Cause(err))
	}
	return ctx.Err()
}

// stream is a reader that ctx can end. A goroutine of its own does the waiting.
type stream struct {
	ctx   context.Context
	parts chan part
	rest  []byte
	err   error
}

type part struct {
	data []byte
	err  error
}

func newStream(ctx context.Context, open func() (io.ReadCloser, error)) *stream {
	s := &stream{ctx: ctx, parts: make(chan part)}
	go s.pump(open)
	return s
}

func (s *stream) pump(open func() (io.ReadCloser, error)) {
	give := func(p part) (taken bool) {
		select {
		case s.parts <- p:
			return p.err == nil
		case <-s.ctx.Done():
			return false
		}
	}
	r, err := open()
	if err != nil {
		give(part{err: err})
		return
	}
	defer r.Close()
	for {
		// A buffer per read: the last one is still being copied from.
		buf := make([]byte, 64<<10)
		n, err := r.Read(buf)
		if !give(part{buf[:n], err}) {
			return
		}
	}
}

func (s *stream) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		select {
		case next := <-s.parts:
			s.rest, s.err = next.data, next.err
		case <-s.ctx.Done():
			s.err = s.ctx.Err()
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}
