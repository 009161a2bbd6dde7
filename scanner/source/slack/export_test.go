package slack

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/sourcetest"
)

func TestExportIsASource(t *testing.T) {
	files := map[string]string{
		"users.json":    `[{"id": "U1A2B3C4D", "name": "ann"}]`,
		"channels.json": `[{"id": "C1A2B3C4D", "name": "general", "topic": {"value": "the topic"}}]`,
		"notes.txt":     strings.Repeat("no end of line, ", scanner.MaxChunk/12),
	}
	want := []sourcetest.Text{
		{Path: "users.json", Text: files["users.json"]},
		{Path: "channels.json", Text: "the topic\n"},
		{Path: "notes.txt", Text: files["notes.txt"]},
	}
	for day := range 20 {
		var messages []string
		p := fmt.Sprintf("general/2024-01-%02d.json", day+1)
		for n := range 30 {
			text := fmt.Sprintf("message %d of day %d", n, day)
			messages = append(messages, fmt.Sprintf(`{"text": %q, "ts": "%d.000%03d"}`, text, 1704067200+day*86400, n))
			want = append(want, sourcetest.Text{Path: p, Text: text + "\n"})
		}
		files[p] = "[" + strings.Join(messages, ",\n") + "]"
	}
	for _, root := range both(t, files) {
		for _, workers := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s with %d workers", filepath.Base(root), workers), func(t *testing.T) {
				sourcetest.Run(t, func(t *testing.T) (scanner.Source, []sourcetest.Text) {
					s, ok := OpenExport(root, Options{Workers: workers})
					if !ok {
						t.Fatal("it is not taken for an export")
					}
					return s, want
				})
			})
		}
	}
}

func TestIsItAnExport(t *testing.T) {
	const users, channels = `[{"id": "U012A3CDE"}]`, `[{"id": "C012AB3CD", "name": "general"}]`
	tests := []struct {
		name  string
		files map[string]string
		want  bool
	}{
		{"public", map[string]string{"users.json": users, "channels.json": channels}, true},
		{"no channels", map[string]string{"users.json": users, "channels.json": "[]"}, true},
		{"direct messages of one user", map[string]string{"users.json": users, "dms.json": `[{"id": "D0C0F7S8Y"}]`}, true},
		{"an organisation's", map[string]string{"org_users.json": users, "teams/a/channels.json": channels}, true},
		{"in a folder", map[string]string{"x/users.json": users, "x/channels.json": channels, "__MACOSX/x/._users.json": "", ".DS_Store": ""}, true},
		{"with a byte order mark", map[string]string{"users.json": "\ufeff " + users, "channels.json": channels}, true},
		{"in a folder beside others", map[string]string{"x/users.json": users, "x/channels.json": channels, "y": ""}, false},
		{"two folders down", map[string]string{"x/y/users.json": users, "x/y/channels.json": channels}, false},
		{"no users", map[string]string{"channels.json": channels}, false},
		{"no conversations", map[string]string{"users.json": users}, false},
		{"users of something else", map[string]string{"users.json": `[{"id": 7, "name": "ann"}]`, "channels.json": channels}, false},
		{"users in no list", map[string]string{"users.json": `{"users": []}`, "channels.json": channels}, false},
		{"channels of something else", map[string]string{"users.json": users, "channels.json": `{"id": 1}`}, false},
		{"empty lists", map[string]string{"users.json": "[]", "channels.json": "[]"}, false},
		{"a repository", map[string]string{"users.json": users, "channels.json": channels, ".git/HEAD": "ref"}, false},
		{"plain", map[string]string{"a/b": "x", "c": "y"}, false},
		{"empty files", map[string]string{"users.json": "", "channels.json": ""}, false},
	}
	for _, tt := range tests {
		for _, root := range both(t, tt.files) {
			t.Run(tt.name+filepath.Ext(root), func(t *testing.T) {
				if _, ok := OpenExport(root, Options{}); ok != tt.want {
					t.Errorf("got %t, want %t", ok, tt.want)
				}
			})
		}
	}
	for name, text := range map[string]string{"text": "PK it is", "broken": "PK\x03\x04 and no end"} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "file.zip")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, ok := OpenExport(file, Options{}); ok {
				t.Error("it is taken for an export")
			}
		})
	}
	if _, ok := OpenExport(filepath.Join(t.TempDir(), "none"), Options{}); ok {
		t.Error("what isn't there is taken for an export")
	}
}

// sweepAll sweeps an export that can be swept.
func sweepAll(t *testing.T, root string, o Options) *noted {
	t.Helper()
	s, ok := OpenExport(root, o)
	if !ok {
		t.Fatal("it is not taken for an export")
	}
	var n noted
	if err := s.Sweep(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return &n
}

// told gives what a visitor was told, in order.
func (n *noted) told() []string {
	var all []string
	for _, c := range n.chunks {
		all = append(all, fmt.Sprintf("%s: %s", c.At.Path, bytes.TrimSpace(c.Data)))
	}
	for _, p := range n.problems {
		all = append(all, fmt.Sprintf("problem with %s: %v", filepath.Base(p.What), p.Err))
	}
	for _, l := range n.leftOut {
		all = append(all, fmt.Sprintf("%s: %s", l.Reason, filepath.Base(l.What)))
	}
	slices.Sort(all)
	return all
}

// minimal has the lists that make it an export.
func minimal(more map[string]string) map[string]string {
	files := map[string]string{"users.json": `[{"id": "U012A3CDE"}]`, "channels.json": `[{"id": "C012AB3CD", "name": "general"}]`}
	for name, text := range more {
		files[name] = text
	}
	return files
}

const readUsers = `users.json: [{"id": "U012A3CDE"}]`

func TestBrokenDays(t *testing.T) {
	long := `{"text": "` + strings.Repeat("x", maxElement) + `"}`
	tests := []struct {
		name, day string
		want      []string
	}{
		{"cut", `[{"text": "one"}, {"text": "two`, []string{"day.json: one", "problem with day.json: read element 2: unexpected EOF"}},
		{"cut between messages", `[{"text": "one"},`, []string{"day.json: one", "problem with day.json: read element 2: unexpected EOF"}},
		{"no message", `[{"text": "one"}, {"text": two}, {"text": "three"}]`,
			[]string{"day.json: one", "day.json: three", "problem with day.json: read message 2: invalid character 'w' in literal true (expecting 'r')"}},
		{"more than a message", `[{"text": "one"} x, {"text": "two"}x]`, []string{"day.json: one",
			"problem with day.json: read message 2: invalid character 'x' looking for beginning of value; 1 more can't be read"}},
		{"some no messages", `[a, b, {"text": "three"}]`, []string{"day.json: three", "problem with day.json: read message 1: invalid character 'a' looking for beginning of value; 1 more can't be read"}},
		{"too long", `[{"text": "one"}, ` + long + `, {"text": "three"}]`, []string{"day.json: one", "day.json: three", "problem with day.json: read element 2: over 4 MiB"}},
		{"too deep", `[` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `, {"text": "two"}]`, []string{"day.json: two", "problem with day.json: read message 1: invalid character '[' exceeded max depth"}},
		{"more than a list", `[{"text": "one"}] x`, []string{"day.json: one", "problem with day.json: read element 2: more text after the end of the list"}},
		{"no list", `{"text": "one"}`, []string{`day.json: {"text": "one"}`}},
		{"empty list", ` [ ] `, nil},
		{"empty", "", nil},
		{"odd elements", `[null, 7, "one", [], {"text": "a]b\"c}"}]`, []string{"day.json: a]b\"c}", "day.json: one"}},
	}
	for _, tt := range tests {
		for _, root := range both(t, minimal(map[string]string{"general/day.json": tt.day, "general/next.json": `[{"text": "next"}]`})) {
			t.Run(tt.name+filepath.Ext(root), func(t *testing.T) {
				want := append([]string{"general/next.json: next", readUsers}, tt.want...)
				for i := range want {
					want[i] = strings.Replace(want[i], "day.json: ", "general/day.json: ", 1)
					want[i] = strings.Replace(want[i], "with general/", "with ", 1)
				}
				slices.Sort(want)
				if diff := gocmp.Diff(want, sweepAll(t, root, Options{}).told()); diff != "" {
					t.Errorf("want (-), got (+):\n%s", diff)
				}
			})
		}
	}
}

func TestBrokenLists(t *testing.T) {
	files := minimal(map[string]string{
		"groups.json": `{"id": "G1"}`, "dms.json": `[{"id": "D0C0F7S8Y"}, 7`, "mpims.json": `[null, "x", {"id": {}, "name": 7, "members": "x", "topic": "t"}]`,
		"general/2024-01-01.json": `[{"text": "x"}]`,
	})
	want := []string{
		"general/2024-01-01.json: x", `groups.json: {"id": "G1"}`, "mpims.json: t",
		"problem with dms.json: read element 2: unexpected EOF",
		"problem with mpims.json: read conversation 2: not an object",
		readUsers,
	}
	for _, root := range both(t, files) {
		if diff := gocmp.Diff(want, sweepAll(t, root, Options{}).told()); diff != "" {
			t.Errorf("%s: want (-), got (+):\n%s", filepath.Base(root), diff)
		}
	}
}

func TestLeftOut(t *testing.T) {
	filter, err := scanner.NewFilter(nil, []string{"general", "channels.json", "groups.json"})
	if err != nil {
		t.Fatal(err)
	}
	files := minimal(map[string]string{
		"groups.json": `{"id": "G1"}`, "general/2024-01-01.json": `[{"text": "x"}]`, "ops/2024-01-01.json": `[{"text": "y"}]`, "ops/2024-01-02.json": "[" + strings.Repeat(" ", 100) + `{"text": "z"}]`,
	})
	files["channels.json"] = `[{"id": "C012AB3CD", "name": "ops", "topic": {"value": "t"}}]`
	want := []string{
		"left out by a filter: 2024-01-01.json", "left out by a filter: channels.json", "left out by a filter: groups.json", "ops/2024-01-01.json: y", "over the size limit: 2024-01-02.json", readUsers,
	}
	for _, root := range both(t, files) {
		got := sweepAll(t, root, Options{Filter: filter, MaxFileSize: 100})
		if n := got.counts[scanner.Files]; n != 2 {
			t.Errorf("%s: %d files are counted, want 2", filepath.Base(root), n)
		}
		if diff := gocmp.Diff(want, got.told()); diff != "" {
			t.Errorf("%s: want (-), got (+):\n%s", filepath.Base(root), diff)
		}
	}
}

func TestCountsAndProgress(t *testing.T) {
	files := minimal(map[string]string{"general/2024-01-01.json": `[{"text": "x"}, {"text": "y"}]`, "picture": "\x89PNG\r\n\x1a\n\x00"})
	bytes := 0
	for name, text := range files {
		if name != "picture" {
			bytes += len(text)
		}
	}
	want := map[scanner.Counter]int64{scanner.Messages: 2, scanner.Files: 3, scanner.Bytes: int64(bytes)}
	for _, root := range both(t, files) {
		got := sweepAll(t, root, Options{Workers: 1})
		if diff := gocmp.Diff(want, got.counts); diff != "" {
			t.Errorf("%s: counts: want (-), got (+):\n%s", filepath.Base(root), diff)
		}
		if want := []string{"channels.json", "picture", "users.json", "#general"}; !slices.Equal(slices.Sorted(slices.Values(got.progress)), slices.Sorted(slices.Values(want))) {
			t.Errorf("%s: progress %q, want %q", filepath.Base(root), got.progress, want)
		}
	}
}

// TestMemory reads a day that is much longer than the memory that its messages take.
func TestMemory(t *testing.T) {
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	const messages = 1_000
	for name, text := range minimal(nil) {
		f, _ := w.Create(name)
		_, _ = f.Write([]byte(text))
	}
	f, _ := w.Create("general/2024-01-01.json")
	_, _ = f.Write([]byte("["))
	text := strings.Repeat("word ", 10_000)
	for i := range messages {
		fmt.Fprintf(f, `{"text": %q, "ts": "%d.0001"},`, text, i+1)
	}
	_, _ = f.Write([]byte("null]"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "export.zip")
	if err := os.WriteFile(root, z.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s, ok := OpenExport(root, Options{Workers: 1})
	if !ok {
		t.Fatal("it is not taken for an export")
	}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most := uint64(0)
	v := &weighed{each: func(n int) {
		if n%100 == 0 {
			var now runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}}
	if err := s.Sweep(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	if v.texts < messages {
		t.Errorf("got %d texts, want %d messages", v.texts, messages)
	}
	if limit := before.HeapAlloc + 8<<20; most > limit || most == 0 {
		t.Errorf("%d bytes in use for a day of %d, want at most %d", most, messages*len(text), limit)
	}
}

// weighed counts texts, and keeps none.
type weighed struct {
	noted
	texts int
	each  func(n int)
}

func (w *weighed) Chunk(*detectors.Chunk) {
	w.texts++
	w.each(w.texts)
}

func TestEndsWithContext(t *testing.T) {
	files, _ := fixture(t, "public")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, root := range both(t, files) {
		s, ok := OpenExport(root, Options{})
		if !ok {
			t.Fatal("it is not taken for an export")
		}
		var n noted
		if err := s.Sweep(ctx, &n); err == nil || len(n.told()) > 0 {
			t.Errorf("%s: got %v and %q, want ctx's error and nothing", filepath.Base(root), err, n.told())
		}
	}
}
