package inflate

import (
	"bytes"
	stdzlib "compress/zlib"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zlib"
)

// BenchmarkInflate inflates pieces of Go's own source, deflated as git does it.
func BenchmarkInflate(b *testing.B) {
	text := goSource(b)
	const total = 1 << 20
	for _, size := range []int{200, 2_000, 20_000, 200_000} {
		var streams [][]byte
		for i := range total / size {
			at := i * (len(text) / (total / size))
			streams = append(streams, deflate(b, text[at:][:size], stdzlib.DefaultCompression))
		}
		for _, bench := range []struct {
			name    string
			inflate func(dst, src []byte) error
		}{
			{"own", byOwn()},
			{"klauspost", byLibrary(zlib.NewReader)},
			{"stdlib", byLibrary(stdzlib.NewReader)},
		} {
			b.Run(fmt.Sprintf("%d/%s", size, bench.name), func(b *testing.B) {
				dst := make([]byte, size)
				b.SetBytes(int64(size * len(streams)))
				for b.Loop() {
					for _, src := range streams {
						if err := bench.inflate(dst, src); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		}
	}
}

// goSource is the source of Go's package net and those in it, at least 1 MiB.
func goSource(b *testing.B) []byte {
	b.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Skipf("go env: %v", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(root)), "src", "net")
	var text []byte
	for _, pattern := range []string{"*.go", "*/*.go"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			b.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				b.Fatal(err)
			}
			text = append(text, data...)
		}
	}
	if len(text) < 1<<20 {
		b.Skipf("too little source in %s", dir)
	}
	return text
}

func byOwn() func(dst, src []byte) error {
	var d Decoder
	return func(dst, src []byte) error {
		if !d.Whole(dst, src) {
			return io.ErrUnexpectedEOF
		}
		return nil
	}
}

// byLibrary inflates to the end, so that the checksum is looked at too.
func byLibrary(newReader func(io.Reader) (io.ReadCloser, error)) func(dst, src []byte) error {
	var in bytes.Reader
	var z io.ReadCloser
	return func(dst, src []byte) error {
		in.Reset(src)
		var err error
		if z == nil {
			z, err = newReader(&in)
		} else {
			err = z.(stdzlib.Resetter).Reset(&in, nil)
		}
		if err != nil {
			return err
		}
		if _, err := io.ReadFull(z, dst); err != nil {
			return err
		}
		if _, err := z.Read(dst[:1]); err != io.EOF {
			return fmt.Errorf("not at the end: %w", err)
		}
		return nil
	}
}
