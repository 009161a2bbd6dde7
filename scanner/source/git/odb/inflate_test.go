package odb

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"io"
	"slices"
	"testing"
)

// TestInflater: of streams that can't be inflated, errors are the library's.
func TestInflater(t *testing.T) {
	text := []byte("some text, some text")
	stream := deflate(text)
	var d bytes.Buffer
	z, err := zlib.NewWriterLevelDict(&d, zlib.DefaultCompression, []byte("some"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = z.Write(text)
	_ = z.Close()
	var corrupted flate.CorruptInputError
	for _, test := range []struct {
		name    string
		size    int
		src     []byte
		want    error
		begins  bool
		asError any
	}{
		{name: "right", size: len(text), src: stream, begins: true},
		{name: "with more behind", size: len(text), src: append(slices.Clip(stream), 1, 2, 3), begins: true},
		{name: "longer than it says", size: len(text) - 1, src: stream, want: errTooLong, begins: true},
		{name: "empty, it says", size: 0, src: stream, want: errTooLong, begins: true},
		{name: "shorter than it says", size: len(text) + 1, src: stream, want: io.ErrUnexpectedEOF},
		{name: "truncated checksum", size: len(text), src: stream[:len(stream)-1], want: io.ErrUnexpectedEOF, begins: true},
		{name: "truncated", size: len(text), src: stream[:8], want: io.ErrUnexpectedEOF},
		{name: "nothing", size: len(text), src: nil, want: io.ErrUnexpectedEOF},
		{name: "another checksum", size: len(text), src: corrupt(slices.Clone(stream)), want: zlib.ErrChecksum, begins: true},
		{name: "another header", size: len(text), src: stream[1:], want: zlib.ErrHeader},
		{name: "a preset dictionary", size: len(text), src: d.Bytes(), want: zlib.ErrDictionary},
		{name: "an unknown block", size: len(text), src: []byte{0x78, 0x9c, 7}, asError: &corrupted},
	} {
		t.Run(test.name, func(t *testing.T) {
			var z inflater
			for range 2 { // the library's reader is new, then it isn't
				dst := make([]byte, test.size)
				err := z.inflate(dst, test.src)
				if test.asError != nil && !errors.As(err, test.asError) || test.asError == nil && !errors.Is(err, test.want) {
					t.Errorf("inflate: got %v, want %v %T", err, test.want, test.asError)
				}
				if err == nil && !bytes.Equal(dst, text) {
					t.Errorf("inflated to %q", dst)
				}
				clear(dst)
				err = z.begin(dst, test.src)
				if (err == nil) != test.begins {
					t.Errorf("begin: got %v, want success %v", err, test.begins)
				}
				if err == nil && !bytes.HasPrefix(text, dst) {
					t.Errorf("begins with %q", dst)
				}
			}
		})
	}
}

// TestInflaterIsFast: for what git writes, the library isn't needed.
func TestInflaterIsFast(t *testing.T) {
	r := newRepo(t)
	r.fill(1, 60)
	r.git("repack", "-adfq")
	in := reader{db: r.open()}
	deltas := 0
	for i := range in.db.Len() {
		if _, err := in.object(t.Context(), i); err != nil {
			t.Error(err)
		}
		if in.db.Size(i) == 0 {
			t.Errorf("%s has no size", in.db.ID(i))
		}
		if in.db.bases[in.db.entries[i]] >= 0 {
			deltas++
		}
	}
	if deltas == 0 || in.zlib.zlib != nil {
		t.Errorf("%d deltas; the library was used: %v", deltas, in.zlib.zlib != nil)
	}
	for {
		r, ok := in.db.readers.Get().(*reader)
		if !ok {
			break
		}
		if r.zlib.zlib != nil {
			t.Error("the library was used for sizes")
		}
	}
}
