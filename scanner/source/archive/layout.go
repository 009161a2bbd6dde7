package archive

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

// IsLayout tells whether a folder is an OCI image layout, and not a git repository, whose
// history is worth more than the layers' numbers.
func IsLayout(folder string) bool {
	if _, err := os.Lstat(filepath.Join(folder, ".git")); err == nil {
		return false
	}
	for _, name := range []string{ociLayout, ociIndex} {
		if info, err := os.Lstat(filepath.Join(folder, name)); err != nil || !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}

// Layout makes the source of a folder that is an OCI image layout. Links in it are not
// followed, as in any other folder.
func Layout(folder string, o Options) scanner.Source {
	o.Limits = o.Limits.orDefault()
	return &layout{folder: folder, options: o}
}

type layout struct {
	scanner.Here
	folder  string
	options Options
}

func (l *layout) Sweep(ctx context.Context, v scanner.Visitor) error {
	root, err := os.OpenRoot(l.folder)
	if err != nil {
		return err
	}
	defer root.Close()
	u := &unpacker{Visitor: v, ctx: ctx, options: l.options, budget: &budget{Limits: l.options.Limits}}
	all := &folderFiles{folder: l.folder, root: root, known: map[string]bool{}}
	if err := u.walk(all); err != nil {
		return err
	}
	u.finish(filepath.ToSlash(l.folder), u.images(all, u.imagesOf(all)))
	return ctx.Err()
}

// walk lists the files of a folder.
func (u *unpacker) walk(all *folderFiles) error {
	return fs.WalkDir(all.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		c := all.chunk(name)
		switch {
		case u.ctx.Err() != nil:
			return u.ctx.Err()
		case err != nil:
			u.problem(&c, dir.Cause(err))
		case e.IsDir():
		case !e.Type().IsRegular():
			u.LeftOut(scanner.LeftOut{Reason: scanner.Special, What: scanner.NameOf(&c.At)})
		default:
			if info, err := e.Info(); err == nil {
				u.budget.packed += info.Size()
			}
			all.names = append(all.names, name)
			all.known[name] = true
		}
		return nil
	})
}

// folderFiles are the files of images in a folder.
type folderFiles struct {
	folder string
	root   *os.Root
	names  []string
	known  map[string]bool // those, and no others are opened
}

func (f *folderFiles) list() []string { return f.names }

func (f *folderFiles) target(name string) string { return name }

func (f *folderFiles) open(name string) (*io.SectionReader, func(), error) {
	if !f.known[name] {
		return nil, nil, fmt.Errorf("%s: %w", name, errAbsent)
	}
	file, err := f.root.Open(name)
	if err != nil {
		return nil, nil, dir.Cause(err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, nil, err
	}
	return io.NewSectionReader(file, 0, info.Size()), func() { _ = file.Close() }, nil
}

func (f *folderFiles) around(layer string) detectors.Chunk { return f.chunk(layer) }

func (f *folderFiles) chunk(name string) detectors.Chunk {
	return detectors.Chunk{At: place.Place{Kind: place.File, Root: f.folder, Path: name, WorkTree: true}, Names: []string{name}}
}
