//go:build !windows

package dir

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
)

func TestSpecialFilesAreNotOpened(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"d/f": "x"})
	for link, target := range map[string]string{"file-link": "d/f", "folder-link": "d", "loop": ".", "broken": "none"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(root, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := []string{"broken", "file-link", "folder-link", "loop", "pipe"}
	if l, err := net.Listen("unix", filepath.Join(root, "socket")); err == nil { // else the path is too long
		defer l.Close()
		want = append(want, "socket")
	}
	for i, p := range want {
		want[i] = "links, devices and other special files: 1 " + filepath.Join(root, p)
	}
	got := sweep(t, New(Options{Root: root}))
	if diff := cmp.Diff(want, got.leftOut); diff != "" {
		t.Errorf("left out: want (-), got (+):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"d/f": "x"}, got.texts()); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%s", diff)
	}
}

// TestFileTurnsSpecial reads what was a file when the walk met it.
func TestFileTurnsSpecial(t *testing.T) {
	root := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(root, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"pipe", "link"} {
		var got noted
		c := detectors.Chunk{At: place.Place{Kind: place.File, Path: p}}
		if err := ReadFile(t.Context(), &got, filepath.Join(root, p), c, 0); err != nil {
			t.Fatal(err)
		}
		want := []string{"links, devices and other special files: 1 " + p}
		if diff := cmp.Diff(want, got.leftOut); diff != "" || len(got.chunks) != 0 || len(got.problems) != 0 {
			t.Errorf("%s: %d chunks, problems %q, left out: want (-), got (+):\n%s", p, len(got.chunks), got.problems, diff)
		}
	}
}

func TestPipeIsASource(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		if f, err := os.OpenFile(pipe, os.O_WRONLY, 0); err == nil {
			_, _ = f.WriteString("x")
			_ = f.Close()
		}
	}()
	got := sweep(t, New(Options{Root: pipe}))
	if diff := cmp.Diff(map[string]string{pipe: "x"}, got.texts()); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%s", diff)
	}
}

func TestLinkIsASource(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"d/f": "x"})
	for link, want := range map[string]map[string]string{
		"file":   {filepath.Join(root, "file"): "x"},
		"folder": {"f": "x"},
	} {
		target := map[string]string{"file": "d/f", "folder": "d"}[link]
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, sweep(t, New(Options{Root: filepath.Join(root, link)})).texts()); diff != "" {
			t.Errorf("texts of the %s: want (-), got (+):\n%s", link, diff)
		}
	}
}

// asNobody runs the test that it is called from once more, as a user without
// rights, in a process of its own.
func asNobody(t *testing.T) {
	t.Helper()
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	// Where the test program is, nobody may not look.
	top, err := os.MkdirTemp("", "nobody")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	program := filepath.Join(top, "test")
	if err := errors.Join(os.Chmod(top, 0o755), os.WriteFile(program, self, 0o755)); err != nil {
		t.Fatal(err)
	}
	const nobody = 65534
	cmd := exec.Command(program, "-test.v", "-test.run", "^"+t.Name()+"$")
	cmd.Dir = top
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("as nobody: %v\n%s", err, out)
	}
}

func TestUnreadable(t *testing.T) {
	if os.Geteuid() == 0 { // who reads everything
		asNobody(t)
		return
	}
	root := t.TempDir()
	write(t, root, map[string]string{"a": "x", "closed": "x", "d/f": "x", "z": "x"})
	for _, p := range []string{"closed", "d"} {
		name := filepath.Join(root, p)
		if err := os.Chmod(name, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(name, 0o700) })
	}
	got := sweep(t, New(Options{Root: root, Workers: 1}))
	if diff := cmp.Diff(map[string]string{"a": "x", "z": "x"}, got.texts()); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%s", diff)
	}
	slices.Sort(got.problems)
	want := []string{filepath.Join(root, "closed") + ": permission denied", filepath.Join(root, "d") + ": permission denied"}
	if diff := cmp.Diff(want, got.problems); diff != "" {
		t.Errorf("problems: want (-), got (+):\n%s", diff)
	}
}

// TestDeepTree goes down further than a path may be long: what lies there is a
// problem, and all the rest is read.
func TestDeepTree(t *testing.T) {
	root := t.TempDir()
	name := strings.Repeat("d", 200)
	at, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		err := at.Mkdir(name, 0o700)
		if err == nil {
			err = at.WriteFile("f", []byte("x"), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		below, err := at.OpenRoot(name)
		if err != nil {
			t.Fatal(err)
		}
		_ = at.Close()
		at = below
	}
	_ = at.Close()
	got := sweep(t, New(Options{Root: root}))
	if len(got.problems) == 0 || len(got.problems) > 2 {
		t.Errorf("got %d problems, want one for the folder that is too deep, and one for a file at most", len(got.problems))
	}
	for _, p := range got.problems {
		if !strings.HasSuffix(p, "file name too long") {
			t.Errorf("problem %q", p)
		}
	}
	if n := len(got.chunks); n < 10 {
		t.Errorf("read %d files, want those that are not too deep", n)
	}
}

func TestNamesAreBytes(t *testing.T) {
	root := t.TempDir()
	files := map[string]string{"new\nline": "1", "back\\slash": "2", " ": "3", "-": "4", "\x1b[31m": "5"}
	if err := os.WriteFile(filepath.Join(root, "\xff\xfe"), nil, 0o600); err == nil { // not on every system
		files["\xff\xfe"] = "6"
	}
	write(t, root, files)
	if diff := cmp.Diff(files, sweep(t, New(Options{Root: root})).texts()); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%s", diff)
	}
}
