//go:build unix

package cleanup

import (
	"os"
	"syscall"
	"testing"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// TestApplyKeepsOwner shows that a file stays its owner's, and its group's.
func TestApplyKeepsOwner(t *testing.T) {
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	group := os.Getgid()
	for _, g := range groups {
		if g != group {
			group = g
		}
	}
	owner := os.Getuid()
	if owner == 0 {
		owner, group = 1234, 5678
	}
	if owner == os.Getuid() && group == os.Getgid() {
		t.Skip("a file can have no other group")
	}
	p := newProject(t, map[string]string{"file": "old\n"})
	if err := errorsOf(os.Chown(p.path("file"), owner, group), os.Chmod(p.path("file"), 0o640)); err != nil {
		t.Fatal(err)
	}
	f, err := read(p.path("file"))
	if err != nil {
		t.Fatal(err)
	}
	e := (&work{mask: newMasker(&importers.Plan{}, secret.Value.Reveal)}).edit(f, []byte("new\n"), nothing)
	if err := e.Apply(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(p.path("file"))
	if err != nil {
		t.Fatal(err)
	}
	is := info.Sys().(*syscall.Stat_t)
	if int(is.Uid) != owner || int(is.Gid) != group || info.Mode().Perm() != 0o640 || p.text("file") != "new\n" {
		t.Errorf("it is of %d and %d, %v, and has %q", is.Uid, is.Gid, info.Mode(), p.text("file"))
	}
}

// TestApplyKeepsNarrow shows that a mode which was narrowed meanwhile isn't widened again.
func TestApplyKeepsNarrow(t *testing.T) {
	p := newProject(t, map[string]string{"file": "old\n"})
	f, err := read(p.path("file"))
	if err != nil {
		t.Fatal(err)
	}
	e := (&work{mask: newMasker(&importers.Plan{}, secret.Value.Reveal)}).edit(f, []byte("new\n"), nothing)
	if err := errorsOf(os.Chmod(p.path("file"), 0o600), e.Apply()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(p.path("file")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v (%v)", info.Mode(), err)
	}
}
