package archive

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// gunzip reads gzip files that were joined (RFC 1952, section 2.2), and goes past the
// blanks that tapes and block devices leave after the last one, as gzip itself does.
type gunzip struct {
	*gzip.Reader
	text *bufio.Reader
}

func openGzip(r io.Reader, _ int) (io.ReadCloser, error) {
	text := bufio.NewReader(r)
	z, err := gzip.NewReader(text)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return gunzip{z, text}, nil
}

func (g gunzip) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = g.next()
	}
	return n, err
}

// next goes to the file that follows; the error is io.EOF if none does.
func (g gunzip) next() error {
	head, err := g.text.Peek(1)
	if err != nil {
		return err
	}
	if head[0] != 0 {
		err := g.Reset(g.text)
		if errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) {
			return errMore
		}
		g.Multistream(false)
		return err
	}
	for {
		if _, err := g.text.Peek(1); err != nil {
			return err
		}
		blanks, _ := g.text.Peek(g.text.Buffered())
		if len(bytes.Trim(blanks, "\x00")) > 0 {
			return errMore
		}
		_, _ = g.text.Discard(len(blanks)) // which are there
	}
}

// errMore says that there is more than what was read.
var errMore = errors.New("something follows its end, which was not read")
