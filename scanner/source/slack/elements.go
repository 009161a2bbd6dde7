package slack

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxElement is the most bytes that a message, or an entry of a list, may have. Slack's
// have some thousands.
const maxElement = 4 << 20

var errTooLong = fmt.Errorf("over %d MiB", maxElement>>20)

// readElements reads the elements of a JSON list one by one, so that a list of any
// length takes the memory of one. What raw has is valid during the call. It is not a
// list, and nothing was given, if the text begins otherwise.
//
// An element is told by its brackets and quotes alone: one that is no JSON ends
// nothing. One that is too long is passed over. The error is that of the first that
// was, or why the list ends too early.
func readElements(r io.Reader, each func(raw []byte)) (isList bool, err error) {
	e, isList, err := newElements(r)
	if err != nil || !isList {
		return false, err
	}
	var tooLong error
	for n := 1; ; n++ {
		raw, err := e.next()
		switch {
		case errors.Is(err, io.EOF):
			return true, tooLong
		case errors.Is(err, errTooLong):
			if tooLong == nil {
				tooLong = fmt.Errorf("read element %d: %w", n, err)
			}
		case err != nil:
			return true, fmt.Errorf("read element %d: %w", n, err)
		default:
			each(raw)
		}
	}
}

// elements reads a list.
type elements struct {
	r   *bufio.Reader
	raw []byte
}

// newElements reads up to where the first element begins.
func newElements(r io.Reader) (e *elements, isList bool, err error) {
	e = &elements{r: bufio.NewReaderSize(r, 64<<10)}
	if mark, _ := e.r.Peek(3); string(mark) == "\ufeff" {
		_, _ = e.r.Discard(3)
	}
	c, err := e.skip(" \t\r\n")
	if errors.Is(err, io.EOF) {
		return nil, false, nil
	}
	return e, c == '[', err
}

// next gives an element, whose bytes are valid until the next call. The error is io.EOF
// where the list ends and nothing is behind it, and io.ErrUnexpectedEOF where the text
// ends before the list does.
func (e *elements) next() ([]byte, error) {
	c, err := e.skip(" \t\r\n,")
	if err != nil {
		return nil, unexpected(err)
	}
	if c == ']' {
		if _, err := e.skip(" \t\r\n"); err != nil {
			return nil, err
		}
		return nil, errors.New("more text after the end of the list")
	}
	e.raw = e.raw[:0]
	var (
		depth   int
		quoted  bool
		escaped bool
		size    int
	)
	for {
		if size++; size <= maxElement {
			e.raw = append(e.raw, c)
		}
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped = c == '\\'
			quoted = c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			depth++
		case depth > 0 && (c == '}' || c == ']'):
			depth--
		}
		if depth == 0 && !quoted && e.ends() {
			break
		}
		if c, err = e.r.ReadByte(); err != nil {
			return nil, unexpected(err)
		}
	}
	if size > maxElement {
		return nil, errTooLong
	}
	return e.raw, nil
}

// ends tells whether an element ends before the next byte.
func (e *elements) ends() bool {
	next, err := e.r.Peek(1)
	if err != nil {
		return false // reading on tells why
	}
	switch next[0] {
	case ',', ']', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

// skip gives the next byte that is not one of some.
func (e *elements) skip(some string) (byte, error) {
	for {
		c, err := e.r.ReadByte()
		if err != nil {
			return 0, err
		}
		if strings.IndexByte(some, c) < 0 {
			return c, nil
		}
	}
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
