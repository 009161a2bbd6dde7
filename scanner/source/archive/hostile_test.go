package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/secretsweep/secretsweep/scanner"
)

// low are limits that small archives come up against.
var low = Limits{Depth: 3, Members: 10, Size: 1 << 20, Ratio: 50, Floor: 64 << 10}

// TestHostile has archives that are given up, or some of their members. A sweep over a
// folder goes on with the next file.
func TestHostile(t *testing.T) {
	zeros := make([]byte, 512<<10)
	one := file{"one", "one\n"}
	text := strings.Repeat("0123456789abcde\n", 100)
	linked := func(kind byte) []byte {
		return tarWith(tar.Header{Typeflag: kind, Name: "link", Linkname: "/etc/passwd"}, "")
	}
	ofMany := func(n int) []byte {
		var files []file
		for i := range n {
			files = append(files, file{fmt.Sprint(i), "x"})
		}
		return zipOf(zip.Store, files...)
	}
	const special = string(scanner.Special) + ": x!/"

	tests := []struct {
		name     string
		data     []byte
		texts    []string // those that are whole
		problems []string
		leftOut  []string
	}{
		{"gzip of zeros", gzipOf(zeros), []string{"x!/unpacked"}, []string{"x: more than 50 times its size: unpacked no further"}, nil},
		{"gzip of much", gzipOf(noise(2 << 20)), []string{"x!/unpacked"}, []string{"x: more than 1048576 bytes: unpacked no further"}, nil},
		{"tar of zeros, gzip", gzipOf(tarOf(tar.FormatUSTAR, file{"zeros", string(zeros)}, one)), []string{"x!/zeros"}, []string{"x: more than 50 times its size: unpacked no further"}, nil},
		{"tar of left-out zeros, gzip", gzipOf(tarOf(tar.FormatUSTAR, file{"node_modules/zeros", string(zeros)}, one)), nil,
			[]string{"x: more than 50 times its size: unpacked no further"}, []string{"dependencies and build output: x!/node_modules/zeros"}},
		{"ZIPs in a ZIP in a ZIP", zipsInZips(2, 3), nil, []string{"x: more than 10 files: unpacked no further"}, nil},
		{"ZIPs that are too deep", zipsInZips(5, 1), nil, []string{"x!/0.zip!/0.zip!/0.zip: an archive within 3 others, which was not unpacked"}, nil},
		{"ZIP whose files overlap", overlapping(9, zeros), []string{"x!/zeros"}, []string{"x: more than 50 times its size: unpacked no further"}, nil},
		{"sparse tar of a terabyte", sparseTar("holes", 1<<40, 1<<39, "text"), []string{"x!/holes"}, []string{"x: more than 1048576 bytes: unpacked no further"}, nil},
		{"too many files", ofMany(11), []string{"x!/0", "x!/1", "x!/2", "x!/3", "x!/4", "x!/5", "x!/6", "x!/7", "x!/8", "x!/9"},
			[]string{"x: more than 10 files: unpacked no further"}, nil},
		{"too many files, within", zipOf(zip.Store, file{"in.zip", string(ofMany(10))}, one), []string{"x!/in.zip!/0", "x!/in.zip!/1", "x!/in.zip!/2", "x!/in.zip!/3",
			"x!/in.zip!/4", "x!/in.zip!/5", "x!/in.zip!/6", "x!/in.zip!/7", "x!/in.zip!/8"}, []string{"x: more than 10 files: unpacked no further"}, nil},
		{"Zstandard, huge window", zstdWindow(1 << 40), nil, []string{"x!/unpacked: window size exceeded"}, nil},

		{"names that lead out", zipOf(zip.Store, file{"../one", "x"}, file{`..\one`, "x"}, file{`a\..\..\b`, "x"}, file{"..", "x"}, file{"a/../../../b", "x"}, one), []string{"x!/one"},
			[]string{"x!/../one: its name leads out of the archive", "x!/../one: its name leads out of the archive", "x!/../b: its name leads out of the archive",
				"x!/..: its name leads out of the archive", "x!/../../b: its name leads out of the archive"}, nil},
		{"names that lead out, tar", tarOf(tar.FormatUSTAR, file{"../one", "x"}, one), []string{"x!/one"}, []string{"x!/../one: its name leads out of the archive"}, nil},
		{"no name", zipOf(zip.Store, file{"", "x"}, one), []string{"x!/one"}, []string{"x!/.: its name leads out of the archive"}, nil},
		{"a long name", zipOf(zip.Store, file{strings.Repeat("n", 5000), "x"}, one), []string{"x!/one"},
			[]string{"x!/" + strings.Repeat("n", 100) + "…: its name has more than 4096 bytes"}, nil},
		{"symbolic link", linked(tar.TypeSymlink), nil, nil, []string{special + "link"}},
		{"link with a long name", tarWith(tar.Header{Typeflag: tar.TypeSymlink, Name: strings.Repeat("n", 5000), Linkname: "/etc/passwd"}, ""), nil, nil, []string{special + strings.Repeat("n", 100) + "…"}},
		{"hard link", linked(tar.TypeLink), nil, nil, []string{special + "link"}},
		{"device", linked(tar.TypeBlock), nil, nil, []string{special + "link"}},
		{"terminal", linked(tar.TypeChar), nil, nil, []string{special + "link"}},
		{"pipe", linked(tar.TypeFifo), nil, nil, []string{special + "link"}},
		{"symbolic link, ZIP", rawZip(linkHeader(), []byte("/etc/passwd")), nil, nil, []string{special + "link"}},

		{"ZIP that says less than it has", rawZip(zip.FileHeader{Name: "f", Method: zip.Deflate, UncompressedSize64: 10}, deflated([]byte(text))), nil,
			[]string{"x!/f: zip: not a valid zip file"}, nil},
		{"ZIP that says more than it has", rawZip(zip.FileHeader{Name: "f", Method: zip.Deflate, UncompressedSize64: 1 << 40}, deflated([]byte(text))), nil,
			[]string{"x!/f: it is cut off"}, nil},
		{"ZIP with a wrong checksum", rawZip(zip.FileHeader{Name: "f", CRC32: 1, UncompressedSize64: 1}, []byte("x")), []string{"x!/f"},
			[]string{"x!/f: zip: checksum error"}, nil},
		{"ZIP whose folder has data", bytes.ReplaceAll(zipOf(zip.Store, file{"f~", "x"}), []byte("f~"), []byte("f/")), nil,
			[]string{"x!/f: zip: not a valid zip file"}, nil},
		{"ZIP, encrypted", rawZip(zip.FileHeader{Name: "f", Flags: 1, UncompressedSize64: 1}, []byte("?")), nil, []string{"x!/f: encrypted"}, nil},
		{"ZIP, unknown method", rawZip(zip.FileHeader{Name: "f", Method: 99, UncompressedSize64: 1}, []byte("?")), nil, []string{"x!/f: zip: unsupported compression algorithm"}, nil},
		{"ZIP, not of its method", rawZip(zip.FileHeader{Name: "f", Method: 95, UncompressedSize64: 1}, []byte("?")), nil, []string{"x!/f: xz: data is truncated or corrupt"}, nil},
		{"ZIP in name only", []byte("PK\x03\x04\x00"), nil, []string{"x: zip: not a valid zip file"}, nil},
		{"gzip with a wrong checksum", damaged(gzipOf([]byte("one\n")), -8), []string{"x!/unpacked"}, []string{"x!/unpacked: gzip: invalid checksum"}, nil},
		{"gzip with something after it", append(gzipOf([]byte("one\n")), 1), []string{"x!/unpacked"}, []string{"x!/unpacked: something follows its end, which was not read"}, nil},
		{"gzip with blanks after it", slices.Concat(gzipOf([]byte("one\n")), make([]byte, 10_000)), []string{"x!/unpacked"}, nil, nil},
		{"gzip with something after blanks", slices.Concat(gzipOf([]byte("one\n")), make([]byte, 10_000), []byte{1}), []string{"x!/unpacked"}, []string{"x!/unpacked: something follows its end, which was not read"}, nil},
		{"bzip2 with a wrong checksum", damaged(fixture(t, "text.bz2"), 10), []string{"x!/unpacked"}, []string{"x!/unpacked: bzip2 data invalid: block checksum mismatch"}, nil},
		{"xz with a wrong checksum", damaged(fixture(t, "text.xz"), -30), []string{"x!/unpacked"}, []string{"x!/unpacked: xz: data is corrupt"}, nil},
		{"Zstandard with a wrong checksum", damaged(zstdOf([]byte("one\n")), -1), nil, []string{"x!/unpacked: CRC check failed"}, nil},
		{"tar with a wrong checksum", damaged(tarOf(tar.FormatUSTAR, one), 148), nil, []string{"x: archive/tar: invalid tar header"}, nil},
		{"tar with a wrong checksum, gzip", damaged(gzipOf(tarOf(tar.FormatUSTAR, one)), -8), []string{"x!/one"}, []string{"x: gzip: invalid checksum"}, nil},
		{"tar after a tar", slices.Concat(tarOf(tar.FormatUSTAR, one), tarOf(tar.FormatUSTAR, one)), []string{"x!/one"}, []string{"x: something follows its end, which was not read"}, nil},
		{"tar that says more than it has", tarOf(tar.FormatUSTAR, file{"f", text})[:1024], []string{"x!/f"}, []string{"x!/f: it is cut off", "x: it is cut off"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			temp := tempDir(t)
			got := open(t, tt.data, Options{Limits: low})
			if diff := cmp.Diff(tt.texts, got.given()); diff != "" {
				t.Errorf("texts: want (-), got (+):\n%s", diff)
			}
			if diff := cmp.Diff(tt.problems, got.problems); diff != "" {
				t.Errorf("problems: want (-), got (+):\n%s", diff)
			}
			if diff := cmp.Diff(tt.leftOut, got.leftOut); diff != "" {
				t.Errorf("left out: want (-), got (+):\n%s", diff)
			}

			files := map[string][]byte{"a": tt.data, "b": []byte("plain\n"), "c.gz": gzipOf([]byte("packed\n"))}
			next := newNoted()
			if err := Unpacking(folderOf(t, files), Options{Limits: low}).Sweep(t.Context(), next); err != nil {
				t.Fatal(err)
			}
			if next.texts["b"] != "plain\n" || next.texts["c.gz!/c"] != "packed\n" {
				t.Errorf("the sweep did not go on: got %q", next.given())
			}
			checkEmpty(t, temp)
		})
	}
}

// noise is data that can't be compressed and is no text.
func noise(n int) []byte {
	data, x := make([]byte, n), uint32(1)
	for i := range data {
		x = x*1664525 + 1013904223
		data[i] = byte(x >> 24)
	}
	return data
}

// zipsInZips has as many ZIPs in each ZIP as are wanted, at each depth.
func zipsInZips(depth, width int) []byte {
	if depth == 0 {
		return zipOf(zip.Deflate)
	}
	var files []file
	for i := range width {
		files = append(files, file{fmt.Sprintf("%d.zip", i), string(zipsInZips(depth-1, width))})
	}
	return zipOf(zip.Deflate, files...)
}

// overlapping has files that share their data.
func overlapping(n int, text []byte) []byte {
	return repeated(zipOf(zip.Deflate, file{"zeros", string(text)}), n)
}

// repeated is a ZIP of one file, whose list has it so many times.
func repeated(data []byte, n int) []byte {
	le := binary.LittleEndian
	end := len(data) - 22
	at := int(le.Uint32(data[end+16:]))
	list := data[at:end]
	all := slices.Concat(data[:at], bytes.Repeat(list, n), data[end:])
	tail := all[len(all)-22:]
	le.PutUint16(tail[8:], uint16(n)) // readers take this modulo 65536, as archive/zip does
	le.PutUint16(tail[10:], uint16(n))
	le.PutUint32(tail[12:], uint32(n*len(list)))
	return all
}

// zstdWindow has a frame that wants a window of so many bytes (RFC 8878, 3.1.1.1.2).
func zstdWindow(size int) []byte {
	exponent := 0
	for 1<<(10+exponent) < size {
		exponent++
	}
	raw := []byte("\x01\x00\x00") // the last block, of no bytes
	return append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, byte(exponent << 3)}, raw...)
}

func linkHeader() zip.FileHeader {
	h := zip.FileHeader{Name: "link", UncompressedSize64: 11}
	h.SetMode(os.ModeSymlink | 0o777)
	return h
}

// damaged has one byte changed; a negative place counts from the end.
func damaged(data []byte, at int) []byte {
	data = bytes.Clone(data)
	if at < 0 {
		at += len(data)
	}
	data[at] ^= 0x55
	return data
}

// tempDir makes a folder that temporary files go to.
func tempDir(t *testing.T) string {
	temp := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, temp)
	}
	return temp
}

func checkEmpty(t *testing.T, folder string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("left behind: %s", e.Name())
	}
}

func TestProblemsAreCounted(t *testing.T) {
	data := makeZip(func(w *zip.Writer) error {
		for i := range 2 * mostProblems {
			if _, err := w.CreateRaw(&zip.FileHeader{Name: fmt.Sprint(i), Flags: 1}); err != nil {
				return err
			}
		}
		return nil
	})
	got := open(t, data, Options{})
	if n := len(got.problems); n != mostProblems+1 || got.problems[n-1] != "x: 100 more problems" {
		t.Errorf("got %d problems, and %q at last", n, got.problems[n-1])
	}
}

// TestCutOff cuts archives off at every byte.
func TestCutOff(t *testing.T) {
	one, two := file{"one", strings.Repeat("one\n", 200)}, file{"two", strings.Repeat("two\n", 300)}
	tarred := tarOf(tar.FormatUSTAR, one, two)
	none := func(int) bool { return false }
	// A tar archive may end after any of its files, whose headers and texts fill blocks of
	// 512 bytes, and without the last block's blanks.
	end := [][2]int{{512 + 800, 512 + 1024}, {1536 + 512 + 1200, 1536 + 512 + 1536}, {4096, 4096}}
	ends := func(cut int) bool {
		return slices.ContainsFunc(end, func(e [2]int) bool { return e[0] <= cut && cut <= e[1] })
	}
	for _, tt := range []struct {
		name string
		data []byte
		ends func(int) bool // where it may end
	}{
		{"zip", zipOf(zip.Deflate, one, two), none},
		{"tar", tarred, ends},
		{"tgz", gzipOf(tarred), none},
		{"tar.zst", zstdOf(tarred), none},
		{"tar.bz2", fixture(t, "tree.tar.bz2"), none},
		{"tar.xz", fixture(t, "tree.tar.xz"), none},
		{"gz", gzipOf([]byte(one.text)), none},
		{"zst", zstdOf([]byte(one.text)), none},
		{"bz2", fixture(t, "text.bz2"), none},
		{"xz", fixture(t, "text.xz"), none},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := open(t, tt.data, Options{})
			if len(all.texts) == 0 || len(all.problems) > 0 {
				t.Fatalf("got %q and problems %q of the whole archive", all.given(), all.problems)
			}
			for cut := range len(tt.data) {
				got := open(t, tt.data[:cut], Options{})
				for name, text := range got.texts {
					known, member := all.texts[name]
					tooLittle := !member && (name == "x" || name == "x!/unpacked") // to tell what it is
					if !tooLittle && !strings.HasPrefix(known, text) {
						t.Fatalf("cut at %d of %d: %q is no beginning", cut, len(tt.data), name)
					}
				}
				_, plain := got.texts["x"] // too short to be known
				if (len(got.problems) == 0) != (cut == 0 || plain || tt.ends(cut)) {
					t.Fatalf("cut at %d of %d: problems %q, texts %q", cut, len(tt.data), got.problems, got.given())
				}
			}
		})
	}
}
