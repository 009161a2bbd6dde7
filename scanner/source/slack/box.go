package slack

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/scanner"
)

// box is what an export is in: a ZIP or a folder.
type box interface {
	fs.FS
	io.Closer
	// list gives the files that are to be read, in an order that is always the same. It
	// tells of the others.
	list(s *sweep) []member
}

// member is a file in a box.
type member struct {
	path string // in the box
	size int64
	open func() (io.ReadCloser, error)
}

// openBox opens a folder, or a file that is a ZIP.
func openBox(name string) (box, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		root, err := os.OpenRoot(name)
		if err != nil {
			return nil, err
		}
		return folder{root.FS(), root}, nil
	case !info.Mode().IsRegular():
		return nil, errors.New("neither a folder nor a file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	list := &limitedAt{f, maxDirectory}
	z, err := zip.NewReader(list, info.Size())
	list.left = -1
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		f.Close()
		return nil, err
	}
	return zipped{z, f, info.Size()}, nil
}

// folder is one that an export was unpacked to.
type folder struct {
	fs.FS
	io.Closer
}

// Stat looks at a file without opening it: a pipe would be waited for.
func (f folder) Stat(name string) (fs.FileInfo, error) { return fs.Stat(f.FS, name) }

func (f folder) list(s *sweep) []member {
	var all []member
	_ = fs.WalkDir(f, ".", func(name string, e fs.DirEntry, err error) error { // whose error is ctx's
		switch {
		case s.ctx.Err() != nil:
			return s.ctx.Err()
		case err != nil:
			s.problem(name, err)
		case e.IsDir() && e.Name() == macFolder:
			s.visitor.LeftOut(scanner.LeftOut{Reason: scanner.Special, What: s.name(name)})
			return fs.SkipDir
		case e.IsDir():
		case !e.Type().IsRegular():
			s.visitor.LeftOut(scanner.LeftOut{Reason: scanner.Special, What: s.name(name)})
		default:
			info, err := e.Info()
			if err != nil {
				s.problem(name, err)
				return nil
			}
			open := func() (io.ReadCloser, error) { return f.Open(name) }
			all = append(all, member{name, info.Size(), open})
		}
		return nil
	})
	return all
}

// macFolder is what macOS puts into its ZIPs beside the files: icons and the like.
const macFolder = "__MACOSX"

// zipped is an export as Slack gives it.
type zipped struct {
	*zip.Reader
	io.Closer
	size int64
}

const (
	// maxDirectory bounds what is read of the list of a ZIP's files, and so the memory that
	// it takes: an entry has 46 bytes and its name.
	maxDirectory = 64 << 20
	// maxUnpacked is how long a file of a ZIP may get, and maxRatio how often its length
	// in the ZIP, if that is more. All files together may get that long, or maxRatio
	// times the ZIP. Text shrinks to a tenth; what is made to do harm, to a thousandth.
	maxUnpacked = 1 << 30
	maxRatio    = 100
)

// list keeps to what the ZIP says of its files. One that unpacks to more than it says
// is an error where it is read, as package zip has it.
func (z zipped) list(s *sweep) []member {
	var all []member
	unpacked := int64(0)
	for _, f := range z.File {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		packed, size := min(int64(f.CompressedSize64), z.size), int64(f.UncompressedSize64)
		const encrypted = 1
		switch {
		case f.Mode().IsDir() || strings.HasSuffix(name, "/"):
		case !fs.ValidPath(name):
			s.problem("", fmt.Errorf("read file %q: its name leads out of the export", f.Name))
		case !f.Mode().IsRegular() || strings.HasPrefix(name, macFolder+"/"):
			s.visitor.LeftOut(scanner.LeftOut{Reason: scanner.Special, What: s.name(name)})
		case f.Flags&encrypted != 0:
			s.problem(name, errors.New("encrypted"))
		case size < 0 || packed < 0 || size > max(maxUnpacked, maxRatio*packed) || size > max(maxUnpacked, maxRatio*z.size)-unpacked:
			s.problem(name, fmt.Errorf("unpacks to too much: it has %d bytes, and %d unpacked", f.CompressedSize64, f.UncompressedSize64))
		default:
			unpacked += size
			all = append(all, member{name, size, f.Open})
		}
	}
	// Of two files by the same name both are read.
	slices.SortStableFunc(all, func(a, b member) int {
		return cmp.Or(cmp.Compare(path.Dir(a.path), path.Dir(b.path)), cmp.Compare(a.path, b.path))
	})
	return all
}

// limitedAt reads as many bytes as are left, and any number if that is negative.
type limitedAt struct {
	r    io.ReaderAt
	left int64
}

func (l *limitedAt) ReadAt(p []byte, off int64) (int, error) {
	if l.left >= 0 {
		if l.left -= int64(len(p)); l.left < 0 {
			l.left = 0
			return 0, errors.New("its list of files is too long")
		}
	}
	return l.r.ReadAt(p, off)
}
