package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"

	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

// peak tells by how much the heap grew at most while f ran. Little garbage is in it: with
// the race detector, there would be much.
func peak(f func()) (bytes uint64) {
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var most atomic.Uint64
	ended, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			runtime.ReadMemStats(&now)
			most.Store(max(most.Load(), now.HeapAlloc))
			select {
			case <-ended:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	f()
	close(ended)
	<-stopped
	return most.Load() - min(most.Load(), before.HeapAlloc)
}

// TestMemory has archives that want a lot of it.
func TestMemory(t *testing.T) {
	const most = 300 << 20
	for _, tt := range []struct {
		name string
		data []byte
	}{
		{"ZIP with a million names", listOf(1_000_000, "")},
		{"ZIP with long names", listOf(1000, strings.Repeat("n", 60_000))},
		{"ZIP with as many names as are taken", listOf(mostListed/(46+8)-2000, "12345678")},
		{"ZIPs with many names in each other", listsInLists(4)},
		{"gzip of zeros", gzipOf(make([]byte, 64<<20))},
		{"tar with a long PAX header", tarWith(tar.Header{Name: "x", PAXRecords: map[string]string{"comment": strings.Repeat("x", 900<<10)}}, "")},
		{"Zstandard with a large window", zstdWindow(mostWindow)},
		{"Zstandard with large windows in each other", largeWindows(7)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNoted()
			n.drop = true
			if grown := peak(func() { openTo(t, n, tt.data, Options{}) }); grown > most {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
		})
	}
}

// listOf is a ZIP whose list has one member over and over.
func listOf(n int, name string) []byte {
	data := zipOf(zip.Store, file{name, ""})
	return repeated(data, n)
}

// listsInLists has such a ZIP in each.
func listsInLists(depth int) []byte {
	data := zipOf(zip.Store)
	for range depth {
		data = repeated(zipOf(zip.Store, file{"z", string(data)}), mostListed/47-2000)
	}
	return data
}

// largeWindows packs a text in itself, each time with the largest window.
func largeWindows(depth int) []byte {
	data := []byte("x")
	for range depth {
		var b bytes.Buffer
		w, err := zstd.NewWriter(&b, zstd.WithWindowSize(mostWindow), zstd.WithEncoderConcurrency(1))
		must(err)
		_, err = w.Write(data)
		must(err)
		must(w.Flush()) // before it is known how short the text is
		must(w.Close())
		data = b.Bytes()
	}
	return data
}

// TestWindows has windows in each other that are not too large.
func TestWindows(t *testing.T) {
	data := fixture(t, "text.xz")
	want := "x!/unpacked"
	for range DefaultLimits.Depth - 1 {
		data = zipOf(93, file{"f", string(data)})
		want = "x!/f" + strings.TrimPrefix(want, "x")
	}
	if got := open(t, data, Options{}); !slices.Equal(got.given(), []string{want}) || len(got.problems) > 0 {
		t.Errorf("got %q, problems %q; want %q", got.given(), got.problems, want)
	}
}

// TestTemporaryFiles has a ZIP in a ZIP that is too long to be kept in memory.
func TestTemporaryFiles(t *testing.T) {
	inner := zipOf(zip.Store, file{"long", string(noise(mostInMemory))}, file{"last", "last\n"})
	data := zipOf(zip.Deflate, file{"in.zip", string(inner)})
	streamed := func(n *noted, ctx context.Context) error {
		return Unpacking(dir.Stdin(bytes.NewReader(inner)), Options{}).Sweep(ctx, n)
	}
	nested := func(n *noted, ctx context.Context) error {
		return Unpacking(inMemory{data: data}, Options{}).Sweep(ctx, n)
	}
	for _, tt := range []struct {
		name  string
		sweep func(*noted, context.Context) error
	}{{"from a stream", streamed}, {"nested", nested}} {
		t.Run(tt.name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			temp := tempDir(t)
			n := newNoted()
			if err := tt.sweep(n, t.Context()); err != nil {
				t.Fatal(err)
			}
			names := n.given()
			if len(names) != 2 || n.texts[names[0]] != "last\n" || len(n.problems) > 0 {
				t.Errorf("got %q, problems %q", names, n.problems)
			}
			checkEmpty(t, temp)
		})
		t.Run(tt.name+", ctx ends", func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			temp := tempDir(t)
			ctx, cancel := context.WithCancel(t.Context())
			n := newNoted()
			n.onChunk = cancel
			if err := tt.sweep(n, ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want %v", err, context.Canceled)
			}
			checkEnded(t, n)
			checkEmpty(t, temp)
		})
	}
}

// TestNoTemporaryFiles has no place for them.
func TestNoTemporaryFiles(t *testing.T) {
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, "/nowhere/at/all")
	}
	inner := zipOf(zip.Store, file{"long", string(noise(mostInMemory))})
	n := open(t, zipOf(zip.Store, file{"in.zip", string(inner)}, file{"after", "after\n"}), Options{})
	if !slices.Equal(n.given(), []string{"x!/after"}) || len(n.problems) != 1 || !strings.HasPrefix(n.problems[0], "x!/in.zip: ") {
		t.Errorf("got %q, problems %q", n.given(), n.problems)
	}
}

// checkEnded checks that nothing is said of a sweep that ctx ended.
func checkEnded(t *testing.T, n *noted) {
	t.Helper()
	if len(n.problems) > 0 {
		t.Errorf("problems: %q", n.problems)
	}
}

// TestEnds has ctx end while something is read that gives no text.
func TestEnds(t *testing.T) {
	long := make([]byte, 32<<20)
	for _, tt := range []struct {
		name string
		data []byte
	}{
		{"passing over a file", gzipOf(tarOf(tar.FormatUSTAR, file{"node_modules/f", string(long)}))},
		{"passing over a file of a tar", tarOf(tar.FormatUSTAR, file{"node_modules/f", string(long)})},
		{"folders alone", bytes.Repeat(tarWith(tar.Header{Name: "d/", Typeflag: tar.TypeDir}, "")[:512], len(long)>>9)},
		{"keeping a ZIP", gzipOf(slices.Concat(zipOf(zip.Store)[:4], long))},
		{"reading a text", gzipOf(long)},
		{"behind the end", gzipOf(slices.Concat(tarOf(tar.FormatUSTAR), long))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			read := &ending{r: bytes.NewReader(tt.data), left: len(tt.data) / 2, end: cancel}
			n := newNoted()
			n.drop = true
			if err := Unpacking(stream{r: read}, Options{}).Sweep(ctx, n); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want %v", err, context.Canceled)
			}
			checkEnded(t, n)
			if rest := read.r.Len(); rest < len(tt.data)/8 {
				t.Errorf("read on after the end: %d bytes are left of %d", rest, len(tt.data))
			}
		})
	}
}

// ending ends something half-way.
type ending struct {
	r    *bytes.Reader
	left int
	end  func()
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.r.Read(p[:min(len(p), 4<<10)])
	if e.left -= n; e.left < 0 {
		e.end()
	}
	return n, err
}

// stream is the source of a text that is read once.
type stream struct {
	scanner.Here
	r io.Reader
}

func (s stream) Sweep(ctx context.Context, v scanner.Visitor) error {
	return scanner.Feed(ctx, v, packedAt(), s.r, -1)
}
