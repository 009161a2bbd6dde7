package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// careCommands gives the commands that look into a vault.
func careCommands() [][]string {
	return [][]string{
		{"vault", "status"}, {"vault", "check"}, {"vault", "check", "--accept"}, {"vault", "env", "list"}, {"vault", "env", "create", "web/qa"},
		{"audit", "log"}, {"audit", "verify"}, {"audit", "checkpoint"}, {"audit", "export"}, {"secret", "get", "A", "-e", "dev"},
	}
}

// Whatever state a folder is in, the commands say what is wrong, and don't panic.
func TestDamagedFolders(t *testing.T) {
	u := newPerson(t)
	sound := u.dir + ".sound"
	copyFolder(t, u.dir, sound)
	config := u.env["XDG_CONFIG_HOME"] // what was seen is there
	copyFolder(t, config, config+".before")
	var files []string
	err := filepath.WalkDir(sound, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			files = append(files, strings.TrimPrefix(path, sound))
		}
		return err
	})
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	broken, runs := 0, 0
	for _, file := range files {
		for _, d := range []struct {
			how    string
			damage func([]byte) []byte // nil takes the file away
		}{
			{"flipped", func(b []byte) []byte { b = bytes.Clone(b); b[len(b)/2] ^= 0x10; return b }},
			{"all ones", func(b []byte) []byte { return bytes.Repeat([]byte{0xff}, len(b)) }},
			{"cut", func(b []byte) []byte { return b[:len(b)/2] }},
			{"empty", func([]byte) []byte { return nil }},
			{"with more", func(b []byte) []byte { return append(bytes.Clone(b), "more"...) }},
			{"gone", nil},
		} {
			data, err := os.ReadFile(sound + file)
			if err != nil {
				t.Fatal(err)
			}
			if len(data) == 0 {
				continue
			}
			// Of each damage a few commands see, and each command many damages.
			for range 3 {
				args := careCommands()[runs%len(careCommands())]
				runs++
				copyFolder(t, sound, u.dir)
				copyFolder(t, config+".before", config)
				if d.damage == nil {
					err = os.Remove(u.dir + file)
				} else {
					err = os.WriteFile(u.dir+file, d.damage(data), 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
				status, stdout, stderr := u.run(args...)
				switch {
				case status == 2 && stdout+stderr != "":
					broken++
				case status != 0:
					t.Errorf("%s %s: %s: status %d\n%s%s", file, d.how, strings.Join(args, " "), status, stdout, stderr)
				}
				if strings.Contains(stderr, "goroutine ") {
					t.Errorf("%s %s: %s: %s", file, d.how, strings.Join(args, " "), stderr)
				}
			}
		}
	}
	if broken < 20 {
		t.Errorf("only %d commands noticed anything", broken)
	}
}

// In a folder that can't be written to, what only looks works, and what would write says
// why it doesn't.
func TestReadOnlyFolder(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("everybody may write here")
	}
	u := newPerson(t)
	mode := func(dirs, files fs.FileMode) {
		err := filepath.WalkDir(u.dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if e.IsDir() {
				return os.Chmod(path, dirs)
			}
			return os.Chmod(path, files)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	mode(0o500, 0o400)
	t.Cleanup(func() { mode(0o700, 0o600) })
	u.says(0, []string{"nothing is wrong"}, "vault", "check")
	u.says(0, []string{"nothing is wrong"}, "audit", "verify")
	u.want(2, "secret", "get", "A", "-e", "dev")
	u.want(2, "vault", "backup", filepath.Join(t.TempDir(), "b"))
}

// A record that was changed, where the files are whole, is named; a backup brings it back.
func TestDamagedRecord(t *testing.T) {
	u := newPerson(t)
	file := filepath.Join(t.TempDir(), "b")
	u.want(0, "vault", "backup", file)
	const value, header = 'x', 'v'
	if n := u.change(value, func(v []byte) []byte { v[len(v)-1] ^= 1; return v }); n != 1 {
		t.Fatalf("%d values were changed", n)
	}
	u.says(2, []string{"problem:  a value in web/dev", "it was damaged or changed", "2 problems"}, "vault", "check")
	u.says(0, []string{"nothing is wrong"}, "audit", "verify")
	u.says(2, []string{"web/dev A", "vault check", "vault restore"}, "secret", "get", "A", "-e", "dev")
	u.says(2, []string{"vault check", "vault restore"}, "vault", "status")
	// It isn't what makes a backup worth having.
	bad := file + ".bad"
	u.want(0, "vault", "backup", bad)
	u.says(2, []string{"the backup isn't sound: 2 problems", "--anyway"}, "vault", "restore", bad, "--vault", file+".vault")
	if _, err := os.Lstat(file + ".vault"); err == nil {
		t.Error("it was restored nevertheless")
	}
	u.says(0, []string{"restored, with 1 secret"}, "vault", "restore", bad, "--vault", file+".vault", "--anyway")

	u.change(header, func([]byte) []byte { return nil })
	u.says(2, []string{"there is no vault", "vault restore"}, "vault", "check")
	u.says(0, []string{"restored, with 1 secret"}, "vault", "restore", file, "--replace")
	u.says(0, []string{"nothing is wrong"}, "vault", "check")
	u.want(0, "secret", "get", "A", "-e", "dev")
}

// change changes all records of a kind in the store, or deletes them, and counts them.
func (u *person) change(kind byte, change func([]byte) []byte) (n int) {
	u.t.Helper()
	st, err := badger.Open(u.t.Context(), u.dir, badger.Options{})
	if err != nil {
		u.t.Fatal(err)
	}
	err = st.Update(u.t.Context(), func(tx store.Tx) error {
		for p, err := range tx.Scan([]byte{kind}) {
			if err != nil {
				return err
			}
			n++
			if value := change(bytes.Clone(p.Value)); value != nil {
				err = tx.Set(p.Key, value)
			} else {
				err = tx.Delete(p.Key)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, st.Close()); err != nil {
		u.t.Fatal(err)
	}
	return n
}

// A folder whose files are damaged makes way for a backup.
func TestRestoreOverDamage(t *testing.T) {
	u := newPerson(t)
	file := filepath.Join(t.TempDir(), "b")
	u.want(0, "vault", "backup", file)
	tables, err := filepath.Glob(filepath.Join(u.dir, "data", "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatal(tables, err)
	}
	if err := os.Truncate(tables[0], 10); err != nil {
		t.Fatal(err)
	}
	u.says(2, []string{"damaged", "vault restore"}, "vault", "check")
	u.says(0, []string{"restored", "what was there before"}, "vault", "restore", file, "--replace")
	u.says(0, []string{"nothing is wrong"}, "vault", "check")
}
