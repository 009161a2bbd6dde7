package badger_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

func TestCreate(t *testing.T) {
	for _, tt := range []struct {
		name    string
		prepare func(dir string) error
		want    error
	}{
		{"nothing", func(string) error { return nil }, nil},
		{"an empty folder", func(dir string) error { return os.MkdirAll(dir, 0o755) }, nil},
		{"half of a store", func(dir string) error {
			return errors.Join(os.MkdirAll(filepath.Join(dir, "data.new"), 0o700),
				os.WriteFile(filepath.Join(dir, "lock"), nil, 0o600),
				os.WriteFile(filepath.Join(dir, "data.new", "MANIFEST"), []byte("half"), 0o600))
		}, nil},
		{"a store", func(dir string) error { return os.MkdirAll(filepath.Join(dir, "data"), 0o700) }, fs.ErrExist},
		{"a store in the middle of a swap", func(dir string) error { return os.MkdirAll(filepath.Join(dir, "data.old"), 0o700) }, fs.ErrExist},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "deep", "store")
			if err := tt.prepare(dir); err != nil {
				t.Fatal(err)
			}
			s, err := badger.Create(t.Context(), dir, badger.Options{})
			if !errors.Is(err, tt.want) {
				t.Fatalf("the error is %v, want %v", err, tt.want)
			}
			if err != nil {
				return
			}
			defer closeStore(t, s)
			set(t, s, "a", "1")
			if info, err := os.Stat(dir); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
				t.Errorf("the folder is %v, %v", info.Mode(), err)
			}
			if _, err := badger.Create(t.Context(), dir, badger.Options{}); !errors.Is(err, fs.ErrExist) {
				t.Errorf("once more: %v", err)
			}
		})
	}
	t.Run("a folder of something else", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "letter"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := badger.Create(t.Context(), dir, badger.Options{}); err == nil {
			t.Error("it was taken")
		}
	})
}

func TestOpenNothing(t *testing.T) {
	for _, dir := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		if _, err := badger.Open(t.Context(), dir, badger.Options{}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the error is %v", err)
		}
	}
}

// TestGroup shares a store with a group, which may then write every file.
func TestGroup(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such groups")
	}
	s, dir := create(t, badger.Options{Group: strconv.Itoa(os.Getgid())})
	set(t, s, "a", "1")
	if err := s.Rewrite(t.Context()); err != nil {
		t.Fatal(err)
	}
	set(t, s, "b", "2")
	closeStore(t, s)
	files := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o660)
		if e.IsDir() {
			want = 0o770
		}
		if info.Mode().Perm() != want || e.IsDir() && info.Mode()&fs.ModeSetgid == 0 {
			t.Errorf("%s: %v", path, info.Mode())
		}
		files++
		return nil
	})
	if err != nil || files < 8 {
		t.Errorf("looked at %d files, %v", files, err)
	}
	if _, err := badger.Create(t.Context(), filepath.Join(t.TempDir(), "store"), badger.Options{Group: "no such group"}); err == nil {
		t.Error("a group that isn't there was taken")
	}
}

// TestInterruptedSwap opens what a process leaves that is killed between two steps of a
// Rewrite.
func TestInterruptedSwap(t *testing.T) {
	for _, tt := range []struct {
		name    string
		half    bool // data.new isn't complete
		renamed bool // data is data.old
	}{
		{"copying", true, false},
		{"copied", false, false},
		{"one rename", false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, dir := create(t, badger.Options{})
			set(t, s, "a", "1")
			closeStore(t, s)
			if err := os.CopyFS(filepath.Join(dir, "data.new"), os.DirFS(filepath.Join(dir, "data"))); err != nil {
				t.Fatal(err)
			}
			if tt.half {
				if err := os.Remove(filepath.Join(dir, "data.new", "MANIFEST")); err != nil {
					t.Fatal(err)
				}
			}
			if tt.renamed {
				if err := os.Rename(filepath.Join(dir, "data"), filepath.Join(dir, "data.old")); err != nil {
					t.Fatal(err)
				}
			}
			s, err := badger.Open(t.Context(), dir, badger.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer closeStore(t, s)
			if got, err := get(s, "a"); got != "1" || err != nil {
				t.Errorf("read %q, %v", got, err)
			}
			for _, name := range []string{"data.new", "data.old"} {
				if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

// TestRewriteRemoves looks for what was replaced and deleted in all files of the folder.
func TestRewriteRemoves(t *testing.T) {
	s, dir := create(t, badger.Options{})
	gone, stays := []byte(rand.Text()), []byte(rand.Text())
	set(t, s, "replaced", string(gone))
	set(t, s, "deleted", string(gone))
	set(t, s, "stays", string(stays))
	set(t, s, "replaced", "")
	if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Delete([]byte("deleted")) }); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s) // after which nothing changes the files
	if !inFiles(t, dir, gone) {
		t.Error("it was gone before, so this shows nothing")
	}
	s, err := badger.Open(t.Context(), dir, badger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Rewrite(t.Context()); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	if inFiles(t, dir, gone) {
		t.Error("it is still there")
	}
	if !inFiles(t, dir, stays) {
		t.Error("what stays can't be found either")
	}
}

// inFiles tells whether any file of a folder has these bytes.
func inFiles(t *testing.T, dir string, text []byte) (found bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
