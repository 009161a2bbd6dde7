package pgtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing/fstest"
)

// programs finds the folder of PostgreSQL's programs: what PATH says, else the newest that
// Debian's packages have installed.
func programs() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is right
	slices.Reverse(dirs)
	if found, err := exec.LookPath("postgres"); err == nil {
		if found, err = filepath.EvalSymlinks(found); err == nil {
			dirs = append([]string{filepath.Dir(found)}, dirs...)
		}
	}
	for _, dir := range dirs {
		whole := true
		for _, name := range []string{"initdb", "postgres", "psql"} {
			_, err := os.Stat(filepath.Join(dir, name))
			whole = whole && err == nil
		}
		if whole {
			return dir, nil
		}
	}
	return "", errors.New("this needs PostgreSQL: initdb, postgres and psql in PATH or /usr/lib/postgresql")
}

// template makes the files of a new server, once for all tests of a program. They are kept
// in memory, so that nothing is left of them in the end.
var template = sync.OnceValues(func() (fs.FS, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := ownDir()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	data := filepath.Join(dir, "data")
	cmd := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C",
		"--no-sync", "--wal-segsize=1", "--auth-local=trust", "--auth-host=scram-sha-256")
	cmd.Dir = dir
	if err := asOwner(cmd); err != nil {
		return nil, err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return remember(os.DirFS(data))
})

// remember reads a folder into memory.
func remember(folder fs.FS) (fs.FS, error) {
	files := make(fstest.MapFS)
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		file := &fstest.MapFile{Mode: entry.Type() | 0o700}
		if !entry.IsDir() {
			file.Mode = 0o600
			if file.Data, err = fs.ReadFile(folder, name); err != nil {
				return err
			}
		}
		files[name] = file
		return nil
	})
	return files, err
}

// ownDir makes a temporary folder that the server may write to. Its name is short: that of
// a socket may have about a hundred bytes.
func ownDir() (string, error) {
	dir, err := os.MkdirTemp("", "pgtest-")
	if err != nil {
		return "", err
	}
	return dir, giveAway(dir)
}
