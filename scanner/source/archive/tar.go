package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/scanner"
)

// tar gives what a tar archive holds.
func (u *unpacker) tar(archive *detectors.Chunk, r io.Reader) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return u.blank(r)
		case errors.Is(err, tar.ErrInsecurePath): // its name is looked at below
		case err != nil:
			return cutOff(err)
		}
		if err := u.tarred(archive, h, t); err != nil {
			return err
		}
	}
}

// blank reads what follows the end of a tar archive: blanks, and then the checksum of
// what it is compressed to. Only in archives that were joined is there more.
func (u *unpacker) blank(r io.Reader) error {
	r = u.metered(r)
	buf := make([]byte, 8<<10)
	for {
		n, err := r.Read(buf)
		switch {
		case len(bytes.Trim(buf[:n], "\x00")) > 0:
			return errors.New("something follows its end, which was not read")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// tarred gives a member of a tar archive.
func (u *unpacker) tarred(archive *detectors.Chunk, h *tar.Header, r io.Reader) error {
	switch h.Typeflag {
	case tar.TypeXGlobalHeader:
		return nil
	case tar.TypeDir:
		if h.Size == 0 {
			return nil
		}
	case tar.TypeLink, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		c := within(archive, h.Name)
		u.LeftOut(scanner.LeftOut{Reason: scanner.Special, What: scanner.NameOf(&c.At)})
		return u.budget.member()
	}
	return u.member(archive, h.Name, h.Size, r) // whatever else there is counts as a file (POSIX.1-1988)
}
