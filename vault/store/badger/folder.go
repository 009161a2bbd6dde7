package badger

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// folder is where a store is. What is done to it is done by who has its lock, other than
// prepare.
type folder struct {
	dir   string
	group bool // its members may open the store too
}

func (f folder) data() string  { return filepath.Join(f.dir, "data") }
func (f folder) fresh() string { return filepath.Join(f.dir, "data.new") }
func (f folder) old() string   { return filepath.Join(f.dir, "data.old") }

// openFolder finds the folder of a store.
func openFolder(dir string) (folder, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return folder{}, err
	}
	if !info.IsDir() {
		return folder{}, fmt.Errorf("%s: not a folder", dir)
	}
	f := folder{dir: dir, group: runtime.GOOS != "windows" && info.Mode().Perm()&0o070 == 0o070}
	if !exists(f.data()) && !exists(f.old()) {
		return folder{}, fmt.Errorf("%s: no store there: %w", dir, fs.ErrNotExist)
	}
	return f, nil
}

// prepare makes the folder of a new store. One where that was begun once will do.
func prepare(dir, group string) (folder, error) {
	f := folder{dir: dir, group: group != ""}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return f, err
	}
	if exists(f.data()) || exists(f.old()) {
		return f, fmt.Errorf("%s: %w", dir, fs.ErrExist)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return f, err
	}
	for _, e := range entries {
		if !slices.Contains([]string{"lock", "queue", "holder", "data.new"}, e.Name()) {
			return f, fmt.Errorf("%s: not empty", dir)
		}
	}
	if err := f.admit(group); err != nil {
		return f, err
	}
	for _, name := range []string{"lock", "queue", "holder"} {
		file, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o600)
		if err == nil {
			err = file.Close()
		}
		if err != nil {
			return f, err
		}
	}
	return f, f.share()
}

// admit lets the group into the folder, or nobody but the owner.
func (f folder) admit(group string) error {
	if !f.group {
		return os.Chmod(f.dir, 0o700)
	}
	gid, err := groupID(group)
	if err != nil {
		return err
	}
	if err := os.Chown(f.dir, -1, gid); err != nil {
		return err
	}
	return os.Chmod(f.dir, 0o770|fs.ModeSetgid)
}

// share lets the group write what this user has made. The new files have the group of
// the folder, but not its permissions: Badger's have those that it gives them.
func (f folder) share() error {
	if !f.group {
		return nil
	}
	return filepath.WalkDir(f.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == f.dir || !e.IsDir() && !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // Badger removes files at any time
		}
		want := fs.FileMode(0o660)
		if e.IsDir() {
			want = 0o770 | fs.ModeSetgid
		}
		if err != nil || info.Mode()&(fs.ModePerm|fs.ModeSetgid) == want {
			return err
		}
		err = os.Chmod(path, want)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// settle brings a swap that was interrupted to its end, and removes what is left over.
// A database is complete once it is called data.new and data.old is there, or data.
func (f folder) settle() error {
	switch {
	case exists(f.data()):
		// Either the swap is done, or its first step wasn't.
	case exists(f.old()) && exists(f.fresh()):
		if err := os.Rename(f.fresh(), f.data()); err != nil {
			return err
		}
	case exists(f.old()):
		if err := os.Rename(f.old(), f.data()); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%s: no store there: %w", f.dir, fs.ErrNotExist)
	}
	return f.clean()
}

// clean removes what is left over beside data.
func (f folder) clean() error {
	if !exists(f.fresh()) && !exists(f.old()) {
		return nil
	}
	if err := syncFolder(f.dir); err != nil { // data first
		return err
	}
	if err := errors.Join(os.RemoveAll(f.fresh()), os.RemoveAll(f.old())); err != nil {
		return err
	}
	return syncFolder(f.dir)
}

// mend removes the logs that are empty: those of a process that was killed when it had
// just made one, or was just about to remove it. Badger refuses to open a database that
// has such.
func (f folder) mend() error {
	for _, kind := range []string{".mem", ".vlog"} {
		for log, err := range f.files(kind) {
			if err == nil && log.Size() == 0 {
				err = os.Remove(filepath.Join(f.data(), log.Name()))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// files gives the files of the database whose names have an ending. Badger may remove
// some meanwhile.
func (f folder) files(ending string) iter.Seq2[fs.FileInfo, error] {
	return func(yield func(fs.FileInfo, error) bool) {
		entries, err := os.ReadDir(f.data())
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			yield(nil, err)
			return
		}
		for _, e := range entries {
			if filepath.Ext(e.Name()) != ending {
				continue
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if !yield(info, err) || err != nil {
				return
			}
		}
	}
}

// swap puts a complete data.new in the place of data.
func (f folder) swap() error {
	if err := syncFolder(f.dir); err != nil {
		return err
	}
	if exists(f.data()) {
		if err := os.Rename(f.data(), f.old()); err != nil {
			return err
		}
	}
	if err := os.Rename(f.fresh(), f.data()); err != nil {
		return err
	}
	if err := syncFolder(f.dir); err != nil {
		return err
	}
	return f.clean()
}

// room gives an error if there is no room on the disk for a copy of the tables, for what
// Badger writes by itself, and for as many bytes more. Badger would be killed by the lack
// of it.
func (f folder) room(more int) error {
	const margin = 32 << 20 // two write-ahead logs of 8 MB and the tables made of them
	need := uint64(margin + more)
	for table, err := range f.files(".sst") {
		if err != nil {
			return err
		}
		need += uint64(table.Size())
	}
	have, err := free(f.dir)
	if err != nil {
		return err
	}
	if have < need {
		return fmt.Errorf("no room on the disk of %s: %d MB are needed, %d MB are free", f.dir, need>>20+1, have>>20)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// syncFolder makes durable which files a folder has. Windows does so by itself.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
