package slack

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
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
					template = "xoxe-{digit:12}-{digit:13}-{digit:13}-{hex:32}" // what Slack puts into the links of an export
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
