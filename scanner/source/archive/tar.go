package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/secretsweep/secretsweep/detectors"
)

// tar gives what a tar archive holds: files, or the images that it consists of. At reads
// the same as r, if it isn't nil.
func (u *unpacker) tar(archive *detectors.Chunk, r io.Reader, at io.ReaderAt, size int64) error {
	text := bufio.NewReaderSize(r, imageHead)
	if head, _ := text.Peek(imageHead); !mayBeImage(head) {
		return u.members(archive, text)
	}
	if at == nil {
		var drop func()
		var err error
		at, size, drop, err = spool(text)
		defer drop()
		if err != nil {
			_ = u.members(archive, io.NewSectionReader(at, 0, size)) // as err says, it ends too early
			return err
		}
	}
	all, err := u.filesIn(archive, at, size)
	if err != nil {
		return err
	}
	if all != nil {
		if list := u.imagesOf(all); len(list) > 0 {
			all.leaveOutLinks(u)
			return u.images(all, list)
		}
	}
	return u.members(archive, io.NewSectionReader(at, 0, size))
}

// members gives the files of a tar archive.
func (u *unpacker) members(archive *detectors.Chunk, r io.Reader) error {
	return u.eachTarred(r, func(h *tar.Header, r io.Reader) error { return u.tarred(archive, h, r) })
}

// eachTarred calls give for each entry of a tar archive, until its error.
func (u *unpacker) eachTarred(r io.Reader, give func(*tar.Header, io.Reader) error) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		switch {
		case u.ctx.Err() != nil:
			return u.ctx.Err()
		case errors.Is(err, io.EOF):
			return u.blank(r)
		case errors.Is(err, tar.ErrInsecurePath): // its name is looked at by who takes it
		case err != nil:
			return cutOff(err)
		}
		if err := give(h, t); err != nil {
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
			return errMore
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
	case tar.TypeDir, tar.TypeXGlobalHeader:
		return nil
	case tar.TypeLink, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		return u.special(archive, h.Name)
	}
	return u.member(archive, h.Name, h.Size, r) // whatever else there is counts as a file (POSIX.1-1988)
}
