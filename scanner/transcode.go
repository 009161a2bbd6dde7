package scanner

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// transcoder reads UTF-16 or UTF-32 as UTF-8, character for character. What is
// no character becomes U+FFFD.
type transcoder struct {
	r       *bufio.Reader
	order   binary.ByteOrder
	wide    bool // UTF-32
	pending []byte
}

func newTranscoder(r io.Reader, from form) *transcoder {
	t := &transcoder{r: bufio.NewReader(r), order: binary.LittleEndian}
	if from == utf16be || from == utf32be {
		t.order = binary.BigEndian
	}
	t.wide = from == utf32le || from == utf32be
	return t
}

func (t *transcoder) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(t.pending) == 0 {
			char, err := t.next()
			if err != nil {
				return n, err
			}
			t.pending = utf8.AppendRune(t.pending[:0], char)
		}
		copied := copy(p[n:], t.pending)
		t.pending = t.pending[copied:]
		n += copied
	}
	return n, nil
}

// next reads a character.
func (t *transcoder) next() (rune, error) {
	if t.wide {
		unit, err := t.unit(4)
		return rune(unit), err // AppendRune replaces what is out of range
	}
	unit, err := t.unit(2)
	if err != nil || !utf16.IsSurrogate(rune(unit)) {
		return rune(unit), err
	}
	low, err := t.r.Peek(2)
	if err != nil {
		return utf8.RuneError, nil // the next call meets the error again
	}
	char := utf16.DecodeRune(rune(unit), rune(t.order.Uint16(low)))
	if char != utf8.RuneError {
		_, err = t.r.Discard(2)
	}
	return char, err
}

// unit reads a number of that many bytes. A text that ends within one has one
// character more, which isn't valid.
func (t *transcoder) unit(bytes int) (uint32, error) {
	var b [4]byte
	switch _, err := io.ReadFull(t.r, b[:bytes]); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return utf8.RuneError, nil
	case err != nil:
		return 0, err
	case bytes == 2:
		return uint32(t.order.Uint16(b[:])), nil
	}
	return t.order.Uint32(b[:]), nil
}
