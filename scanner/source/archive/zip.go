package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"

	"github.com/secretsweep/secretsweep/scanner"
)

// mostListed bounds what is read of the lists of members of a ZIP and those around it, and
// so the memory that they take: an entry has 46 bytes and its name, and takes 600.
const mostListed = 20 << 20

// zip gives what a ZIP holds, and whatever is one by another name: jar, war, whl, apk,
// docx. The format is APPNOTE.TXT's
// (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
func (u *unpacker) zip(p scanner.PackedText) error {
	at, size := p.ReaderAt, p.Size
	if at == nil {
		var drop func()
		var err error
		at, size, drop, err = spool(u.metered(p.Reader))
		defer drop()
		if err != nil {
			return err // its list of members is at the end
		}
	}
	l := &list{ReaderAt: at, budget: u.budget}
	defer l.drop()
	z, err := zip.NewReader(l, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return err
	}
	for method, d := range methods {
		z.RegisterDecompressor(method, u.decompress(d))
	}
	l.read = true
	for _, f := range z.File {
		if err := u.zipped(p, f); err != nil {
			return err
		}
	}
	return nil
}

// methods are those of APPNOTE.TXT 4.4.5 that package zip doesn't know itself.
var methods = map[uint16]decompressor{12: openBzip2, 93: openZstd, 95: openXZ}

// decompress is d for package zip, which wants to hear of an error later.
func (u *unpacker) decompress(d decompressor) zip.Decompressor {
	return func(r io.Reader) io.ReadCloser {
		plain, err := u.budget.open(d, r)
		if err != nil {
			return io.NopCloser(unreadable{err})
		}
		return plain
	}
}

// zipped gives a member of a ZIP.
func (u *unpacker) zipped(p scanner.PackedText, f *zip.File) error {
	if mode := f.Mode(); mode.IsDir() && f.UncompressedSize64 == 0 {
		return nil
	} else if !mode.IsRegular() && !mode.IsDir() {
		return u.special(&p.Chunk, f.Name)
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

// list is a ZIP of which first the list of its members is read, and counted.
type list struct {
	io.ReaderAt
	budget *budget
	bytes  int64
	read   bool
}

func (l *list) ReadAt(p []byte, off int64) (int, error) {
	if !l.read {
		l.bytes += int64(len(p))
		l.budget.listed += int64(len(p))
	}
	if l.budget.listed > mostListed {
		return 0, fmt.Errorf("too many files: %w", errLimit)
	}
	return l.ReaderAt.ReadAt(p, off)
}

// drop gives back what the list took.
func (l *list) drop() { l.budget.listed -= l.bytes }
