package slack

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
)

// packed is a ZIP that is an export, and has more.
func packed(t *testing.T, more func(w *zip.Writer)) string {
	t.Helper()
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	files := minimal(nil)
	for _, name := range sorted(files) {
		add(t, w, &zip.FileHeader{Name: name}, files[name])
	}
	more(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "export.zip")
	if err := os.WriteFile(root, z.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return root
}

func add(t *testing.T, w *zip.Writer, h *zip.FileHeader, text string) {
	t.Helper()
	f, err := w.CreateHeader(h)
	if err == nil {
		_, err = f.Write([]byte(text))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// addRaw adds a file whose header says whatever it likes.
func addRaw(t *testing.T, w *zip.Writer, h *zip.FileHeader, text string) {
	t.Helper()
	f, err := w.CreateRaw(h)
	if err == nil {
		_, err = f.Write([]byte(text))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestHostileZIP(t *testing.T) {
	const day = `[{"text": "x"}]`
	sum := crc32.ChecksumIEEE([]byte(day))
	tests := []struct {
		name string
		more func(w *zip.Writer)
		want []string
	}{
		{"names that lead out", func(w *zip.Writer) {
			for _, name := range []string{"../up.txt", "/root.txt", "a/../../up.txt", `..\up.txt`} {
				add(t, w, &zip.FileHeader{Name: name}, "x")
			}
		}, []string{
			`problem with export.zip: read file "../up.txt": its name leads out of the export`,
			`problem with export.zip: read file "/root.txt": its name leads out of the export`,
			`problem with export.zip: read file "a/../../up.txt": its name leads out of the export`,
			`problem with export.zip: read file "..\\up.txt": its name leads out of the export`,
		}},
		{"backslashes", func(w *zip.Writer) { add(t, w, &zip.FileHeader{Name: `general\2024-01-01.json`}, day) }, []string{"general/2024-01-01.json: x"}},
		{"link", func(w *zip.Writer) {
			h := &zip.FileHeader{Name: "general/2024-01-01.json"}
			h.SetMode(fs.ModeSymlink | 0o777)
			add(t, w, h, "/etc/passwd")
		}, []string{"links, devices and other special files: 2024-01-01.json"}},
		{"one name twice", func(w *zip.Writer) {
			add(t, w, &zip.FileHeader{Name: "general/2024-01-01.json"}, `[{"text": "one"}]`)
			add(t, w, &zip.FileHeader{Name: "general/2024-01-01.json"}, `[{"text": "two"}]`)
		}, []string{"general/2024-01-01.json: one", "general/2024-01-01.json: two"}},
		{"encrypted", func(w *zip.Writer) {
			addRaw(t, w, &zip.FileHeader{Name: "general/2024-01-01.json", Flags: 1, CRC32: sum, CompressedSize64: uint64(len(day)), UncompressedSize64: uint64(len(day))}, day)
		}, []string{"problem with 2024-01-01.json: encrypted"}},
		{"unknown method", func(w *zip.Writer) {
			addRaw(t, w, &zip.FileHeader{Name: "general/2024-01-01.json", Method: 99, CompressedSize64: uint64(len(day)), UncompressedSize64: uint64(len(day))}, day)
		}, []string{"problem with 2024-01-01.json: zip: unsupported compression algorithm"}},
		{"longer than it says", func(w *zip.Writer) {
			addRaw(t, w, &zip.FileHeader{Name: "general/2024-01-01.json", CRC32: sum, CompressedSize64: uint64(len(day)), UncompressedSize64: 3}, day)
		}, []string{"problem with 2024-01-01.json: zip: not a valid zip file"}},
		{"shorter than it says", func(w *zip.Writer) {
			addRaw(t, w, &zip.FileHeader{Name: "general/2024-01-01.json", CRC32: sum, CompressedSize64: uint64(len(day)), UncompressedSize64: 30}, day)
		}, []string{"general/2024-01-01.json: x", "problem with 2024-01-01.json: read element 2: unexpected EOF"}},
		{"a wrong checksum", func(w *zip.Writer) {
			addRaw(t, w, &zip.FileHeader{Name: "general/2024-01-01.json", CRC32: sum + 1, CompressedSize64: uint64(len(day)), UncompressedSize64: uint64(len(day))}, day)
		}, []string{"general/2024-01-01.json: x", "problem with 2024-01-01.json: read element 2: zip: checksum error"}},
		{"says that it is huge", func(w *zip.Writer) {
			addRaw(t, w, &zip.FileHeader{Name: "general/2024-01-01.json", CompressedSize64: uint64(len(day)), UncompressedSize64: maxUnpacked + 1}, day)
		}, []string{"problem with 2024-01-01.json: unpacks to too much: it has 15 bytes, and 1073741825 unpacked"}},
		{"says that it is more than there can be", func(w *zip.Writer) {
			addRaw(t, w, &zip.FileHeader{Name: "general/2024-01-01.json", CompressedSize64: uint64(len(day)), UncompressedSize64: 1 << 63}, day)
		}, []string{"problem with 2024-01-01.json: unpacks to too much: it has 15 bytes, and 9223372036854775808 unpacked"}},
		{"huge together", func(w *zip.Writer) {
			for i := range 3 {
				h := &zip.FileHeader{Name: fmt.Sprintf("general/2024-01-0%d.json", i+1), CRC32: sum, CompressedSize64: uint64(len(day)), UncompressedSize64: maxUnpacked - 100}
				addRaw(t, w, h, day)
			}
		}, []string{
			"general/2024-01-01.json: x", "problem with 2024-01-01.json: read element 2: unexpected EOF",
			"problem with 2024-01-02.json: unpacks to too much: it has 15 bytes, and 1073741724 unpacked",
			"problem with 2024-01-03.json: unpacks to too much: it has 15 bytes, and 1073741724 unpacked",
		}},
		{"what macOS adds", func(w *zip.Writer) { add(t, w, &zip.FileHeader{Name: "__MACOSX/general/._x"}, "x") }, []string{"links, devices and other special files: ._x"}},
		{"only folders", func(w *zip.Writer) { add(t, w, &zip.FileHeader{Name: "general/"}, "") }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := append([]string{readUsers}, tt.want...)
			slices.Sort(want)
			if diff := gocmp.Diff(want, sweepAll(t, packed(t, tt.more), Options{}).told()); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
		})
	}
}

// TestLongDirectory has a ZIP whose list of files takes too much memory.
func TestLongDirectory(t *testing.T) {
	root := packed(t, func(w *zip.Writer) {
		name := strings.Repeat("x", 65000)
		for i := range maxDirectory/65000 + 100 {
			addRaw(t, w, &zip.FileHeader{Name: fmt.Sprint(i) + name}, "")
		}
	})
	if _, err := openBox(root); err == nil {
		t.Error("it is read")
	}
}

func TestLinksInAFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege there")
	}
	outside := filepath.Join(t.TempDir(), "outside.json")
	if err := os.WriteFile(outside, []byte(`[{"text": "outside"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	root := both(t, minimal(map[string]string{"general/2024-01-01.json": `[{"text": "x"}]`}))[1]
	if err := os.Symlink(outside, filepath.Join(root, "general", "2024-01-02.json")); err != nil {
		t.Fatal(err)
	}
	want := []string{"general/2024-01-01.json: x", "links, devices and other special files: 2024-01-02.json", readUsers}
	if diff := gocmp.Diff(want, sweepAll(t, root, Options{}).told()); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}

// FuzzExport reads a day of an export. What is a list of messages gives the text of
// each, and what is not is a problem, or a file.
func FuzzExport(f *testing.F) {
	f.Add("[]", "[]", `[{"text": "one", "ts": "1.2"}, {"text": "two"}]`)
	f.Add(`[{"id": "D0C0F7S8Y", "members": ["U012A3CDE"]}]`, `[{"id": "C1", "name": "general", "topic": {"value": "t"}}]`, `[{"text": "one"}, {"text": `)
	f.Add("{}", "[null, 1", `{"text": "x"}`)
	f.Add("", "\ufeff[]", `[[], "a\"]", {"blocks": [{"type": "rich_text", "elements": []}]}] x`)
	f.Fuzz(func(t *testing.T, dms, groups, day string) {
		root := packed(t, func(w *zip.Writer) {
			add(t, w, &zip.FileHeader{Name: "dms.json"}, dms)
			add(t, w, &zip.FileHeader{Name: "groups.json"}, groups)
			add(t, w, &zip.FileHeader{Name: "general/2024-01-01.json"}, day)
			add(t, w, &zip.FileHeader{Name: "general/2024-01-02.json"}, `[{"text": "the next day"}]`)
		})
		got := sweepAll(t, root, Options{Workers: 2})
		told := got.told()
		if !slices.Contains(told, "general/2024-01-02.json: the next day") {
			t.Errorf("the next day is not read: %q", told)
		}
		messages, err := decode([]byte(day))
		list, isList := messages.([]any)
		if err != nil || !isList {
			return
		}
		if n := got.counts["messages"]; n < int64(len(list))+1 {
			t.Errorf("%q: %d messages read, want %d and the next day's; %q", day, n, len(list), told)
		}
		for _, m := range list {
			fields, _ := m.(map[string]any)
			text, ok := fields["text"].(string)
			if want := gistOf((&prose{workspace: acme}).read(text, true).text); ok && want != "" && !slices.ContainsFunc(got.chunks, func(c detectors.Chunk) bool { return strings.Contains(gistOf(string(c.Data)), want) }) {
				t.Errorf("%q: the text %q is not given: %q", day, text, told)
			}
		}
	})
}
