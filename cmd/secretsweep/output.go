package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// output is where a report goes. A regular file is replaced as a whole by
// Commit; before that nothing of it can be seen. A device, FIFO or pipe is
// written to, and never removed.
type output struct {
	w      *bufio.Writer
	path   string      // the file to replace, links followed; "" if w is written to directly
	mode   fs.FileMode // of the new file
	narrow bool        // whether it has that mode also where the one that it replaces has another
	temp   *os.File    // nil until something is written
	direct *os.File    // the device or pipe that is written to
}

// openOutput checks where a report can go, and leaves it untouched: a scan may
// run for long, and what it scans may lie in the same folder. path "" and "-"
// are stdout, unless that is nil. private keeps a new file from other users.
func openOutput(path string, stdout io.Writer, private bool) (*output, error) {
	if stdout != nil && (path == "" || path == "-" || path == "/dev/stdout") {
		return &output{w: bufio.NewWriter(stdout)}, nil
	}
	out := &output{path: path, mode: 0o666}
	if private {
		out.mode = 0o600
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := isFolder(filepath.Dir(path)); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, fmt.Errorf("output: %w", err)
	case info.IsDir():
		return nil, withHint(fmt.Errorf("output: %q is a folder", path), "give the name of a file in it")
	case info.Mode().IsRegular():
		if out.path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, fmt.Errorf("output: %w", err)
		}
		out.mode = info.Mode().Perm()
	default:
		if out.direct, err = os.OpenFile(path, os.O_WRONLY, 0); err != nil {
			return nil, fmt.Errorf("output: %w", err)
		}
		out.path = ""
		out.w = bufio.NewWriter(out.direct)
		return out, nil
	}
	// Better told now than after the scan.
	probe, err := out.createTemp()
	if err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	out.w = bufio.NewWriter(lazyTemp{out})
	return out, errors.Join(probe.Close(), os.Remove(probe.Name()))
}

func isFolder(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return withHint(fmt.Errorf("output: %w", err), "create the folder first")
	}
	if !info.IsDir() {
		return withHint(fmt.Errorf("output: %q is no folder", dir), "check the path")
	}
	return nil
}

// Narrow keeps the new file from other users, whoever could read the one that it replaces.
func (o *output) Narrow() { o.mode, o.narrow = 0o600, true }

// Write adds to the report.
func (o *output) Write(p []byte) (int, error) { return o.w.Write(p) }

// lazyTemp creates the file that will replace the output at the first write.
type lazyTemp struct{ *output }

func (l lazyTemp) Write(p []byte) (int, error) {
	if l.temp == nil {
		f, err := l.createTemp()
		if err != nil {
			return 0, err
		}
		l.temp = f
	}
	return l.temp.Write(p)
}

// createTemp creates a file beside the one that it is to replace.
func (o *output) createTemp() (*os.File, error) {
	// os.CreateTemp would ignore the umask that a new file is due.
	name := filepath.Join(filepath.Dir(o.path), "."+filepath.Base(o.path)+"."+rand.Text()+".tmp")
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, o.mode)
	if err != nil {
		return nil, withHint(fmt.Errorf("a new %q can't be created: %w", o.path, underlying(err)), "check who may write to the folder")
	}
	return f, nil
}

// underlying is what the system says, without the name of the file.
func underlying(err error) error {
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		return at.Err
	}
	return err
}

// Commit ends the report and puts it in its place.
func (o *output) Commit() error {
	if err := o.w.Flush(); err != nil {
		o.Discard()
		return fmt.Errorf("output: %w", err)
	}
	switch {
	case o.direct != nil:
		err := o.direct.Close()
		o.direct = nil
		return err
	case o.path == "":
		return nil
	}
	if o.temp == nil { // an empty report is a report too
		if _, err := (lazyTemp{o}).Write(nil); err != nil {
			return fmt.Errorf("output: %w", err)
		}
	}
	err := errors.Join(o.keepMode(), o.temp.Sync(), o.temp.Close())
	if err == nil {
		err = os.Rename(o.temp.Name(), o.path)
	}
	if err != nil {
		os.Remove(o.temp.Name())
		return fmt.Errorf("output: %w", err)
	}
	o.temp = nil
	return nil
}

// keepMode gives the new file the mode of the one that it replaces, which the
// umask may have narrowed.
func (o *output) keepMode() error {
	info, err := os.Stat(o.path)
	if err != nil || o.narrow {
		return nil // there is none, or it doesn't matter
	}
	return o.temp.Chmod(info.Mode().Perm())
}

// Discard takes away what was written so far. It does nothing after Commit.
func (o *output) Discard() {
	if o.direct != nil {
		_ = o.direct.Close()
		o.direct = nil
	}
	if o.temp != nil {
		o.temp.Close()
		os.Remove(o.temp.Name())
		o.temp = nil
	}
}

// replaceFile writes a whole file at once, or leaves it as it was.
func replaceFile(path string, write func(io.Writer) error) error {
	return replace(path, false, write)
}

// replacePrivate is replaceFile for a file that is for its owner alone.
func replacePrivate(path string, data []byte) error {
	return replace(path, true, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func replace(path string, private bool, write func(io.Writer) error) error {
	out, err := openOutput(path, nil, private)
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := write(out); err != nil {
		return err
	}
	return out.Commit()
}
