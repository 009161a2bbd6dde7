package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"

	"github.com/secretsweep/secretsweep/scanner"
)

// mostDirectory bounds what is read of a ZIP's list of members, and so the memory that
// the list takes: an entry has 46 bytes and its name.
const mostDirectory = 32 << 20

// zip gives what a ZIP holds, and whatever is one by another name: jar, war, whl, apk,
// docx. The format is APPNOTE.TXT's
// (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
func (u *unpacker) zip(p scanner.PackedText) error {
	at, size := p.ReaderAt, p.Size
	if at == nil {
		var drop func()
		var err error
		if at, size, drop, err = spool(u.metered(p.Reader)); err != nil {
			return err
		}
		defer drop()
	}
	list := &limitedAt{at, mostDirectory}
	z, err := zip.NewReader(list, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return err
	}
	for method, open := range methods {
		z.RegisterDecompressor(method, open.decompress)
	}
	list.left = -1
	for _, f := range z.File {
		if err := u.zipped(p, f); err != nil {
			return err
		}
	}
	return nil
}

// methods are those of APPNOTE.TXT 4.4.5 that package zip doesn't know itself.
var methods = map[uint16]decompressor{12: openBzip2, 93: openZstd, 95: openXZ}

// decompress is open for package zip, which wants to hear of an error later.
func (open decompressor) decompress(r io.Reader) io.ReadCloser {
	plain, err := open(r)
	if err != nil {
		return io.NopCloser(unreadable{err})
	}
	return plain
}

// zipped gives a member of a ZIP.
func (u *unpacker) zipped(p scanner.PackedText, f *zip.File) error {
	if mode := f.Mode(); mode.IsDir() && f.UncompressedSize64 == 0 {
		return nil
	} else if !mode.IsRegular() && !mode.IsDir() {
		c := within(&p.Chunk, f.Name)
		u.LeftOut(scanner.LeftOut{Reason: scanner.Special, What: scanner.NameOf(&c.At)})
		return u.budget.member()
	}
	const encrypted = 1
	if f.Flags&encrypted != 0 {
		return u.member(&p.Chunk, f.Name, -1, unreadable{errors.New("encrypted")})
	}
	r, err := f.Open()
	if err != nil {
		return u.member(&p.Chunk, f.Name, -1, unreadable{err})
	}
	defer r.Close()
	return u.member(&p.Chunk, f.Name, int64(f.UncompressedSize64), r)
}

// unreadable is a text of which nothing can be read.
type unreadable struct{ err error }

func (u unreadable) Read([]byte) (int, error) { return 0, u.err }

// limitedAt reads as much as is left, and without limit if that is negative.
type limitedAt struct {
	r    io.ReaderAt
	left int64
}

func (l *limitedAt) ReadAt(p []byte, off int64) (int, error) {
	if l.left < 0 {
		return l.r.ReadAt(p, off)
	}
	if l.left -= int64(len(p)); l.left < 0 {
		l.left = 0
		return 0, fmt.Errorf("too many files: %w", errLimit)
	}
	return l.r.ReadAt(p, off)
}
