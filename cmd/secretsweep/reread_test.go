package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/mess"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/tui"
)

// sweepTo sweeps paths and gives what was found, and what reads it again.
func sweepTo(t *testing.T, g gathering, paths ...string) ([]scanner.Finding, *rereader) {
	t.Helper()
	s := sweep{gathering: &g}
	j, err := s.job(paths)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	if _, err := j.do(t.Context(), shell{nil, &stderr, &stderr, noEnvironment}, &s); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	if len(s.problems) > 0 {
		t.Fatalf("problems: %q", s.problems)
	}
	items, err := s.items(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	plan := importers.NewPlan(items, importers.Options{Project: "shop", Environments: []string{"dev", "staging", "prod"}})
	return s.findings, newRereader(&j, paths, valuesOf(plan))
}

// textOf joins lines as a person sees them: marked ones begin with >.
func textOf(lines []tui.Line) string {
	var b strings.Builder
	for _, l := range lines {
		mark := " "
		if l.Marked {
			mark = ">"
		}
		fmt.Fprintf(&b, "%s%d %s\n", mark, l.Number, l.Text)
	}
	return b.String()
}

// TestRereadMess reads every place of the mess again.
func TestRereadMess(t *testing.T) {
	needGit(t)
	m, err := mess.Build(t.TempDir(), 1)
	if err != nil {
		t.Fatal(err)
	}
	expected, err := m.Expected()
	if err != nil {
		t.Fatal(err)
	}
	findings, r := sweepTo(t, gathering{}, m.Repo, m.Export)
	kinds := make(map[place.Kind]int)
	for i := range findings {
		f := &findings[i]
		for j, p := range f.Places {
			lines, err := r.context(t.Context(), p, 3)
			if err != nil {
				t.Errorf("%s at %s: %v", f.Rule.ID, scanner.NameOf(&p), err)
				continue
			}
			kinds[p.Kind]++
			text := textOf(lines)
			marked := slices.IndexFunc(lines, func(l tui.Line) bool { return l.Marked })
			if marked < 0 {
				t.Errorf("%s at %s: no line is marked", f.Rule.ID, scanner.NameOf(&p))
			} else if got := lines[marked].Text; !strings.Contains(got, f.Value.Mask()) && !strings.Contains(got, f.Namings[j].Carrier.Mask()) {
				t.Errorf("%s at %s: its mask is not in line %d", f.Rule.ID, scanner.NameOf(&p), lines[marked].Number)
			}
			for name, value := range m.Values {
				if !slices.Contains(expected.Stay, name) && strings.Contains(text, value) {
					t.Errorf("%s at %s: the lines show %s", f.Rule.ID, scanner.NameOf(&p), name)
				}
			}
		}
	}
	for _, kind := range []place.Kind{place.File, place.Chat, place.Commit} {
		if kinds[kind] == 0 {
			t.Errorf("no place is a %s", kind)
		}
	}
}

// TestRereadEverywhere reads what is hidden in every corner of a repository again.
func TestRereadEverywhere(t *testing.T) {
	needGit(t)
	for _, test := range []struct {
		name string
		as   func(t *testing.T, dir string) string // gives the path to sweep
	}{
		{"loose", func(_ *testing.T, dir string) string { return dir }},
		{"packed", func(t *testing.T, dir string) string {
			runGit(t, dir, "repack", "-q", "-a", "-d", "--keep-unreachable")
			return dir
		}},
		{"bare", func(t *testing.T, dir string) string { return filepath.Join(dir, ".git") }},
		{"linked", func(t *testing.T, dir string) string {
			runGit(t, dir, "worktree", "add", "-q", "--detach", "../linked")
			return filepath.Join(dir, "..", "linked")
		}},
		{"shared", func(t *testing.T, dir string) string {
			runGit(t, dir, "clone", "-q", "--shared", ".", "../shared")
			return filepath.Join(dir, "..", "shared")
		}},
		{"within a folder", func(t *testing.T, dir string) string { return filepath.Dir(dir) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "repo")
			hidden := hideEverywhere(t, dir)
			if err := os.Remove(filepath.Join(dir, "..", "dangling.txt")); err != nil {
				t.Fatal(err)
			}
			findings, r := sweepTo(t, gathering{}, test.as(t, dir))
			if len(findings) < 6 {
				t.Errorf("%d findings", len(findings))
			}
			for i := range findings {
				f := &findings[i]
				for _, p := range f.Places {
					lines, err := r.context(t.Context(), p, 1)
					if err != nil {
						t.Errorf("%s %s: %v", p.Kind, scanner.NameOf(&p), err)
						continue
					}
					text := textOf(lines)
					if !strings.Contains(text, fmt.Sprintf(">%d ", p.Start.Line)) || !strings.Contains(text, f.Value.Mask()) {
						t.Errorf("%s %s: no marked line %d with a mask in %d lines", p.Kind, scanner.NameOf(&p), p.Start.Line, len(lines))
					}
					for _, h := range hidden {
						if strings.Contains(text, h.value) {
							t.Errorf("%s %s shows %s", p.Kind, scanner.NameOf(&p), h.where)
						}
					}
				}
			}
		})
	}
}

// TestReread has files of all kinds, with the token of %s, in a folder.
func TestReread(t *testing.T) {
	token, err := newSecret("github-personal-access-token")
	if err != nil {
		t.Fatal(err)
	}
	other, err := newSecret("github-personal-access-token")
	if err != nil {
		t.Fatal(err)
	}
	mask, otherMask := secret.New(token).Mask(), secret.New(other).Mask()
	long := strings.Repeat("x", 1000)
	config := "one\ntwo\nthree\ntoken = " + token + "\nfive\nsix\nseven\n"
	around := " 3 three\n>4 token = " + mask + "\n 5 five\n"
	tests := []struct {
		name, file, text string
		then             func(file string) error // what becomes of the file before it is read again
		want             string                  // lines, or the end of an error
	}{
		{"a file", "app.conf", config, nil, around},
		{"line ends of Windows", "app.conf", strings.ReplaceAll(config, "\n", "\r\n"), nil, around},
		{"UTF-16", "app.conf", utf16Of(config), nil, around},
		{"the only line", "app.conf", "token = " + token, nil, ">1 token = " + mask + "\n"},
		{"hostile text", "app.conf", "\x1b[31mred\ntoken = " + token + " \u202e\x07\n\tlast\n", nil,
			" 1 \\x1b[31mred\n>2 token = " + mask + " \\u202e\\a\n 3     last\n"},
		{"another value beside it", "app.conf", "old = " + other + "\ntoken = " + token + "\n", nil,
			" 1 old = " + otherMask + "\n>2 token = " + mask + "\n"},
		{"a long line", "app.conf", long + " token = " + token + " " + long + "\n", nil,
			">1 …" + strings.Repeat("x", widest/2-9) + " token = " + mask + " " + strings.Repeat("x", widest/2-len(mask)-1) + "…\n"},
		{"long lines around it", "app.conf", long + "\ntoken = " + token + "\n" + long, nil,
			" 1 " + long[:widest] + "…\n>2 token = " + mask + "\n 3 " + long[:widest] + "…\n"},
		{"binary", "app.bin", "\x00\x01\ntoken = " + token + "\n", nil, " 1 \\x00\\x01\n>2 token = " + mask + "\n"},
		{"an archive in an archive", "backup.zip", zipOf(t, "inner.tar", tarOf(t, "etc/app.conf", config)), nil, around},
		{"changed", "app.conf", config, rewrite("one\ntwo\nthree\nnothing\nfive\nsix\n"),
			" 0 it has changed since the sweep\n 3 three\n 4 nothing\n 5 five\n"},
		{"another value", "app.conf", config, rewrite("one\ntwo\nthree\ntoken = " + other + "\nfive\n"),
			" 0 it has changed since the sweep\n 3 three\n 4 token = " + otherMask + "\n 5 five\n"},
		{"shorter", "app.conf", config, rewrite("one\ntwo\n"), " 0 it has changed since the sweep\n 2 two\n"},
		{"empty", "app.conf", config, rewrite(""), "read %s again: it is not there any more"},
		{"gone", "app.conf", config, os.Remove, "read %s again: no such file or directory"},
		{"a folder", "app.conf", config, func(file string) error {
			return cmpErr(os.Remove(file), os.Mkdir(file, 0o777))
		}, "read %s again: it is not there any more"},
		{"a value in its name", token + ".conf", config, nil, "a value is part of its name, by which it can't be found again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, tt.file)
			if err := os.WriteFile(file, []byte(tt.text), 0o666); err != nil {
				t.Fatal(err)
			}
			findings, r := sweepTo(t, gathering{}, dir)
			i := slices.IndexFunc(findings, func(f scanner.Finding) bool { return f.Value.Equal(secret.New(token)) })
			if i < 0 {
				t.Fatal("it isn't found")
			}
			if tt.then != nil {
				if err := tt.then(file); err != nil {
					t.Fatal(err)
				}
			}
			lines, err := r.context(t.Context(), findings[i].Places[0], 1)
			got := textOf(lines)
			if err != nil {
				got, tt.want = err.Error(), strings.ReplaceAll(tt.want, "%s", filepath.ToSlash(file))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" && !strings.Contains(got, token) {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
			if strings.Contains(got, token) || strings.Contains(got, other) {
				t.Error("a value is shown")
			}
		})
	}
}

func rewrite(text string) func(string) error {
	return func(file string) error { return os.WriteFile(file, []byte(text), 0o666) }
}

func utf16Of(text string) string {
	data := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		data = append(data, byte(unit), byte(unit>>8))
	}
	return string(data)
}

func zipOf(t *testing.T, name, text string) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err := cmpErr(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// tarOf makes an archive of names and texts in turn.
func tarOf(t *testing.T, files ...string) string {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for f := range slices.Chunk(files, 2) {
		err := w.WriteHeader(&tar.Header{Name: f[0], Mode: 0o644, Size: int64(len(f[1]))})
		if err == nil {
			_, err = w.Write([]byte(f[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestRereadPacked reads again what is packed where the place has more to it than a path.
func TestRereadPacked(t *testing.T) {
	needGit(t)
	token, err := newSecret("github-personal-access-token")
	if err != nil {
		t.Fatal(err)
	}
	config := "first\ntoken = " + token + "\nlast\n"
	write := func(t *testing.T, name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		make func(t *testing.T, dir string)
		is   func(p *place.Place) bool // what the place is like
	}{
		{"a layer of an image", func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "app.tar"), tarOf(t,
				"sha256:1/layer.tar", tarOf(t, "etc/app.conf", config),
				"sha256:2/layer.tar", tarOf(t, "etc/app.conf", "nothing\n"),
				"config.json", "{}",
				"manifest.json", `[{"Config":"config.json","RepoTags":["app:1"],"Layers":["sha256:1/layer.tar","sha256:2/layer.tar"]}]`))
		}, func(p *place.Place) bool { return p.Layer != nil && p.Layer.Number == 1 }},
		{"an archive in history", func(t *testing.T, dir string) {
			runGit(t, dir, "init", "-q")
			write(t, filepath.Join(dir, "old.zip"), zipOf(t, "app.conf", config))
			runGit(t, dir, "add", ".")
			runGit(t, dir, "commit", "-q", "-m", "add")
			runGit(t, dir, "rm", "-q", "old.zip")
			runGit(t, dir, "commit", "-q", "-m", "remove")
		}, func(p *place.Place) bool { return p.Commit != nil && p.Member != "" }},
		{"UTF-16 in history", func(t *testing.T, dir string) {
			runGit(t, dir, "init", "-q")
			write(t, filepath.Join(dir, "app.conf"), utf16Of(config))
			runGit(t, dir, "add", ".")
			runGit(t, dir, "commit", "-q", "-m", "add")
		}, func(p *place.Place) bool { return p.Commit != nil }},
		{"an export within a folder", func(t *testing.T, dir string) {
			m, err := mess.Build(t.TempDir(), 1)
			if err != nil {
				t.Fatal(err)
			}
			export, err := os.ReadFile(m.Export)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "slack.zip"), string(export))
		}, func(p *place.Place) bool { return p.Kind == place.Chat }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			tt.make(t, dir)
			findings, r := sweepTo(t, gathering{reading: reading{archives: true}}, dir)
			if len(findings) == 0 {
				t.Fatal("nothing is found")
			}
			for i := range findings {
				f := &findings[i]
				for _, p := range f.Places {
					if !tt.is(&p) {
						t.Errorf("%s: another place than it was meant to be", scanner.NameOf(&p))
					}
					lines, err := r.context(t.Context(), p, 1)
					if err != nil {
						t.Error(err)
						continue
					}
					got := textOf(lines)
					if !strings.Contains(got, fmt.Sprintf(">%d ", p.Start.Line)) || !strings.Contains(got, f.Value.Mask()) || strings.Contains(got, token) {
						t.Errorf("%s: no marked line %d with a mask in %d lines", scanner.NameOf(&p), p.Start.Line, len(lines))
					}
				}
			}
		})
	}
}

// TestRereadKey shows of a key on many lines where it begins and ends.
func TestRereadKey(t *testing.T) {
	key, err := newSecret("private-key")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "id"), []byte("before\n"+key+"\nafter\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	findings, r := sweepTo(t, gathering{}, dir)
	if len(findings) != 1 {
		t.Fatalf("%d findings", len(findings))
	}
	p := findings[0].Places[0]
	lines, err := r.context(t.Context(), p, 1)
	if err != nil {
		t.Fatal(err)
	}
	got := textOf(lines)
	if !strings.HasPrefix(got, " 1 before\n>2 ") || !strings.HasSuffix(got, fmt.Sprintf("\n %d after\n", p.End.Line+1)) || len(lines) != 4 {
		t.Errorf("%d lines, want those before and after the key, and its first and last", len(lines))
	}
	for line := range strings.Lines(key) {
		if line = strings.TrimSpace(line); strings.Contains(got, line) {
			t.Error("a line of the key is shown")
		}
	}
}

// TestRereadHides hides values that nothing but the plan tells to be any, as those of files
// that were imported: wherever they stand and however long the lines are.
func TestRereadHides(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.env")
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfNDistinct(rapid.StringMatching(`[b-y]{6,40}`), 1, 3, rapid.ID).Draw(t, "values")
		value := rapid.SampledFrom(append(values, "a&b c", "one\ntwo\nthree")).Draw(t, "value")
		values = append(values, value)
		words := []string{"\n", "\t", "é", "\x00", strings.Repeat("z", 149), strings.Repeat("z", 299), "\r\n", "= "}
		for _, v := range values {
			words = append(words, v, url.QueryEscape(v), base64.StdEncoding.EncodeToString([]byte("a"+v+"zz")))
		}
		some := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 9).Draw(t, "words"), "")
		})
		before, after := "#"+some.Draw(t, "before")+"|", "|"+some.Draw(t, "after")
		if err := os.WriteFile(file, []byte(before+value+after), 0o666); err != nil {
			t.Fatal(err)
		}
		var all []secret.Value
		for _, v := range values {
			all = append(all, secret.New(v))
		}
		start := place.Position{Line: 1, Column: 1}.After([]byte(before))
		last := start.After([]byte(value[:len(value)-1])) // ASCII
		p := place.Place{Kind: place.File, Root: dir, Path: "a.env", Span: place.Span{Start: start, End: last}}
		lines, err := newRereader(&job{}, []string{dir}, all).context(context.Background(), p, 2)
		if err != nil {
			t.Fatal(err)
		}
		text, marked := "", 0
		for _, l := range lines {
			text += l.Text + "\n"
			if n := utf8.RuneCountInString(l.Text); n > widest+2 {
				t.Errorf("line %d has %d characters", l.Number, n)
			}
			if l.Marked {
				marked++
			}
		}
		if want := min(2, strings.Count(value, "\n")+1); marked != want {
			t.Errorf("%d lines are marked, want %d", marked, want)
		}
		for _, v := range values {
			digits := base64.RawStdEncoding.EncodeToString([]byte("a" + v))
			for _, form := range []string{v, url.QueryEscape(v), digits[2 : len(digits)-1]} {
				if len(v) >= 6 && strings.Contains(text, form) {
					t.Errorf("a value of %d bytes is shown in %d lines", len(v), len(lines))
				}
			}
		}
		if strings.Contains(text, "|"+value+"|") {
			t.Error("the value itself is shown")
		}
	})
}

// TestRereadHome follows a link in the home folder, as a sweep of it does.
func TestRereadHome(t *testing.T) {
	token, err := newSecret("github-personal-access-token")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "dotfile"), []byte("https://user:"+token+"@github.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("dotfile", filepath.Join(dir, ".git-credentials")); err != nil {
		t.Skip("no links:", err)
	}
	var found sweep
	var stderr bytes.Buffer
	j := job{paths: []string{dir}, home: true, reading: reading{quiet: true}, show: secret.Value.Mask}
	if _, err := j.do(t.Context(), shell{nil, &stderr, &stderr, noEnvironment}, &found); err != nil || len(found.findings) != 1 {
		t.Fatalf("%d findings, error %v", len(found.findings), err)
	}
	f := &found.findings[0]
	lines, err := newRereader(&j, j.paths, []secret.Value{f.Value}).context(t.Context(), f.Places[0], 1)
	if err != nil {
		t.Fatal(err)
	}
	if want, got := ">1 https://user:"+f.Value.Mask()+"@github.com\n", textOf(lines); got != want && !strings.Contains(got, token) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestRereadElsewhere reads nothing that wasn't swept, and nothing that can't be read twice.
func TestRereadElsewhere(t *testing.T) {
	dir := t.TempDir()
	inside, outside := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	for _, d := range []string{inside, outside} {
		if err := os.Mkdir(d, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(d, "a.txt"), []byte("nothing\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	_, r := sweepTo(t, gathering{}, inside)
	at := place.Span{Start: place.Position{Line: 1, Column: 1}, End: place.Position{Line: 1, Column: 1}}
	for _, test := range []struct {
		p    place.Place
		want string // "" for none
	}{
		{place.Place{Kind: place.File, Root: inside, Path: "a.txt", Span: at}, ""},
		{place.Place{Kind: place.File, Root: outside, Path: "a.txt", Span: at}, "is not in what was swept"},
		{place.Place{Kind: place.File, Root: inside, Path: "../out/a.txt", Span: at}, "is not in what was swept"},
		{place.Place{Kind: place.File, Path: filepath.Join(outside, "a.txt"), Span: at}, "is not in what was swept"},
		{place.Place{Kind: place.Chat, Root: "acme.slack.com", Span: at}, "a workspace isn't asked again"},
		{place.Place{Kind: place.Stdin, Span: at}, "standard input can't be read again"},
		{place.Place{Kind: place.Object, Root: inside, Object: strings.Repeat("0", 40), Span: at}, "not a git repository"},
	} {
		_, err := r.context(t.Context(), test.p, 1)
		switch {
		case err == nil && test.want != "":
			t.Errorf("%s %s: no error", test.p.Kind, test.p.Path)
		case err != nil && (test.want == "" || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s %s: %v, want %q", test.p.Kind, test.p.Path, err, test.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.context(ctx, place.Place{Kind: place.File, Root: inside, Path: "b.txt", Span: at}, 1); err == nil {
		t.Error("it reads on when nobody waits any more")
	}
}

// TestRereadKeeps shows that many places of one file read it once.
func TestRereadKeeps(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	for range 10 {
		token, err := newSecret("github-personal-access-token")
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString("token = " + token + "\n")
	}
	file := filepath.Join(dir, "a.conf")
	if err := os.WriteFile(file, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	findings, r := sweepTo(t, gathering{}, dir)
	if len(findings) != 10 {
		t.Fatalf("%d findings, want 10", len(findings))
	}
	if _, err := r.context(t.Context(), findings[0].Places[0], 3); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	for i := range findings {
		if _, err := r.context(t.Context(), findings[i].Places[0], 3); err != nil {
			t.Errorf("place %d: %v", i, err)
		}
	}
	if len(r.texts) != 1 {
		t.Errorf("%d texts are kept, want 1", len(r.texts))
	}
}
