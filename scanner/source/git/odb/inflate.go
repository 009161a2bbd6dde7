package odb

import (
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/zlib"

	"github.com/secretsweep/secretsweep/internal/inflate"
)

var errTooLong = errors.New("inflates to more than its size")

// inflater inflates zlib streams that lie in memory whole. What package inflate
// doesn't take is left to the library, which says what is wrong with it.
type inflater struct {
	fast inflate.Decoder
	in   bytes.Reader
	zlib io.ReadCloser // and a zlib.Resetter; nil until it is needed
}

// inflate fills dst from the stream at the beginning of src. It is an error if the
// stream's content is not exactly that long or its checksum is wrong, and
// io.ErrUnexpectedEOF if src ends too early.
func (z *inflater) inflate(dst, src []byte) error {
	if z.fast.Whole(dst, src) {
		return nil
	}
	if err := z.read(dst, src); err != nil {
		return err
	}
	return atEnd(z.zlib)
}

// begin fills dst with the beginning of a stream's content.
func (z *inflater) begin(dst, src []byte) error {
	if z.fast.Beginning(dst, src) {
		return nil
	}
	return z.read(dst, src)
}

// read fills dst with the beginning of a stream's content, by the library.
func (z *inflater) read(dst, src []byte) error {
	z.in.Reset(src)
	if z.zlib == nil {
		var err error
		if z.zlib, err = zlib.NewReader(&z.in); err != nil {
			return unexpected(err)
		}
	} else if err := z.zlib.(zlib.Resetter).Reset(&z.in, nil); err != nil {
		return unexpected(err)
	}
	_, err := io.ReadFull(z.zlib, dst)
	return unexpected(err)
}

// atEnd checks that a zlib stream ends here, and its checksum.
func atEnd(r io.Reader) error {
	var extra [1]byte
	switch _, err := io.ReadFull(r, extra[:]); err {
	case io.EOF:
		return nil
	case nil:
		return errTooLong
	default:
		return err
	}
}

// content is a stored object's zlib stream, which should have size bytes. It ends
// with io.EOF only if it had, and if its checksum was right.
type content struct {
	zlib   io.Reader
	closer io.Closer // nil if there is nothing to close
	size   int64
	left   int64
	err    error // what ended it, except io.EOF
}

func (c *content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if c.left == 0 {
		if c.err = atEnd(c.zlib); c.err != nil {
			return 0, c.err
		}
		return 0, io.EOF
	}
	if int64(len(p)) > c.left {
		p = p[:c.left]
	}
	n, err := c.zlib.Read(p)
	c.left -= int64(n)
	if err == io.EOF {
		err = nil // the end is looked at by the next call
		if c.left > 0 {
			err = io.ErrUnexpectedEOF
		}
	}
	c.err = err
	return n, err
}

// Close closes the file, if it is of this content alone.
func (c *content) Close() error {
	if c.closer == nil {
		return nil
	}
	return c.closer.Close()
}

// readAll reads to the end, into buf if it is large enough, else into one that
// grows as data comes.
func (c *content) readAll(buf []byte) ([]byte, error) {
	const step = 1 << 20
	buf = buf[:0]
	for c.left > 0 {
		if len(buf) == cap(buf) {
			bigger := make([]byte, len(buf), min(int64(2*cap(buf)+step), int64(len(buf))+c.left))
			copy(bigger, buf)
			buf = bigger
		}
		n, err := c.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err != nil {
			return nil, err
		}
	}
	if _, err := c.Read(nil); err != io.EOF {
		return nil, err
	}
	return buf, nil
}
