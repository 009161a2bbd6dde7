package archive

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/secretsweep/secretsweep/scanner"
)

// compressed gives what one compressed text holds: a member with the archive's name
// without its ending, or the members of the tar archive that it is.
func (u *unpacker) compressed(open decompressor, p scanner.PackedText) error {
	plain, err := u.budget.open(open, p.Reader)
	if err != nil {
		return fmt.Errorf("decompress: %w", cutOff(err))
	}
	defer plain.Close()
	text := bufio.NewReaderSize(&steady{r: plain}, 4<<10)
	if head, _ := text.Peek(512); isTar(head) {
		return u.tar(&p.Chunk, u.metered(text), nil, -1)
	}
	return u.member(&p.Chunk, unpackedName(cmp.Or(p.At.Member, p.At.Path)), -1, text)
}

// unpackedName is the name of what a compressed file holds.
func unpackedName(name string) string {
	name = path.Base(name)
	for _, ending := range []string{".gz", ".bz2", ".xz", ".zst"} {
		if stem := len(name) - len(ending); stem > 0 && strings.EqualFold(name[stem:], ending) {
			return name[:stem]
		}
	}
	return "unpacked"
}

// steady stays at the error that it meets: Zstandard's reader goes on with what it has of
// a damaged block.
type steady struct {
	r   io.Reader
	err error
}

func (s *steady) Read(p []byte) (n int, err error) {
	if s.err == nil {
		n, s.err = s.r.Read(p)
	}
	return n, s.err
}

// cutOff says of a text that ends too early that it does: package scanner takes
// io.ErrUnexpectedEOF for the end of a text.
func cutOff(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it is cut off")
	}
	return err
}
