//go:build !windows

package home

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/scanner"
)

// TestLinks has dotfiles that lie in a repository, as many people keep them.
func TestLinks(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"dotfiles/zshrc": "x", "dotfiles/gh/hosts.yml": "x"})
	if err := os.Mkdir(filepath.Join(root, ".config"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{
		".zshrc": "dotfiles/zshrc", ".config/gh": "../dotfiles/gh", ".bashrc": "dotfiles/none",
	} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	got := sweepAll(t, Options{Root: root})
	if want := []string{".config/gh/hosts.yml", ".zshrc"}; !slices.Equal(want, got.paths()) {
		t.Errorf("read %q, want %q", got.paths(), want)
	}
	if len(got.problems) > 0 {
		t.Errorf("problems: %v", got.problems)
	}
}

// TestLinksThatLoop has a file and a folder that even root can't read. The folder
// is one problem, though more than one place is in it.
func TestLinksThatLoop(t *testing.T) {
	root := t.TempDir()
	for _, link := range []string{".npmrc", ".aws"} {
		if err := os.Symlink(link, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	got := sweepAll(t, Options{Root: root})
	if want := []string{filepath.Join(root, ".aws"), filepath.Join(root, ".npmrc")}; !slices.Equal(want, slices.Sorted(maps.Keys(got.problems))) {
		t.Errorf("problems: %v, want %q", got.problems, want)
	}
}

func TestPipesAreNotOpened(t *testing.T) {
	root := t.TempDir()
	pipe := filepath.Join(root, ".npmrc")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	got := sweepAll(t, Options{Root: root})
	if diff := cmp.Diff(map[scanner.Reason]string{scanner.Special: pipe}, got.leftOut); diff != "" {
		t.Errorf("left out: want (-), got (+):\n%s", diff)
	}
}

func TestProblems(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything")
	}
	root := t.TempDir()
	write(t, root, map[string]string{".npmrc": "x", ".aws/credentials": "x", ".ssh/id_rsa": "x", ".yarnrc": "x"})
	for name, mode := range map[string]os.FileMode{".npmrc": 0, ".aws": 0, ".ssh": 0} {
		file := filepath.Join(root, name)
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(file, 0o700) })
	}
	got := sweepAll(t, Options{Root: root})
	if len(got.problems) != 3 {
		t.Errorf("problems: %v, want one for each of three", got.problems)
	}
	for _, name := range []string{".npmrc", ".aws", ".ssh"} {
		if err := got.problems[filepath.Join(root, name)]; !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: got %v, want %v", name, err, fs.ErrPermission)
		}
	}
	if !slices.Equal(got.paths(), []string{".yarnrc"}) {
		t.Errorf("read %q, want .yarnrc", got.paths())
	}
}
