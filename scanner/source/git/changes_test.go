package git

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChanges(t *testing.T) {
	w := newWork(t)
	w.commit("kept.txt", "kept\n")
	w.commit("edited.txt", "before\n")
	w.commit("removed.txt", "gone\n")
	base := w.commit("sub/moved.txt", "moved\n")
	w.git("checkout", "-q", "-b", "side")
	w.write("edited.txt", "after\n")
	w.write("sub/added.txt", "added\n")
	w.write("passing.txt", "added and removed\n")
	w.git("mv", "sub/moved.txt", "elsewhere.txt")
	w.git("rm", "-q", "removed.txt")
	w.git("add", ".")
	w.git("commit", "-q", "-m", "change")
	w.git("rm", "-q", "passing.txt")
	w.git("commit", "-q", "-m", "tidy")
	// What the base does meanwhile is no change of the side's.
	w.git("checkout", "-q", "main")
	w.commit("kept.txt", "changed on main\n")

	changes := func(revs string) []string {
		t.Helper()
		var got []string
		err := Changes(t.Context(), w.dir, revs, func(path string, before, after []byte) error {
			got = append(got, fmt.Sprintf("%s: %q → %q", path, before, after))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	want := []string{
		`edited.txt: "before\n" → "after\n"`,
		`elsewhere.txt: "" → "moved\n"`,
		`sub/added.txt: "" → "added\n"`,
	}
	for _, revs := range []string{"main..side", base + "..side"} {
		if diff := cmp.Diff(want, changes(revs)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", revs, diff)
		}
	}
	if got := changes("side..side"); len(got) != 0 {
		t.Errorf("nothing changed, got %q", got)
	}

	stop := errors.New("stop")
	if err := Changes(t.Context(), w.dir, "main..side", func(string, []byte, []byte) error { return stop }); err != stop {
		t.Errorf("got %v, want the caller's error", err)
	}
	if _, ok := errors.AsType[*UnknownRevisionError](Changes(t.Context(), w.dir, "nosuch..side", nil)); !ok {
		t.Error("an unknown revision is none")
	}
	if _, ok := errors.AsType[*NoRepositoryError](Changes(t.Context(), t.TempDir(), "a..b", nil)); !ok {
		t.Error("a plain folder is a repository")
	}
}
