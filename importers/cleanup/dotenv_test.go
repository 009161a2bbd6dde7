package cleanup

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// header is what a file gets whose secrets are in an environment. With nothing else in it
// they can be written back to it.
func header(env, pull string) string {
	return "# Its secrets are in the vault, in web/" + env + ".\n" +
		"#   to run a program with them:  secretsweep run -p web -e " + env + " -- COMMAND\n" +
		"#   to write them to a file:     secretsweep pull -p web -e " + env + " --gitignore " + pull + "\n"
}

// chosen is a header whose commands give programs one secret alone.
func chosen(header, name string) string {
	return strings.ReplaceAll(header, " -e dev", " -e dev --only "+name)
}

const aside = ".env.secrets"

func TestDotenv(t *testing.T) {
	const one, two = "first value", "second value"
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	tests := []struct {
		name, file, text string
		vault            map[string]string // by name, in dev
		want             string
		said             string // in the step's text
	}{
		{"a secret and a setting", ".env", "A=first value\nPORT=80\n", map[string]string{"A": one}, header("dev", aside) + "\nPORT=80\n", ""},
		{"nothing else", ".env", "A=first value\n", map[string]string{"A": one}, header("dev", ".env"), ""},
		{"only comments else", ".env", "# mine\nA=first value\n", map[string]string{"A": one}, header("dev", ".env") + "\n# mine\n", ""},
		{"no line end", ".env", "PORT=80\nA=first value", map[string]string{"A": one}, header("dev", aside) + "\nPORT=80\n", ""},
		{"no line end after what stays", ".env", "A=first value\nPORT=80", map[string]string{"A": one}, header("dev", aside) + "\nPORT=80", ""},
		{"carriage returns", ".env", "A=first value\r\nPORT=80\r\n", map[string]string{"A": one}, crlf(header("dev", aside) + "\nPORT=80\n"), ""},
		{"a byte order mark", ".env", byteOrderMark + "A=first value\nPORT=80\n", map[string]string{"A": one}, byteOrderMark + header("dev", aside) + "\nPORT=80\n", ""},
		{"Latin-1", ".env", "A=first value\n# gr\xfc\xdfe\nNAME=J\xfcrgen\n", map[string]string{"A": one}, header("dev", aside) + "\n# gr\xfc\xdfe\nNAME=J\xfcrgen\n", ""},
		{"comments around", ".env", "# above\nA=first value # beside\n# below\nPORT=80\n", map[string]string{"A": one}, header("dev", aside) + "\n# above\n# below\nPORT=80\n", ""},
		{"quotes and export", ".env", "export A=\"first value\"\nB='second value'\nPORT=80\n", map[string]string{"A": one, "B": two}, header("dev", aside) + "\nPORT=80\n", ""},
		{"several lines", ".env", "X=1\nA=\"first\nvalue\"\nY=2\n", map[string]string{"A": "first\nvalue"}, header("dev", aside) + "\nX=1\nY=2\n", ""},
		{"several lines as escapes", ".env", "X=1\nA=\"first\\nvalue\"\nY=2\n", map[string]string{"A": "first\nvalue"}, header("dev", aside) + "\nX=1\nY=2\n", ""},
		{"commented out", ".env", "#A=first value\n# A=first value\nA=second value\n", map[string]string{"A": one}, "A=second value\n", ".env: A stays: in the vault's web/dev it has another value"},
		{"commented out, beside a setting", ".env", "#A=first value\nPORT=80\n", map[string]string{"A": one}, "PORT=80\n", ""},
		{"referred to", ".env", "A=first value\nB=second value\nURL=http://${A}@localhost\n", map[string]string{"A": one, "B": two}, header("dev", aside) + "\nA=first value\nURL=http://${A}@localhost\n", ".env: A stays: the value of URL refers to it"},
		{"referred to between quotes where nothing is", ".env", "A=first value\nURL='http://${A}@localhost'\n", map[string]string{"A": one}, header("dev", aside) + "\nURL='http://${A}@localhost'\n", ""},
		{"beside another value of the vault's", ".env", "A=first value\nB=local\n", map[string]string{"A": one, "B": two}, chosen(header("dev", aside), "A") + "\nB=local\n", ".env: B stays: in the vault's web/dev it has another value"},
		{"more for a header that chooses", ".env", chosen(header("dev", aside), "B") + "\nA=first value\nPORT=80\n", map[string]string{"A": one}, chosen(header("dev", aside), "B") + "\nA=first value\nPORT=80\n", ".env stays as it is: the commands at its top choose"},
		{"another value", ".env", "A=second value\n", map[string]string{"A": one}, "A=second value\n", ""},
		{"another name", ".env", "B=first value\n", map[string]string{"A": one}, "B=first value\n", ".env: B stays: the vault calls it A, "},
		{"a name that is written otherwise in the vault", ".env", "A_B=first value\nPORT=80\n", map[string]string{"A/B": one}, header("dev", aside) + "\nPORT=80\n", ""},
		{"assigned twice", ".env", "A=first value\nA=second value\n", map[string]string{"A": one}, "A=first value\nA=second value\n", ".env: A stays: it is assigned more than once"},
		{"twice the same", ".env", "A=first value\nPORT=80\nA=first value\n", map[string]string{"A": one}, header("dev", aside) + "\nPORT=80\n", ""},
		{"a reference in it", ".env", "A=first $B\nPORT=80\n", map[string]string{"A": "first $B"}, "A=first $B\nPORT=80\n", ".env: A stays: it refers to other variables"},
		{"no reference between these quotes", ".env", "A='first $B'\nPORT=80\n", map[string]string{"A": "first $B"}, header("dev", aside) + "\nPORT=80\n", ""},
		{"nothing else, with carriage returns", ".env", "A=first value\r\n", map[string]string{"A": one}, crlf(header("dev", ".env")), ""},
		{"nothing else in a file with a name of its own", ".dev.vars", "A=first value\n", map[string]string{"A": one}, strings.Replace(header("dev", ".dev.vars"), "--gitignore", "--gitignore --format dotenv", 1), ""},
		{"empty", ".env", "", map[string]string{"A": one}, "", ""},
		{"a quote that is never closed", ".env", "A=\"first value\nPORT=80\n", map[string]string{"A": one}, header("dev", aside) + "\nPORT=80\n", ""},
		{"what would close another's quote", ".env", "B=\"first\nA=first value\"\nC=\"\n", map[string]string{"A": "first value\""}, "B=\"first\nA=first value\"\nC=\"\n", ""},
		{"UTF-16", ".env", "A\x00=\x001\x00\n\x00", map[string]string{"A": one}, "A\x00=\x001\x00\n\x00", ".env stays as it is: it is no plain text"},
		{"a header that is there", ".env", header("dev", aside) + "\nA=first value\nPORT=80\n", map[string]string{"A": one}, header("dev", aside) + "\nPORT=80\n", ""},
		{"what was pulled", aside, "A=first value\n", map[string]string{"A": one}, "A=first value\n", ""},
		{"an example", ".env.example", "A=first value\n", map[string]string{"A": one}, "A=first value\n", ""},
		{"what direnv reads", ".envrc", "export A='first value'\n", map[string]string{"A": one}, "export A='first value'\n", ""},
		{"another name of a file", "config/production.env", "A=first value\nPORT=80\n", map[string]string{"A": one}, header("dev", aside) + "\nPORT=80\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newProject(t, map[string]string{tt.file: tt.text})
			for name, value := range tt.vault {
				p.keeps(tt.file, name, value, "dev")
			}
			s := p.does(Dotenv)
			if diff := cmp.Diff(tt.want, p.text(tt.file)); diff != "" {
				t.Errorf("file: want (-), got (+):\n%s", diff)
			}
			if tt.said == "" && s.Text != "" || !strings.Contains(s.Text, tt.said) {
				t.Errorf("it says %q, want %q", s.Text, tt.said)
			}
		})
	}
}

func TestDotenvEnvironment(t *testing.T) {
	p := newProject(t, map[string]string{".env.staging": "A=first value\nB=second value\nC=third value\n", ".env.production": "A=first value\n"})
	p.keeps(".env.staging", "A", "first value", "prod", "staging")
	p.keeps(".env.production", "A", "first value")
	p.keeps(".env.staging", "B", "second value", "staging")
	p.keeps(".env.staging", "C", "third value", "prod")
	s := p.does(Dotenv)
	if diff := cmp.Diff(header("staging", aside)+"\nC=third value\n", p.text(".env.staging")); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
	if want := ".env.staging: C stays: the vault has it in prod, and not in staging\n"; s.Text != want {
		t.Errorf("it says %q, want %q", s.Text, want)
	}
	if got := p.text(".env.production"); got != header("prod", ".env.production") {
		t.Errorf("of two environments that have all, it isn't the file's:\n%s", got)
	}
}

// TestDotenvAliases shows that another name of a secret is as good.
func TestDotenvAliases(t *testing.T) {
	p := newProject(t, map[string]string{".env": "OLD=first value\nPORT=80\n"})
	p.keeps(".env", "NEW", "first value", "dev")
	p.Secrets[0].Aliases = []string{"OLD"}
	p.does(Dotenv)
	if got := p.text(".env"); got != header("dev", aside)+"\nPORT=80\n" {
		t.Errorf("got:\n%s", got)
	}
}

// TestDotenvRefused shows which files are left alone.
func TestDotenvRefused(t *testing.T) {
	const text = "A=first value\nPORT=80\n"
	tests := []struct {
		name string
		make func(p *project) error
		said string
	}{
		{"read-only", func(p *project) error { return os.Chmod(p.path(".env"), 0o444) }, ".env stays as it is: it is read-only\n"},
		{"a link out of the folder", func(p *project) error {
			outside := filepath.Join(filepath.Dir(p.dir), "outside")
			return errorsOf(os.Rename(p.path(".env"), outside), os.Symlink(outside, p.path(".env")))
		}, ".env stays as it is: a symbolic link leads there\n"},
		{"a folder", func(p *project) error {
			return errorsOf(os.Remove(p.path(".env")), os.Mkdir(p.path(".env"), 0o755))
		}, ".env stays as it is: it is no regular file\n"},
		{"gone", func(p *project) error { return os.Remove(p.path(".env")) }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newProject(t, map[string]string{".env": text})
			p.keeps(".env", "A", "first value", "dev")
			if err := tt.make(p); err != nil {
				t.Skip(err)
			}
			if s := p.does(Dotenv); len(s.Edits) > 0 || s.Text != tt.said {
				t.Errorf("%d edits, and it says %q, want %q", len(s.Edits), s.Text, tt.said)
			}
		})
	}
	t.Run("a linked folder that leads out", func(t *testing.T) {
		p := newProject(t, nil)
		outside := filepath.Join(filepath.Dir(p.dir), "outside")
		if err := errorsOf(os.Mkdir(outside, 0o755), os.WriteFile(filepath.Join(outside, ".env"), []byte(text), 0o644), os.Symlink(outside, p.path("in"))); err != nil {
			t.Skip(err)
		}
		p.keeps("in/.env", "A", "first value", "dev")
		if s := p.does(Dotenv); len(s.Edits) > 0 || s.Text != "in/.env stays as it is: a symbolic link leads there\n" {
			t.Errorf("%d edits, and it says %q", len(s.Edits), s.Text)
		}
	})
	t.Run("outside of the roots", func(t *testing.T) {
		p := newProject(t, nil)
		row := p.keeps("../other/.env", "A", "first value", "dev")
		row.Items[0].At.Root, row.Items[0].At.Path = filepath.Join(filepath.Dir(p.dir), "other"), ".env"
		other := newProject(t, map[string]string{".env": text})
		row.Items[0].At.Root = other.dir
		if s := p.does(Dotenv); len(s.Edits) > 0 || s.Text != "" {
			t.Errorf("%d edits, and it says %q", len(s.Edits), s.Text)
		}
	})
}

func errorsOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// dotenvOf gives lines that assign and lines around them.
func dotenvOf(t *rapid.T) (text []byte, vars []format.Var) {
	var b strings.Builder
	end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")
	for i := range rapid.IntRange(0, 12).Draw(t, "lines") {
		if rapid.Bool().Draw(t, "comment") {
			b.WriteString(rapid.SampledFrom([]string{"", "# a word", "  ", "# what: for", "not an assignment"}).Draw(t, "between") + end)
			continue
		}
		v := format.Var{Name: "V" + string(rune('A'+i)), Value: rapid.StringMatching(`[a-z'"\\ #=:/$\n`+"`"+`-]{0,12}`).Draw(t, "value")}
		quoted, err := format.QuoteDotenv(v.Value)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(rapid.SampledFrom([]string{"", "export "}).Draw(t, "export") + v.Name + "=" + quoted + end)
		vars = append(vars, v)
	}
	return []byte(b.String()), vars
}

// TestEmptied shows that of a file as it should be all that the vault has goes, and
// nothing else.
func TestEmptied(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, vars := dotenvOf(t)
		var secrets []importers.Secret
		inVault := make(map[string]bool)
		var want []format.Var
		for _, v := range vars {
			stays := v.Value == "" || strings.Contains(v.Value, "$") // perhaps a reference
			if !stays && rapid.Bool().Draw(t, "imported") {
				secrets = append(secrets, importers.Secret{Ref: importers.Ref{Project: "web", Env: "dev", Name: v.Name}, Value: secret.New(v.Value)})
				inVault[v.Name] = true
				continue
			}
			want = append(want, v)
		}
		w := &work{vault: newVaulted(secrets, nil)}
		after, _, err := w.emptied(&file{path: "/.env", text: text})
		if err != nil {
			t.Fatal(err)
		}
		var got []format.Var
		for e := range format.Dotenv(after) {
			if e.Comment {
				continue
			}
			got = append(got, format.Var{Name: e.Name(), Value: e.Value})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("variables: want (-), got (+):\n%s\nof:\n%q\nto:\n%q", diff, text, after)
		}
		if len(inVault) == 0 && !bytes.Equal(after, text) {
			t.Fatalf("changed without need: %q", after)
		}
	})
}

// FuzzEmptied shows for any text that a value that isn't in the vault stays, and that what
// is left are lines that were there.
func FuzzEmptied(f *testing.F) {
	for _, seed := range []string{
		"A=1\nB=2\n", "A=\"1\n2\"\nB='x\ny'\n", "#A=1\r\nexport B = `2`\r\n", "A=\"x\nB=y\"\nC=\"\n", "\ufeffA=1", "A='''\nx\n'''\nA=1\n", "A: 1\nB: \"\\\"\n",
	} {
		f.Add([]byte(seed), uint64(1))
		f.Add([]byte(seed), uint64(6))
	}
	f.Fuzz(func(t *testing.T, text []byte, imported uint64) {
		var secrets []importers.Secret
		all := assignments(text)
		for i, a := range all {
			if imported>>(i%64)&1 == 1 && a.value != "" {
				secrets = append(secrets, importers.Secret{Ref: importers.Ref{Project: "web", Env: "dev", Name: a.name}, Value: secret.New(a.value)})
			}
		}
		w := &work{vault: newVaulted(secrets, nil)}
		after, _, err := w.emptied(&file{path: "/.env", text: text})
		if err != nil {
			return
		}
		left := assignments(after)
		for _, a := range all {
			there := slices.ContainsFunc(left, func(b assignment) bool { return a.name == b.name && a.value == b.value })
			if !there && len(w.vault.refs(a.name, a.value)) == 0 {
				t.Errorf("lost %s=%q, which isn't in the vault", a.name, a.value)
			}
		}
		if body := withoutHeader(after); !bytes.Equal(after, text) && !isPartOf(body, text) && !isPartOf(bytes.TrimPrefix(bytes.TrimPrefix(body, []byte("\r")), []byte("\n")), text) {
			t.Errorf("made up lines: %q", after)
		}
		again, _, err := w.emptied(&file{path: "/.env", text: after})
		if err == nil && !bytes.Equal(again, after) {
			t.Errorf("once more changes %q to %q", after, again)
		}
	})
}

// withoutHeader cuts the header off a file.
func withoutHeader(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	if !bytes.HasPrefix(text, []byte(headerBegin)) {
		return text
	}
	for range 3 {
		text = text[lineAfter(text, 0):]
	}
	return text
}

// isPartOf tells whether a text is another one without some of its lines.
func isPartOf(part, whole []byte) bool {
	whole = bytes.TrimPrefix(whole, []byte(byteOrderMark))
	for line := range bytes.Lines(part) {
		for !bytes.HasPrefix(whole, line) {
			if len(whole) == 0 {
				return false
			}
			whole = whole[lineAfter(whole, 0):]
		}
		whole = whole[len(line):]
	}
	return true
}
