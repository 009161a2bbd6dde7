package dir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/sourcetest"
)

func TestFolderIsASource(t *testing.T) {
	long := strings.Repeat("no end of line, ", scanner.MaxChunk/8)
	files := map[string]string{
		"a": "one\ntwo", "d/e/f": "three\r\n", "d/.env": "K=V\n", "d.txt": "x", "empty": "", "long": long, "ä b": "ü", "bin": "a\x00b",
	}
	for i := range 100 {
		files[fmt.Sprintf("many/%d", i)] = strings.Repeat("y\n", i+1)
	}
	var want []sourcetest.Text
	for p, text := range files {
		if text != "" {
			want = append(want, sourcetest.Text{Path: p, Text: text})
		}
	}
	root := t.TempDir()
	write(t, root, files)
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d workers", workers), func(t *testing.T) {
			sourcetest.Run(t, func(*testing.T) (scanner.Source, []sourcetest.Text) {
				return New(Options{Root: root, Workers: workers}), want
			})
		})
	}
}

func TestFileIsASource(t *testing.T) {
	file := filepath.Join(t.TempDir(), "some", ".env")
	write(t, filepath.Dir(file), map[string]string{".env": "K=V\n"})
	sourcetest.Run(t, func(*testing.T) (scanner.Source, []sourcetest.Text) {
		return New(Options{Root: file}), []sourcetest.Text{{Path: filepath.ToSlash(file), Text: "K=V\n"}}
	})
}

func TestStdinIsASource(t *testing.T) {
	text := strings.Repeat("one\ntwo, ", scanner.MaxChunk/6)
	sourcetest.Run(t, func(*testing.T) (scanner.Source, []sourcetest.Text) {
		return Stdin(iotest.HalfReader(strings.NewReader(text))), []sourcetest.Text{{Text: text}}
	})
}

func TestPlaces(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"d/f": "x"})
	file := filepath.Join(root, "d", "f")
	tests := []struct {
		name  string
		open  scanner.Source
		want  place.Place
		names []string
	}{
		{"folder", New(Options{Root: root}), place.Place{Kind: place.File, Root: root, Path: "d/f", WorkTree: true}, []string{"d/f"}},
		{"file", New(Options{Root: file}), place.Place{Kind: place.File, Path: filepath.ToSlash(file), WorkTree: true}, []string{filepath.ToSlash(file)}},
		{"standard input", Stdin(strings.NewReader("x")), place.Place{Kind: place.Stdin}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := sweep(t, tt.open).chunks
			if len(got) != 1 {
				t.Fatalf("got %d chunks, want 1", len(got))
			}
			tt.want.Start = place.Position{Line: 1, Column: 1}
			if diff := cmp.Diff(tt.want, got[0].At); diff != "" {
				t.Errorf("place: want (-), got (+):\n%s", diff)
			}
			if diff := cmp.Diff(tt.names, got[0].Names); diff != "" {
				t.Errorf("names: want (-), got (+):\n%s", diff)
			}
		})
	}
}

// sweep sweeps a source that can be swept.
func sweep(t *testing.T, s scanner.Source) *noted {
	t.Helper()
	var n noted
	if err := s.Sweep(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return &n
}

func TestSizeLimit(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"four": "1234", "five": "12345"})
	got := sweep(t, New(Options{Root: root, MaxFileSize: 4}))
	if diff := cmp.Diff(map[string]string{"four": "1234"}, got.texts()); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%s", diff)
	}
	want := []string{"over the size limit: 1 " + filepath.ToSlash(filepath.Join(root, "five"))}
	if diff := cmp.Diff(want, got.leftOut); diff != "" {
		t.Errorf("left out: want (-), got (+):\n%s", diff)
	}
}

func TestCounts(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"a": "1234", "empty": "", "picture": "\x89PNG\r\n\x1a\n\x00"})
	want := map[scanner.Counter]int64{scanner.Files: 2, scanner.Bytes: 4}
	if diff := cmp.Diff(want, sweep(t, New(Options{Root: root})).counts); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}

func TestRepositoriesInAFolder(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		"plain": "x", "one/.git/HEAD": "ref", "one/f": "x", "d/two/.git": "gitdir: elsewhere", "d/two/f": "x", "one/three/.git/HEAD": "ref",
		"bare.git/HEAD": "ref", "bare.git/objects/": "", "bare.git/refs/": "",
		"none/.git/config": "x", "HEAD": "x", "objects/f": "x",
	})
	want := map[string]string{"plain": "x", "none/.git/config": "x", "HEAD": "x", "objects/f": "x"}
	repositories := []string{filepath.Join(root, "bare.git"), filepath.Join(root, "d", "two"), filepath.Join(root, "one")}

	t.Run("nobody takes them", func(t *testing.T) {
		got := sweep(t, New(Options{Root: root}))
		if diff := cmp.Diff(want, got.texts()); diff != "" {
			t.Errorf("texts: want (-), got (+):\n%s", diff)
		}
		var problems []string
		for _, path := range repositories {
			problems = append(problems, path+": "+errRepository.Error())
		}
		if diff := cmp.Diff(problems, got.problems); diff != "" {
			t.Errorf("problems: want (-), got (+):\n%s", diff)
		}
	})

	t.Run("each is a source of its own", func(t *testing.T) {
		got := sweep(t, New(Options{Root: root, Repository: func(path string) scanner.Source { return New(Options{Root: path}) }}))
		if diff := cmp.Diff(want, got.texts()); diff != "" {
			t.Errorf("texts: want (-), got (+):\n%s", diff)
		}
		if diff := cmp.Diff(repositories, got.sources); diff != "" {
			t.Errorf("sources: want (-), got (+):\n%s", diff)
		}
		if len(got.problems) > 0 {
			t.Errorf("problems: %q", got.problems)
		}
	})
}

func TestNoSuchPath(t *testing.T) {
	root := filepath.Join(t.TempDir(), "none")
	err := New(Options{Root: root}).Sweep(t.Context(), &noted{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
	if got := strings.Count(fmt.Sprint(err), root); got != 1 {
		t.Errorf("%q names the path %d times, want once", err, got)
	}
}

func TestFileVanishes(t *testing.T) {
	root := t.TempDir()
	c := detectors.Chunk{At: place.Place{Kind: place.File, Root: root, Path: "gone"}}
	var got noted
	if err := ReadFile(t.Context(), &got, filepath.Join(root, "gone"), c, 0); err != nil {
		t.Fatal(err)
	}
	if len(got.problems) != 1 || !strings.HasPrefix(got.problems[0], filepath.ToSlash(filepath.Join(root, "gone"))+": ") {
		t.Errorf("got %q, want one problem with the file", got.problems)
	}
}

// TestFileGrows has a file written to by whoever visits it, as when a report
// goes to a file in the folder that is scanned.
func TestFileGrows(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "log")
	text := strings.Repeat("x", scanner.MaxChunk+1)
	write(t, root, map[string]string{"log": text})
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got := &noted{onChunk: func(*detectors.Chunk) { _, _ = f.WriteString(text) }}
	if err := New(Options{Root: root}).Sweep(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if got.texts()["log"] != text {
		t.Errorf("got %d bytes, want the %d that it had first", len(got.texts()["log"]), len(text))
	}
}

func TestFileShrinks(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "log")
	write(t, root, map[string]string{"log": strings.Repeat("x", 3*scanner.MaxChunk)})
	got := &noted{onChunk: func(*detectors.Chunk) { _ = os.Truncate(file, 0) }}
	if err := New(Options{Root: root}).Sweep(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if n := len(got.texts()["log"]); n < scanner.MaxChunk || len(got.problems) != 0 {
		t.Errorf("got %d bytes and problems %q, want what was read before", n, got.problems)
	}
}

func TestSparseFile(t *testing.T) {
	root := t.TempDir()
	f, err := os.Create(filepath.Join(root, "disk"))
	if err != nil {
		t.Fatal(err)
	}
	const size = 10*scanner.MaxChunk + 1
	if _, err := f.WriteAt([]byte("end"), size-3); err != nil {
		t.Skip("no sparse files here: ", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var last detectors.Chunk
	got := &noted{drop: true, onChunk: func(c *detectors.Chunk) { last = *c; last.Data = bytes.Clone(c.Data[len(c.Data)-3:]) }}
	if err := New(Options{Root: root}).Sweep(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if string(last.Data) != "end" || !last.Binary {
		t.Errorf("last part ends in %q, binary %v; want %q, true", last.Data, last.Binary, "end")
	}
}

func TestStdinStopsWhileItWaits(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	r, w := io.Pipe()
	defer w.Close() // lets the pending read go
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Stdin(r).Sweep(ctx, &noted{}) }()
	if _, err := w.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestStdinIsPacked(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	endless := io.MultiReader(strings.NewReader("\x1f\x8b\x08"), zeros{})
	got := sweep(t, Stdin(endless))
	want := []string{"images, archives and other packed data: 1 stdin"}
	if diff := cmp.Diff(want, got.leftOut); diff != "" || len(got.chunks) != 0 {
		t.Errorf("%d chunks, left out: want (-), got (+):\n%s", len(got.chunks), diff)
	}
}

// zeros is what /dev/zero is.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestStdinBreaks(t *testing.T) {
	broken := errors.New("broken")
	var got noted
	err := Stdin(io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken))).Sweep(t.Context(), &got)
	if !errors.Is(err, broken) || len(got.chunks) != 1 {
		t.Errorf("got %v after %d chunks, want %v after one", err, len(got.chunks), broken)
	}
}

func BenchmarkSweep(b *testing.B) {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(goroot)), "src")
	read := &noted{drop: true}
	for b.Loop() {
		if err := New(Options{Root: root}).Sweep(b.Context(), read); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(read.counts[scanner.Bytes] / int64(b.N))
	b.ReportMetric(float64(read.counts[scanner.Files])/float64(b.N), "files")
}
