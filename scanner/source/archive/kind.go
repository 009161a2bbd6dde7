package archive

import (
	"bytes"
	"compress/bzip2"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"
)

// kind is a format that can be unpacked.
type kind int

const (
	none kind = iota
	zipped
	tarred
	compressed // one text
)

// kindOf tells a format by how a text begins. It gives what decompresses it if it is one
// compressed text, which may be a tar archive.
func kindOf(head []byte) (kind, decompressor) {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return zipped, nil
	case isTar(head):
		return tarred, nil
	}
	for _, f := range []struct {
		magic string
		open  decompressor
	}{
		{"\x1f\x8b\x08", openGzip},
		{"BZh", openBzip2},
		{"\xfd7zXZ\x00", openXZ},
		{"\x28\xb5\x2f\xfd", openZstd},
	} {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return compressed, f.open
		}
	}
	return none, nil
}

// isTar tells whether a text begins as a tar archive does (POSIX.1-1988, ustar).
func isTar(head []byte) bool {
	const at, magic = 257, "ustar"
	return len(head) >= at && bytes.HasPrefix(head[at:], []byte(magic))
}

// A decompressor reads a compressed text, which may look back on so many bytes of itself.
// Closing its reader gives back what it holds, and leaves the one below open.
type decompressor func(r io.Reader, window int) (io.ReadCloser, error)

func openBzip2(r io.Reader, _ int) (io.ReadCloser, error) {
	return io.NopCloser(bzip2.NewReader(r)), nil
}

func openXZ(r io.Reader, window int) (io.ReadCloser, error) {
	d, err := xz.NewReader(r, uint32(window))
	if err != nil {
		return nil, err
	}
	return io.NopCloser(d), nil
}

func openZstd(r io.Reader, window int) (io.ReadCloser, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(uint64(window)), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}
