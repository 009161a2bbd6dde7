package git

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// TestText reads again what a sweep of each layout found, and then what isn't there.
func TestText(t *testing.T) {
	w, _ := history(t)
	w.commit("large", "KEY-large\n"+strings.Repeat("0123456789abcde\n", 20<<16))
	w.git("notes", "add", "-m", "KEY-note", "HEAD")
	w.git("tag", "-a", "-m", "KEY-tag", "v1")
	w.git("repack", "-q", "-d")
	w.git("commit", "-q", "--allow-empty", "-m", "first\n\nKEY-message")
	w.write("untracked", "KEY-untracked\n")
	linked := filepath.Join(t.TempDir(), "linked")
	w.git("worktree", "add", "-q", "--detach", linked)
	for _, path := range []string{w.dir, filepath.Join(w.dir, ".git"), linked} {
		r := scan(t, path, Options{})
		if len(r.places) < 6 {
			t.Errorf("%s: %d values", path, len(r.places))
		}
		for value, places := range r.places {
			for _, p := range places {
				if p.Kind == place.Ref {
					continue
				}
				s, err := Text(p)
				if err != nil {
					t.Fatal(err)
				}
				c, err := scanner.Reread(t.Context(), s, p)
				if err != nil {
					t.Error(err)
					continue
				}
				if !bytes.Contains(c.Data, []byte(value)) {
					t.Errorf("%s isn't in %s any more", value, scanner.NameOf(&p))
				}
			}
		}
	}
}

func TestTextThatIsNotThere(t *testing.T) {
	w, _ := history(t)
	w.git("config", "uploadpack.allowFilter", "true")
	partial := filepath.Join(t.TempDir(), "partial")
	w.git("clone", "-q", "--filter=blob:none", "--no-checkout", "file://"+w.dir, partial)
	plain := t.TempDir()
	if err := os.WriteFile(filepath.Join(plain, "a"), []byte("a"), 0o666); err != nil {
		t.Fatal(err)
	}
	blob := w.git("rev-parse", "HEAD:sub/live")
	for _, test := range []struct{ name, root, object, want string }{
		{"here", w.dir, blob, ""},
		{"in a partial clone", partial, blob, "object " + blob + " was left out of this partial clone"},
		{"missing", w.dir, strings.Repeat("1", 40), "is missing"},
		{"no id", w.dir, "HEAD", `object "HEAD"`},
		{"no repository", plain, blob, "not a git repository"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := place.Place{Kind: place.File, Root: test.root, Path: "sub/live", Object: test.object, Span: place.Span{Start: place.Position{Line: 1, Column: 1}}}
			s, err := Text(p)
			if err == nil {
				_, err = scanner.Reread(t.Context(), s, p)
			} else if none := (*NoRepositoryError)(nil); !errors.As(err, &none) {
				t.Errorf("error %v, want a NoRepositoryError", err)
			}
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
