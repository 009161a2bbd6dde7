package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
)

// Limits are how much an archive may unpack to, with all archives in it. The zero value
// of each stands for the one in [DefaultLimits].
type Limits struct {
	Depth   int   // archives in archives
	Members int   // files
	Size    int64 // bytes, of all of them and of the archives among them
	// Ratio is of that size to that of the archive itself. It counts from Floor bytes on,
	// since small texts may well be all blanks.
	Ratio, Floor int64
}

// DefaultLimits let pass an image of tens of gigabytes, and what compresses best of what
// people make: dumps and logs that shrink to a hundredth. Deflate shrinks nothing to less
// than a thousandth.
var DefaultLimits = Limits{Depth: 8, Members: 500_000, Size: 64 << 30, Ratio: 500, Floor: 256 << 20}

func (l Limits) orDefault() Limits {
	d := DefaultLimits
	for _, f := range []struct{ value, standard *int }{{&l.Depth, &d.Depth}, {&l.Members, &d.Members}} {
		if *f.value == 0 {
			*f.value = *f.standard
		}
	}
	for _, f := range []struct{ value, standard *int64 }{{&l.Size, &d.Size}, {&l.Ratio, &d.Ratio}, {&l.Floor, &d.Floor}} {
		if *f.value == 0 {
			*f.value = *f.standard
		}
	}
	return l
}

// errLimit says that an archive is given up as a whole.
var errLimit = errors.New("unpacked no further")

// budget is what is left of an archive's limits. One goroutine uses it.
type budget struct {
	Limits
	packed   int64 // bytes of the archive that were read, or all that it has
	unpacked int64
	listed   int64 // bytes of lists that are in memory
	windows  int   // decompressors that are open
	members  int
	problems int
}

// member counts one more.
func (b *budget) member() error {
	if b.members++; b.members > b.Members {
		return fmt.Errorf("more than %d files: %w", b.Members, errLimit)
	}
	return nil
}

// exceeded tells whether too much was unpacked.
func (b *budget) exceeded() error {
	switch {
	case b.unpacked > b.Size:
		return fmt.Errorf("more than %d bytes: %w", b.Size, errLimit)
	case b.unpacked > b.Floor && b.unpacked/b.Ratio > b.packed:
		return fmt.Errorf("more than %d times its size: %w", b.Ratio, errLimit)
	}
	return nil
}

// metered counts what is unpacked, and ends where that is too much, or with ctx: what is
// passed over is read too.
type metered struct {
	ctx    context.Context
	r      io.Reader
	budget *budget
}

func (u *unpacker) metered(r io.Reader) metered { return metered{u.ctx, r, u.budget} }

func (m metered) Read(p []byte) (int, error) {
	// An error with data would be lost on who asks for just so much.
	if err := cmp.Or(m.ctx.Err(), m.budget.exceeded()); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	m.budget.unpacked += int64(n)
	return n, cutOff(err)
}

// mostWindow is how far back Zstandard and xz may look: what "zstd --long" makes use of by
// default, 128 MiB, is as much as its own program takes without being asked, and twice
// what "xz -9" makes use of. In each other they get less, and leastWindow at least, which
// is what they make use of by default.
const mostWindow, leastWindow = 128 << 20, 8 << 20

// open opens a compressed text.
func (b *budget) open(d decompressor, r io.Reader) (io.ReadCloser, error) {
	plain, err := d(r, max(mostWindow>>(2*b.windows), leastWindow))
	if err != nil {
		return nil, err
	}
	b.windows++
	return &window{plain, b}, nil
}

// window is a decompressor that counts as open until it is closed.
type window struct {
	io.ReadCloser
	budget *budget
}

func (w *window) Close() error {
	w.budget.windows--
	return w.ReadCloser.Close()
}

// packedReader reads an archive as a stream until ctx ends, and counts what is read of it.
type packedReader struct {
	ctx    context.Context
	r      io.Reader
	read   int64
	budget *budget
}

func (p *packedReader) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := p.r.Read(b)
	p.read += int64(n)
	p.budget.packed = max(p.budget.packed, p.read)
	return n, err
}
