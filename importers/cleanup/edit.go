package cleanup

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Edit is a change of one file. Its texts may have secrets in them: it prints and marshals
// without them.
type Edit struct {
	Path   string      // absolute, and without symbolic links on the way
	Before []byte      `json:"-"` // what it was made from; nil if there is no file
	After  []byte      `json:"-"` // what the file is to be
	Mode   fs.FileMode // that it is to have: its own, if there is one

	shownBefore, shownAfter string
}

// Masked gives both texts with every known value masked. They may be hostile.
func (e *Edit) Masked() (before, after string) { return e.shownBefore, e.shownAfter }

// Format hides the texts from every verb of fmt.
func (e Edit) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "edit of %s", e.Path) }

// Why an edit is refused.
var (
	ErrChanged    = errors.New("it has changed since it was read")
	ErrNotRegular = errors.New("it is no regular file")
	ErrReadOnly   = errors.New("it is read-only")
	ErrLinked     = errors.New("a symbolic link leads there")
	ErrOwner      = errors.New("it is another's, or another group's, and a new one wouldn't be")
)

// Apply writes the file, as a whole or not at all. It does nothing if the file is as it is
// to be. Its error is one of the above where it refuses, and names the file.
func (e *Edit) Apply() error {
	done, err := e.check()
	if err != nil || done {
		return err
	}
	if err := e.write(); err != nil {
		return fmt.Errorf("change %s: %w", e.Path, underlying(err))
	}
	return nil
}

// check tells whether the edit is done already, and refuses one of a file that is
// another than the one that was read.
func (e *Edit) check() (done bool, err error) {
	text, _, err := readRegular(e.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && e.Before == nil:
		return false, nil
	case errors.Is(err, fs.ErrNotExist):
		err = ErrChanged
	case err == nil && bytes.Equal(text, e.After):
		return true, nil
	case err == nil && (e.Before == nil || !bytes.Equal(text, e.Before)):
		err = ErrChanged
	}
	if err != nil {
		return false, fmt.Errorf("change %s: %w", e.Path, underlying(err))
	}
	return false, nil
}

// write puts a new file in the place of the old one.
func (e *Edit) write() error {
	name := filepath.Join(filepath.Dir(e.Path), "."+filepath.Base(e.Path)+"."+rand.Text()+".tmp")
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, e.Mode)
	if err != nil {
		return err
	}
	_, err = f.Write(e.After)
	if err == nil && e.Before != nil {
		err = e.keep(f)
	}
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(name, e.Path)
	}
	if err != nil {
		os.Remove(name)
	}
	return err
}

// keep gives the new file the owner of the old one, and of its mode what it still has.
func (e *Edit) keep(f *os.File) error {
	old, err := os.Lstat(e.Path)
	if err == nil {
		err = keepOwner(f, old)
	}
	if err == nil {
		err = f.Chmod(e.Mode & old.Mode()) // the umask may have narrowed it
	}
	return err
}

// maxFile is the size in bytes beyond which a file isn't changed.
const maxFile = 16 << 20

// readRegular reads a file that may be changed, and gives its mode.
func readRegular(path string) ([]byte, fs.FileMode, error) {
	folder := filepath.Dir(path)
	if real, err := filepath.EvalSymlinks(folder); err != nil {
		return nil, 0, err
	} else if real != folder {
		return nil, 0, ErrLinked
	}
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil, 0, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, 0, ErrLinked
	case !info.Mode().IsRegular():
		return nil, 0, ErrNotRegular
	case info.Mode()&0o200 == 0:
		return nil, 0, ErrReadOnly
	case info.Size() > maxFile:
		return nil, 0, fmt.Errorf("it is larger than %d MB", maxFile>>20)
	}
	text, err := os.ReadFile(path)
	return text, info.Mode().Perm(), err
}

// underlying is what the system says, without the name of the file.
func underlying(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	if at, ok := errors.AsType[*os.LinkError](err); ok {
		return at.Err
	}
	return err
}
