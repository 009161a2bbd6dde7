package slack

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/rules/sample"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
	"github.com/secretsweep/secretsweep/scanner/source/sourcetest"
)

// found says what is to be found of an export: the name of a secret, and its place, in
// short.
var found = []struct {
	export string
	domain string
	want   []string
}{
	{"public", "acme", []string{
		"attached: file general/attachments/x.json:1:12",
		"before: message general/2024-04-06.json:2:1 #general by spengler 2024-04-06T07:53:23Z https://acme.slack.com/archives/C012AB3CD/p1712390003000100",
		"canvas: file canvases.json:1:31",
		"code: message general/2024-04-06.json:2:8 #general by Glinda Southgood 2024-04-06T07:53:21Z https://acme.slack.com/archives/C012AB3CD/p1712390001000100?thread_ts=1712300001.000200&cid=C012AB3CD",
		"export: message general/2024-04-06.json:3:57 #general by spengler 2024-04-06T07:53:24Z https://acme.slack.com/archives/C012AB3CD/p1712390004000100",
		"field: message general/2024-04-06.json:1:8 #general by deploys 2024-04-06T07:53:22Z https://acme.slack.com/archives/C012AB3CD/p1712390002000100",
		"former: message channels.json:2:1 #ops former name",
		"label: message general/2024-04-05.json:1:5 #general by spengler 2024-04-05T06:53:23Z https://acme.slack.com/archives/C012AB3CD/p1712300003000400",
		"log: file integration_logs.json:1:154 integration log",
		"other: file general/canvas.txt:1:1",
		"properties: message channels.json:1:7 #ops channel",
		"purpose: message channels.json:1:21 #general purpose",
		"renamed: message deploys/2023-01-01.json:1:1 #ops by spengler 2023-01-01T08:00:00Z https://acme.slack.com/archives/C061EG9T2/p1672560000000100",
		"snippet: message general/2024-04-06.json:2:10 #general by spengler 2024-04-06T07:53:24Z https://acme.slack.com/archives/C012AB3CD/p1712390004000100",
		"split: message general/2024-04-05.json:1:7 #general by spengler 2024-04-05T06:53:21Z https://acme.slack.com/archives/C012AB3CD/p1712300001000200",
		"status: file users.json:3:74",
		"target: message general/2024-04-05.json:2:32 #general by Glinda Southgood 2024-04-05T06:53:22Z https://acme.slack.com/archives/C012AB3CD/p1712300002000300?thread_ts=1712300001.000200&cid=C012AB3CD",
		"timeless: message general/2024-04-06.json:1:1 #general",
		"topic: message channels.json:1:15 #general topic",
		"unknown: message general/2024-04-06.json:1:5 #general by spengler 2024-04-06T07:53:25Z https://acme.slack.com/archives/C012AB3CD/p1712390005000100",
		"unlisted: message gone/2023-01-01.json:1:1 gone by spengler 2023-01-01T08:00:00Z",
		"unlistedid: message C0GONE123/2023-01-01.json:1:1 C0GONE123 by spengler 2023-01-01T08:00:00Z https://acme.slack.com/archives/C0GONE123/p1672560000000100",
		"upload: file __uploads/F0A12BCDE/run.sh:1:14",
	}},
	{"all", "", []string{
		"dm: message D0C0F7S8Y/2024-01-01.json:1:1 egon, winston by winston 2024-01-01T00:00:02Z",
		"flag: file content_flags.json:1:12",
		"group: message mpdm-egon--winston--glinda-1/2024-01-01.json:1:1 egon, winston, glinda by winston 2024-01-01T00:00:01Z",
		"private: message secret-ops/2024-01-01.json:1:1 #secret-ops by egon 2024-01-01T00:00:00Z",
		"topic: message groups.json:1:1 #secret-ops topic",
	}},
	{"grid", "", []string{
		"labs: message My Grid/teams/labs/general/2024-01-01.json:1:1 labs #general by egon 2024-01-01T00:00:03Z",
		"sales: message My Grid/teams/sales/general/2024-01-01.json:1:1 sales #general by sally 2024-01-01T00:00:01Z",
		"salesdm: message My Grid/teams/sales/D0SALES01/2024-01-01.json:1:1 sales sally, egon by egon 2024-01-01T00:00:02Z",
		"shared: message My Grid/announcements/2024-01-01.json:1:1 #announcements by egon 2024-01-01T00:00:00Z",
	}},
}

func TestEachSecretIsFoundOnce(t *testing.T) {
	for _, tt := range found {
		files, secrets := fixture(t, tt.export)
		for _, root := range both(t, files) {
			t.Run(tt.export+filepath.Ext(root), func(t *testing.T) {
				s, ok := OpenExport(root, Options{Domain: tt.domain})
				if !ok {
					t.Fatal("it is not taken for an export")
				}
				var got []string
				for _, f := range scan(t, s) {
					for _, p := range f.Places {
						if p.Root != root {
							t.Errorf("a place has the root %q, want %q", p.Root, root)
						}
						got = append(got, secrets[f.Value.Reveal()]+": "+short(p, tt.domain))
					}
				}
				slices.Sort(got)
				if diff := gocmp.Diff(tt.want, got); diff != "" {
					t.Errorf("want (-), got (+):\n%s", diff)
				}
			})
		}
	}
}

// short gives a place in few words. The workspace is among them if it isn't the domain.
func short(p place.Place, domain string) string {
	words := []string{string(p.Kind), fmt.Sprintf("%s:%d:%d", p.Path, p.Start.Line, p.Start.Column)}
	if m := p.Message; m != nil {
		if m.Workspace != domain {
			words = append(words, m.Workspace)
		}
		words = append(words, m.Channel)
		if m.User != "" {
			words = append(words, "by "+m.User, m.Time.Format(time.RFC3339))
		}
		if m.Link != "" {
			words = append(words, m.Link)
		}
	}
	if p.Field != "" {
		words = append(words, p.Field)
	}
	return strings.Join(words, " ")
}

// scan finds what the built-in rules find.
func scan(t *testing.T, sources ...scanner.Source) []scanner.Finding {
	t.Helper()
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	detector, err := detectors.New(set)
	if err != nil {
		t.Fatal(err)
	}
	k := keeper{t: t}
	if err := scanner.Scan(t.Context(), sources, detector, scanner.Options{}, &k); err != nil {
		t.Fatal(err)
	}
	return k.findings
}

// keeper is a sink that keeps findings.
type keeper struct {
	t        *testing.T
	findings []scanner.Finding
}

func (k *keeper) Problem(p scanner.Problem) error {
	k.t.Errorf("problem: %s: %v", p.What, p.Err)
	return nil
}
func (k *keeper) Finding(f scanner.Finding) error   { k.findings = append(k.findings, f); return nil }
func (k *keeper) Reference(scanner.Reference) error { return nil }
func (k *keeper) Done(scanner.Summary) error        { return nil }

// fixture gives the files of an export, and the names of the secrets in it by their
// values. In the files, "@name@" stands for a secret, "@name:1@" and "@name:2@" for
// its halves.
func fixture(t *testing.T, name string) (files, secrets map[string]string) {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	files, secrets = make(map[string]string), make(map[string]string)
	rng := rand.New(rand.NewPCG(1, 2))
	values := make(map[string]string)
	for _, f := range archive.Files {
		files[f.Name] = placeholder.ReplaceAllStringFunc(string(f.Data), func(s string) string {
			name, half, _ := strings.Cut(strings.Trim(s, "@"), ":")
			if values[name] == "" {
				template := "xoxb-{digit:12}-{digit:13}-{alnum:24}"
				if name == "export" {
					template = "xoxe-1-{alnum:146}" // what Slack puts into the links of an export
				}
				value, err := sample.Expand(template, rng, nil)
				if err != nil {
					t.Fatal(err)
				}
				values[name], secrets[value] = value, name
			}
			switch value := values[name]; half {
			case "1":
				return value[:30]
			case "2":
				return value[30:]
			default:
				return value
			}
		})
	}
	return files, secrets
}

var placeholder = regexp.MustCompile(`@[a-z]+(:[12])?@`)

// both makes an export of files, as a ZIP and as a folder.
func both(t *testing.T, files map[string]string) []string {
	t.Helper()
	root := t.TempDir()
	folder := filepath.Join(root, "export")
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	for _, name := range sorted(files) {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(files[name]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	packed := filepath.Join(root, "export.zip")
	if err := os.WriteFile(packed, z.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{packed, folder}
}

func sorted(files map[string]string) []string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

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
		{"some no messages", `[a, b, {"text": "three"}]`, []string{"day.json: three", "problem with day.json: read message 1: invalid character 'a' looking for beginning of value; 1 more can't be read"}},
		{"too long", `[{"text": "one"}, ` + long + `, {"text": "three"}]`, []string{"day.json: one", "day.json: three", "problem with day.json: read element 2: over 16 MiB"}},
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
	filter, err := scanner.NewFilter(nil, []string{"general", "channels.json"})
	if err != nil {
		t.Fatal(err)
	}
	files := minimal(map[string]string{
		"general/2024-01-01.json": `[{"text": "x"}]`, "ops/2024-01-01.json": `[{"text": "y"}]`, "ops/2024-01-02.json": "[" + strings.Repeat(" ", 100) + `{"text": "z"}]`,
	})
	files["channels.json"] = `[{"id": "C012AB3CD", "name": "ops", "topic": {"value": "t"}}]`
	want := []string{
		"left out by a filter: 2024-01-01.json", "left out by a filter: channels.json", "ops/2024-01-01.json: y", "over the size limit: 2024-01-02.json", readUsers,
	}
	for _, root := range both(t, files) {
		got := sweepAll(t, root, Options{Filter: filter, MaxFileSize: 100})
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

// TestOneSecretInTwoSources has a secret in a file and in a message: one finding, with
// both places.
func TestOneSecretInTwoSources(t *testing.T) {
	files, secrets := fixture(t, "all")
	var token string
	for value, name := range secrets {
		if name == "dm" {
			token = value
		}
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, ".env"), []byte("TOKEN="+token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, ok := OpenExport(both(t, files)[0], Options{})
	if !ok {
		t.Fatal("it is not taken for an export")
	}
	for _, f := range scan(t, dir.New(dir.Options{Root: folder}), s) {
		if secrets[f.Value.Reveal()] != "dm" {
			continue
		}
		var got []string
		for _, p := range f.Places {
			got = append(got, short(p, ""))
		}
		slices.Sort(got)
		want := []string{"file .env:1:7", "message D0C0F7S8Y/2024-01-01.json:1:1  egon, winston by winston 2024-01-01T00:00:02Z"}
		want[1] = strings.Replace(want[1], "  ", " ", 1)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("want (-), got (+):\n%s", diff)
		}
		return
	}
	t.Error("the secret is not found")
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
