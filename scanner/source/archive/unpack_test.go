package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
	"github.com/secretsweep/secretsweep/scanner/source/sourcetest"
)

// packedFile is an archive and what it holds: texts by the way within it.
type packedFile struct {
	what string
	name string // of the archive
	data []byte
	want map[string]string
}

// packedFiles has a packed file for each way to pack that is unpacked.
func packedFiles(t testing.TB) []packedFile {
	one, two := file{"d/one", "one\n"}, file{"two", "two\n"}
	both := map[string]string{"d/one": "one\n", "two": "two\n"}
	only := func(member string) map[string]string { return map[string]string{member: "one\n"} }
	long := strings.Repeat("long/", 40) + "name"
	utf16 := "\xff\xfeo\x00n\x00e\x00\n\x00"
	big := strings.Repeat("0123456789abcde\n", scanner.MaxChunk/16+1)

	return []packedFile{
		{"ZIP, stored", "stored.zip", zipOf(zip.Store, one, two), both},
		{"ZIP, deflated", "deflated.zip", zipOf(zip.Deflate, one, two), both},
		{"ZIP, Zstandard", "zstd.zip", zipOf(93, one, two), both},
		{"ZIP, bzip2", "bzip2.zip", rawZip(zip.FileHeader{Name: "d/one", Method: 12, CRC32: crc("one\n"), UncompressedSize64: 4}, fixture(t, "text.bz2")), only("d/one")},
		{"ZIP, xz", "xz.zip", rawZip(zip.FileHeader{Name: "d/one", Method: 95, CRC32: crc("one\n"), UncompressedSize64: 4}, fixture(t, "text.xz")), only("d/one")},
		{"ZIP after other bytes of a ZIP", "joined.zip", slices.Concat(zipOf(zip.Store), zipOf(zip.Store, one)), only("d/one")},
		{"ZIP64", "zip64.zip", zip64("d/one", "one\n"), only("d/one")},
		{"ZIP by another name", "lib.jar", zipOf(zip.Deflate, file{"META-INF/MANIFEST.MF", "one\n"}), only("META-INF/MANIFEST.MF")},
		{"ZIP with backslashes", "windows.zip", zipOf(zip.Store, file{`d\one`, "one\n"}), only("d/one")},
		{"ZIP with a drive letter", "drive.zip", zipOf(zip.Store, file{`C:\d\one`, "one\n"}), only("C:/d/one")},
		{"ZIP with folders", "folders.zip", zipOf(zip.Store, file{"d/", ""}, one), only("d/one")},
		{"ZIP of nothing", "empty.zip", zipOf(zip.Store), nil},
		{"ZIP of an empty file", "blank.zip", zipOf(zip.Deflate, file{"d/one", ""}), nil},
		{"ZIP of a long text", "long.zip", zipOf(zip.Deflate, file{"d/one", big}), map[string]string{"d/one": big}},
		{"tar, ustar", "ustar.tar", tarOf(tar.FormatUSTAR, one, two), both},
		{"tar, PAX", "pax.tar", tarOf(tar.FormatPAX, file{long + "é", "one\n"}), only(long + "é")},
		{"tar, GNU", "gnu.tar", tarOf(tar.FormatGNU, file{long, "one\n"}), only(long)},
		{"tar, sparse", "sparse.tar", sparseTar("d/one", 1000, 990, "one\n"), map[string]string{"d/one": strings.Repeat("\x00", 990) + "one\n\x00\x00\x00\x00\x00\x00"}},
		{"tar with absolute names", "absolute.tar", tarOf(tar.FormatUSTAR, file{"/d/one", "one\n"}, file{"//two", "two\n"}), both},
		{"tar with dots", "dots.tar", tarOf(tar.FormatUSTAR, file{"./d/one", "one\n"}, file{"d/../two", "two\n"}), both},
		{"tar of nothing but a comment", "comment.tar", tarWith(tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "x", PAXRecords: map[string]string{"comment": "x"}}, ""), nil},
		{"tar of an unknown type", "unknown.tar", tarWith(tar.Header{Typeflag: '7', Name: "d/one", Size: 4}, "one\n"), only("d/one")},
		{"tar, gzip", "tree.tar.gz", gzipOf(tarOf(tar.FormatUSTAR, one, two)), both},
		{"tar, gzip, short name", "tree.tgz", gzipOf(tarOf(tar.FormatUSTAR, one, two)), both},
		{"tar, bzip2", "tree.tbz2", fixture(t, "tree.tar.bz2"), both},
		{"tar, xz", "tree.tar.xz", fixture(t, "tree.tar.xz"), both},
		{"tar, Zstandard", "tree.tar.zst", zstdOf(tarOf(tar.FormatUSTAR, one, two)), both},
		{"gzip", "one.gz", gzipOf([]byte("one\n")), only("one")},
		{"gzip, no ending", "dump", gzipOf([]byte("two\n")), map[string]string{"unpacked": "two\n"}},
		{"gzip, letters that grow in lower case", "ȺȺȺ.GZ", gzipOf([]byte("Ⱥ\n")), map[string]string{"ȺȺȺ": "Ⱥ\n"}},
		{"gzip, only an ending", ".gz", gzipOf([]byte(".gz\n")), map[string]string{"unpacked": ".gz\n"}},
		{"gzip, two members", "twice.gz", slices.Concat(gzipOf([]byte("o")), gzipOf([]byte("ne\n"))), only("twice")},
		{"gzip of nothing", "nothing.gz", gzipOf(nil), nil},
		{"bzip2", "one.bz2", fixture(t, "text.bz2"), only("one")},
		{"xz", "one.xz", fixture(t, "text.xz"), only("one")},
		{"Zstandard", "one.zst", zstdOf([]byte("one\n")), only("one")},
		{"Zstandard, two frames", "frames.zst", slices.Concat(zstdOf([]byte("o")), zstdOf([]byte("ne\n"))), only("frames")},
		{"UTF-16", "utf16.zip", zipOf(zip.Deflate, file{"d/one", utf16}), map[string]string{"d/one": "\ufeffone\n"}},
		{
			"all in each other", "nested.zip",
			zipOf(zip.Store, two, file{"a.tgz", string(gzipOf(tarOf(tar.FormatPAX, two, file{"b.zst", string(zstdOf(zipOf(zip.Deflate, one)))})))}),
			map[string]string{"two": "two\n", "a.tgz!/two": "two\n", "a.tgz!/b.zst!/b!/d/one": "one\n"},
		},
	}
}

func TestUnpack(t *testing.T) {
	for _, f := range packedFiles(t) {
		t.Run(f.what, func(t *testing.T) {
			want := map[string]string{}
			for member, text := range f.want {
				want[f.name+"!/"+member] = text
			}

			got := newNoted()
			if err := Unpacking(folderOf(t, map[string][]byte{f.name: f.data}), Options{}).Sweep(t.Context(), got); err != nil {
				t.Fatal(err)
			}
			checkGiven(t, got, want)
			for name, names := range got.names {
				if !slices.Equal(names, []string{name}) {
					t.Errorf("names of %q: got %q", name, names)
				}
			}

			// A stream has no name, and can't be read from anywhere.
			want = map[string]string{}
			for member, text := range f.want {
				if member == stemOf(f.name) {
					member = "unpacked"
				}
				want["!/"+member] = text
			}
			got = newNoted()
			stdin := dir.Stdin(iotest.HalfReader(bytes.NewReader(f.data)))
			if err := Unpacking(stdin, Options{}).Sweep(t.Context(), got); err != nil {
				t.Fatal(err)
			}
			checkGiven(t, got, want)
		})
	}
}

// checkGiven checks that these texts were given, and that there was no problem.
func checkGiven(t *testing.T, got *noted, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, got.texts); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%.2000s", diff)
	}
	if len(got.problems)+len(got.leftOut) > 0 {
		t.Errorf("problems %q, left out %q", got.problems, got.leftOut)
	}
}

func TestUnpackingIsASource(t *testing.T) {
	files := map[string][]byte{"plain": []byte("plain\n")}
	want := []sourcetest.Text{{Path: "plain", Text: "plain\n"}}
	for _, f := range packedFiles(t) {
		files[f.name] = f.data
		for member, text := range f.want {
			want = append(want, sourcetest.Text{Path: f.name + "!/" + member, Text: text})
		}
	}
	folder := folderOf(t, files)
	sourcetest.Run(t, func(*testing.T) (scanner.Source, []sourcetest.Text) {
		return Unpacking(folder, Options{}), want
	})
}

func TestStreamIsASource(t *testing.T) {
	data := zipOf(zip.Deflate, file{"a", "a\n"}, file{"b.tgz", string(gzipOf(tarOf(tar.FormatUSTAR, file{"c", "c\n"})))})
	sourcetest.Run(t, func(*testing.T) (scanner.Source, []sourcetest.Text) {
		return Unpacking(dir.Stdin(bytes.NewReader(data)), Options{}), []sourcetest.Text{{Path: "!/a", Text: "a\n"}, {Path: "!/b.tgz!/c", Text: "c\n"}}
	})
}

func TestWhatIsLeftOut(t *testing.T) {
	filter, err := scanner.NewFilter(nil, []string{"*.md", "docs/api"})
	if err != nil {
		t.Fatal(err)
	}
	inner := zipOf(zip.Store, file{"README.md", "x"}, file{"f", "inner"})
	data := zipOf(zip.Store, file{"d/README.md", "x"}, file{"docs/api/f", "x"}, file{"docs/f", "docs"},
		file{"node_modules/p/f", "module"}, file{"large", "1234567890"}, file{"picture", "\x89PNG\r\n\x1a\n\x00"}, file{"in.zip", string(inner)})
	tests := []struct {
		name    string
		options Options
		texts   []string
		leftOut []string
	}{
		{"by default", Options{},
			[]string{"x!/d/README.md", "x!/docs/api/f", "x!/docs/f", "x!/in.zip!/README.md", "x!/in.zip!/f", "x!/large"},
			[]string{"dependencies and build output: x!/node_modules/p/f", "images, archives and other packed data: x!/picture"}},
		{"by a filter", Options{Filter: filter, AllFiles: true},
			[]string{"x!/docs/f", "x!/in.zip!/f", "x!/large", "x!/node_modules/p/f"},
			[]string{"left out by a filter: x!/d/README.md", "left out by a filter: x!/docs/api/f", "images, archives and other packed data: x!/picture", "left out by a filter: x!/in.zip!/README.md"}},
		{"by size", Options{AllFiles: true, MaxFileSize: 9},
			[]string{"x!/d/README.md", "x!/docs/api/f", "x!/docs/f", "x!/node_modules/p/f"},
			[]string{"over the size limit: x!/large", "images, archives and other packed data: x!/picture", "over the size limit: x!/in.zip"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := open(t, data, tt.options)
			if diff := cmp.Diff(tt.texts, got.given()); diff != "" {
				t.Errorf("texts: want (-), got (+):\n%s", diff)
			}
			if diff := cmp.Diff(tt.leftOut, got.leftOut); diff != "" {
				t.Errorf("left out: want (-), got (+):\n%s", diff)
			}
			if len(got.problems) > 0 {
				t.Errorf("problems: %q", got.problems)
			}
		})
	}
}

func TestMembersAreCounted(t *testing.T) {
	data := zipOf(zip.Store, file{"a", "a"}, file{"b", ""}, file{"d/", ""}, file{"c.gz", string(gzipOf([]byte("c")))})
	if got := open(t, data, Options{}).counts[scanner.Members]; got != 4 {
		t.Errorf("got %d, want a, b, c.gz and c", got)
	}
}

// TestBytesAreCounted has archives that are not read from their beginning to their end.
func TestBytesAreCounted(t *testing.T) {
	text := string(noise(1 << 20))
	for name, data := range map[string][]byte{
		"zip":   zipOf(zip.Store, file{"a", text}),
		"tar":   tarOf(tar.FormatUSTAR, file{"a", text}),
		"image": tarOf(tar.FormatUSTAR, file{"blobs/a", text}, file{"manifest.json", `[{"Config":"manifest.json","Layers":["blobs/a"]}]`}),
	} {
		t.Run(name, func(t *testing.T) {
			n := newNoted()
			if err := Unpacking(folderOf(t, map[string][]byte{"a": data}), Options{}).Sweep(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			if got := n.counts[scanner.Bytes]; got != int64(len(data)) {
				t.Errorf("got %d bytes of %d", got, len(data))
			}
		})
	}
}

// BenchmarkUnpack compares what it takes to give a text that is packed with what the
// same one takes as it is.
func BenchmarkUnpack(b *testing.B) {
	const size = 8 << 20
	text := make([]byte, 0, size)
	for random := rand.New(rand.NewPCG(1, 2)); len(text) < size-64; {
		text = fmt.Appendf(text, "name_%x = %q\n", random.Uint32N(100), strings.Repeat("value ", int(random.Uint32N(8))))
	}
	read := func(data []byte) time.Duration {
		n := newNoted()
		n.drop = true
		start := time.Now()
		openTo(b, n, data, Options{})
		if n.bytes != int64(len(text)) {
			b.Fatalf("got %d bytes, want %d", n.bytes, len(text))
		}
		return time.Since(start)
	}
	for _, f := range []struct {
		name string
		data []byte
	}{
		{"tar", tarOf(tar.FormatUSTAR, file{"f", string(text)})},
		{"zip", zipOf(zip.Deflate, file{"f", string(text)})},
		{"tgz", gzipOf(tarOf(tar.FormatUSTAR, file{"f", string(text)}))},
		{"zst", zstdOf(text)},
	} {
		b.Run(f.name, func(b *testing.B) {
			var plain, packed time.Duration
			for b.Loop() {
				plain += read(text)
				packed += read(f.data)
			}
			b.SetBytes(2 * int64(len(text)))
			b.ReportMetric(float64(packed)/float64(plain), "packed/plain")
		})
	}
}
