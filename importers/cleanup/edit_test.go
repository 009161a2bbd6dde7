package cleanup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/secret"
)

func TestApplyRefuses(t *testing.T) {
	tests := []struct {
		name   string
		make   func(path string) error // after the edit was made
		before bool                    // there is a file when it is made
		want   error
	}{
		{"changed", func(p string) error { return os.WriteFile(p, []byte("other\n"), 0o644) }, true, ErrChanged},
		{"gone", os.Remove, true, ErrChanged},
		{"come", func(p string) error { return os.WriteFile(p, []byte("other\n"), 0o644) }, false, ErrChanged},
		{"empty instead of none", func(p string) error { return os.WriteFile(p, nil, 0o644) }, false, ErrChanged},
		{"read-only", func(p string) error { return os.Chmod(p, 0o444) }, true, ErrReadOnly},
		{"a link", func(p string) error {
			real := filepath.Join(filepath.Dir(p), "real")
			return errorsOf(os.Rename(p, real), os.Symlink(real, p))
		}, true, ErrLinked},
		{"a link to nothing", func(p string) error { return os.Symlink("nowhere", p) }, false, ErrLinked},
		{"a folder", func(p string) error { return os.Mkdir(p, 0o755) }, false, ErrNotRegular},
		{"a linked folder on the way", func(p string) error {
			folder := filepath.Dir(p)
			return errorsOf(os.Rename(folder, folder+"-real"), os.Symlink(folder+"-real", folder))
		}, true, ErrLinked},
		{"no folder", func(p string) error { return os.Remove(filepath.Dir(p)) }, false, fs.ErrNotExist},
		{"nothing", func(string) error { return nil }, true, nil},
		{"nothing, of none", func(string) error { return nil }, false, nil},
		{"done", func(p string) error { return os.WriteFile(p, []byte("new\n"), 0o644) }, true, nil},
		{"done, of none", func(p string) error { return os.WriteFile(p, []byte("new\n"), 0o644) }, false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := newProject(t, map[string]string{"in/other": ""}).path("in")
			if err := os.Remove(filepath.Join(folder, "other")); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(folder, "file")
			if tt.before {
				if err := os.WriteFile(path, []byte("old\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			f, err := readOrNew(path)
			if err != nil {
				t.Fatal(err)
			}
			e := (&work{mask: newMasker(&importers.Plan{}, secret.Value.Reveal)}).edit(f, []byte("new\n"), nothing)
			if err := tt.make(path); err != nil {
				t.Skip(err)
			}
			was, _ := os.ReadFile(path)
			err = e.Apply()
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("got error %v, want %v", err, tt.want)
			}
			want := "new\n"
			if tt.want != nil {
				want = string(was)
				if !strings.Contains(err.Error(), path) {
					t.Errorf("the error %q doesn't name the file", err)
				}
			}
			if is, _ := os.ReadFile(path); string(is) != want {
				t.Errorf("the file is %q, want %q", is, want)
			}
			nothingElse(t, filepath.Dir(folder))
		})
	}
}

// nothingElse sees that no file was left behind.
func nothingElse(t *testing.T, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".tmp") {
			t.Errorf("%s is left behind", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestApplyKeepsMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	for _, mode := range []fs.FileMode{0o600, 0o644, 0o755, 0o666} {
		path := newProject(t, map[string]string{"file": "old\n"}).path("file")
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		f, err := read(path)
		if err != nil {
			t.Fatal(err)
		}
		e := (&work{mask: newMasker(&importers.Plan{}, secret.Value.Reveal)}).edit(f, []byte("new\n"), nothing)
		if err := e.Apply(); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != mode {
			t.Errorf("mode %v became %v (%v)", mode, info.Mode(), err)
		}
	}
}

// TestStepStopped shows that a step which stops after some of its files leaves each of
// them whole, and can be taken up again.
func TestStepStopped(t *testing.T) {
	files := map[string]string{"a/.env": "A=first value\n", "b/.env": "A=first value\n", "c/.env": "A=first value\n"}
	for stop := range 4 {
		p := newProject(t, files)
		for name := range files {
			p.keeps(name, "A", "first value", "dev")
		}
		s := p.step(Dotenv)
		if len(s.Edits) != len(files) {
			t.Fatalf("%d edits", len(s.Edits))
		}
		ctx := &stopping{Context: t.Context(), after: stop}
		if err := s.Apply(ctx); (stop < len(files)) != errors.Is(err, context.Canceled) {
			t.Errorf("after %d files: %v", stop, err)
		}
		for i, e := range s.Edits {
			want := e.Before
			if i < stop {
				want = e.After
			}
			if text, err := os.ReadFile(e.Path); err != nil || string(text) != string(want) {
				t.Errorf("after %d files %s is %q (%v)", stop, e.Path, text, err)
			}
		}
		nothingElse(t, p.dir)
		p.does(Dotenv)
	}
}

// stopping is cancelled once it has been asked a number of times.
type stopping struct {
	context.Context
	after int
}

func (s *stopping) Err() error {
	if s.after--; s.after < 0 {
		return context.Canceled
	}
	return nil
}

// TestStepRefused shows that a step of which one edit is refused does none.
func TestStepRefused(t *testing.T) {
	p := newProject(t, map[string]string{"a/.env": "A=first value\n", "b/.env": "A=first value\n"})
	p.keeps("a/.env", "A", "first value", "dev")
	p.keeps("b/.env", "A", "first value", "dev")
	s := p.step(Dotenv)
	p.write("b/.env", "A=another\n")
	if err := s.Apply(t.Context()); !errors.Is(err, ErrChanged) {
		t.Errorf("got error %v", err)
	}
	if got := p.text("a/.env"); got != "A=first value\n" {
		t.Errorf("a/.env is %q", got)
	}
}

// TestMasked shows that no known value shows, whatever its length and form.
func TestMasked(t *testing.T) {
	const long, short, lines = "a value of some length", "pin", "of more\nlines"
	p := newProject(t, map[string]string{".env": "A='" + long + "'\nB=pin\nC=\"of more\\nlines\"\n# " + long + "\nspin=1\n"})
	p.keeps(".env", "A", long, "dev")
	p.has(".env", "B", short)
	p.keeps(".env", "C", lines, "dev")
	s := p.step(Dotenv)
	marshalled, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v", s, s, &s.Edits[0]), string(marshalled)} {
		if !strings.Contains(shown, ".env") || strings.Contains(shown, long) || strings.Contains(shown, fmt.Sprint([]byte(long))[1:20]) {
			t.Errorf("printed as %s", shown)
		}
	}
	before, after := s.Edits[0].Masked()
	mask := p.Plan.Rows[0].Value.Mask()
	if want := "A='" + mask + "'\nB=****\nC=\"****\"\n# " + mask + "\nspin=1\n"; before != want {
		t.Errorf("got:\n%s\nwant:\n%s", before, want)
	}
	if want := header("dev", aside) + "\nB=****\n# " + mask + "\nspin=1\n"; after != want {
		t.Errorf("got:\n%s\nwant:\n%s", after, want)
	}
}

// TestMaskedLines shows that no line of a value shows, however it is written: a document may
// indent it, or write its line ends as escapes.
func TestMaskedLines(t *testing.T) {
	const key = "-- begin --\nline of a key\n-- end --"
	indented := strings.ReplaceAll(key, "\n", "\n        ")
	p := newProject(t, map[string]string{
		".github/workflows/a.yml": "jobs:\n  a:\n    env:\n      A: first value\n      KEY: |\n        " + indented + "\n    steps:\n      - uses: actions/checkout@v5\n",
		".env":                    "A=first value\nKEY=\"" + strings.ReplaceAll(key, "\n", `\n`) + "\\n\"\n",
	})
	for _, file := range []string{".github/workflows/a.yml", ".env"} {
		p.keeps(file, "A", "first value", "dev")
		p.has(file, "KEY", key)
	}
	for _, kind := range []Kind{CI, Dotenv} {
		s := p.step(kind)
		if len(s.Edits) != 1 {
			t.Fatalf("%s: %d edits", kind, len(s.Edits))
		}
		before, after := s.Edits[0].Masked()
		for _, text := range []string{before, after} {
			if !strings.Contains(text, "KEY") || strings.Contains(text, "of a key") || strings.Contains(text, "begin --") {
				t.Errorf("%s shows:\n%s", kind, text)
			}
		}
	}
}
