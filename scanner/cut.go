package scanner

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
)

// MaxChunk is the most bytes that a chunk has. A longer text is given in parts.
const MaxChunk = 16 << 20

// overlap is how many bytes a part shares with the next one. A match that a
// part owns has half of it as context on either side.
const overlap = 128 << 10

// Feed reads a text and gives it to the visitor: as one chunk if it has at most
// [MaxChunk] bytes, else as parts that overlap, in order. Each offset of the
// text is owned by one part (see [detectors.Chunk]). An empty text gives no chunk.
//
// Of c, only At and Names are set by the caller, and what chunks tell each other
// (Base, Copied, Trace), which is dropped if the text isn't given as it is. At.Start
// is the position of the text's first byte, or zero for the usual 1:1. Size is how long
// the text is expected to be, or -1; it may be wrong.
//
// What the text is, is told by how it begins. Archives and compressed data are the
// visitor's to unpack. If it doesn't, those that hold text as it is (tar) are given like
// any other text, and packed data is a LeftOut and not read any further. Other data that
// is not text is marked Binary. UTF-16 and UTF-32 with a byte order mark become UTF-8,
// which changes no position, as positions count characters.
//
// A reader that is an [io.ReaderAt] too can be read from anywhere by what unpacks it;
// its size is then how long it really is.
//
// An error is the reader's, or ctx's; what was read before it has been given.
// Feed holds one buffer of MaxChunk bytes at most.
func Feed(ctx context.Context, v Visitor, c detectors.Chunk, r io.Reader, size int64) error {
	k := newCutter(v, c)
	return k.read(ctx, r, size)
}

// FeedBytes is [Feed] for a text that is in memory. The chunks share its bytes.
func FeedBytes(v Visitor, c detectors.Chunk, text []byte) {
	k := newCutter(v, c)
	k.cut(text)
}

// cutter gives one text to a visitor.
type cutter struct {
	visitor      Visitor
	chunk        detectors.Chunk // the next part, without its Data
	max, overlap int
}

func newCutter(v Visitor, c detectors.Chunk) *cutter {
	if c.At.Start == (place.Position{}) {
		c.At.Start = place.Position{Line: 1, Column: 1}
	}
	c.Whole = true
	return &cutter{v, c, MaxChunk, overlap}
}

// cut gives a text that is in memory.
func (k *cutter) cut(text []byte) {
	head := text[:min(len(text), sniffed)]
	form := sniff(head)
	if form.holdsOthers() {
		r := bytes.NewReader(text)
		if k.visitor.Unpack(PackedText{k.chunk, head, r, r, int64(len(text))}) {
			return
		}
	}
	switch form {
	case packed:
		k.leaveOut()
	case utf16le, utf16be, utf32le, utf32be:
		// Reading from memory doesn't fail, nor does the background end.
		_ = k.read(context.Background(), newTranscoder(bytes.NewReader(text), form), int64(len(text)))
	default:
		k.chunk.Binary = form.isBinary()
		if len(text) > k.max {
			k.isolate()
		}
		for len(text) > k.max {
			text = text[k.give(text[:k.max], false):]
		}
		k.give(text, true)
	}
}

// isolate cuts the chunk off from others, for a text that isn't given as it is.
func (k *cutter) isolate() { k.chunk.Base, k.chunk.Copied, k.chunk.Trace = nil, nil, nil }

// read gives a text that is read from r.
func (k *cutter) read(ctx context.Context, r io.Reader, size int64) error {
	k.isolate()
	pooled := buffers.Get().(*[]byte)
	buf := slices.Grow((*pooled)[:0], sniffed)
	defer func() { *pooled = buf; buffers.Put(pooled) }()

	n, err := io.ReadFull(r, buf[:sniffed])
	buf = buf[:n]
	if err != nil {
		k.cut(buf)
		return readError(err)
	}
	form := sniff(buf)
	if form.holdsOthers() {
		p := PackedText{k.chunk, buf, io.MultiReader(bytes.NewReader(buf), r), nil, size}
		if at, ok := r.(io.ReaderAt); ok && size >= 0 {
			p.ReaderAt = at
		}
		if k.visitor.Unpack(p) {
			return ctx.Err()
		}
	}
	switch form {
	case packed:
		k.leaveOut()
		return nil
	case utf16le, utf16be, utf32le, utf32be:
		return k.read(ctx, newTranscoder(io.MultiReader(bytes.NewReader(buf), r), form), size)
	default:
		k.chunk.Binary = form.isBinary()
	}
	// One byte more than a chunk tells whether the text goes on.
	if expected := min(size, int64(k.max)) + 1; expected > int64(len(buf)) {
		buf = slices.Grow(buf, int(expected)-len(buf))
	}
	for {
		for len(buf) > k.max {
			next := k.give(buf[:k.max], false)
			buf = append(buf[:0], buf[next:]...)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		buf = slices.Grow(buf, 1)
		n, err := io.ReadFull(r, buf[len(buf):max(len(buf)+1, min(cap(buf), k.max+1))])
		buf = buf[:len(buf)+n]
		if err != nil {
			k.give(buf, true)
			return readError(err)
		}
	}
}

// give gives one part and tells where in it the next one begins.
func (k *cutter) give(data []byte, last bool) (next int) {
	c := k.chunk
	c.Data, c.To = data, len(data)
	next = len(data)
	if !last {
		// Counting columns by parts gives what counting the whole does if none ends
		// within a character.
		next = characterStart(data, len(data)-k.overlap)
		c.Whole, k.chunk.Whole = false, false
		c.To = next + k.overlap/2
		k.chunk.From = k.overlap / 2
		k.chunk.At.Start = c.At.Start.After(data[:next])
	}
	if len(data) > 0 {
		k.visitor.Chunk(&c)
	}
	return next
}

func (k *cutter) leaveOut() {
	k.visitor.LeftOut(LeftOut{Reason: Packed, What: NameOf(&k.chunk.At)})
}

// readError is nil for a text that came to its end.
func readError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// buffers are kept for the next text. There are as many as texts are fed at
// once, each as long as the longest text it has held, and at
// most a quarter longer than MaxChunk.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 64<<10); return &b }}
