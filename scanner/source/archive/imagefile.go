package archive

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// mayBeImage tells by a tar archive's first entry whether it may be one of images: docker,
// podman, buildx, skopeo and crane begin with a file that is named after a digest, or with
// one of those that say what there is.
func mayBeImage(first string) bool {
	first = strings.TrimPrefix(first, "./")
	for _, name := range []string{"blobs/", "sha256:", dockerManifest, ociIndex, ociLayout, "repositories"} {
		if strings.HasPrefix(first, name) {
			return true
		}
	}
	const digest = 64
	return len(first) >= digest && strings.Trim(first[:digest], "0123456789abcdef") == ""
}

// tarFiles are the files of an image in a tar archive.
type tarFiles struct {
	archive *detectors.Chunk
	text    io.ReaderAt
	names   []string
	spans   map[string][2]int64 // where each begins, and its length
}

// imageIn gives the files of a tar archive if these are images; nil if they aren't.
func (u *unpacker) imageIn(archive *detectors.Chunk, text io.ReaderAt, size int64) (*tarFiles, error) {
	r := io.NewSectionReader(text, 0, size)
	all := &tarFiles{archive: archive, text: text, spans: map[string][2]int64{}}
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return nil, nil // it is read as any other, up to there
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if len(all.names) == u.budget.Members {
			return nil, fmt.Errorf("more than %d files: %w", u.budget.Members, errLimit)
		}
		start, err := r.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil, err
		}
		name, _ := cleanName(h.Name)
		if _, twice := all.spans[name]; !twice {
			all.names = append(all.names, name)
		}
		all.spans[name] = [2]int64{start, h.Size}
	}
	_, docker := all.spans[dockerManifest]
	_, index := all.spans[ociIndex]
	_, layout := all.spans[ociLayout]
	if !docker && !(index && layout) {
		return nil, nil
	}
	return all, nil
}

func (t *tarFiles) list() []string { return t.names }

func (t *tarFiles) open(name string) (*io.SectionReader, func(), error) {
	span, ok := t.spans[name]
	if !ok {
		return nil, nil, fmt.Errorf("%s: %w", name, errAbsent)
	}
	return io.NewSectionReader(t.text, span[0], span[1]), func() {}, nil
}

func (t *tarFiles) around(string) detectors.Chunk { return *t.archive }

func (t *tarFiles) chunk(name string) detectors.Chunk { return within(t.archive, name) }

// IsLayout tells whether a folder is an OCI image layout.
func IsLayout(folder string) bool {
	for _, name := range []string{ociLayout, ociIndex} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}

// Layout makes the source of a folder that is an OCI image layout.
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
	b := &budget{Limits: l.options.Limits}
	u := &unpacker{Visitor: v, ctx: ctx, options: l.options, budget: b}
	all := &folderFiles{folder: l.folder}
	err := filepath.WalkDir(l.folder, func(file string, e fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			v.Problem(scanner.Problem{What: filepath.ToSlash(file), Err: err})
			return nil
		case !e.Type().IsRegular():
			return nil
		}
		name, err := filepath.Rel(l.folder, file)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil {
			b.packed += info.Size()
		}
		all.names = append(all.names, filepath.ToSlash(name))
		return nil
	})
	if err != nil {
		return err
	}
	if err := u.images(all); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		v.Problem(scanner.Problem{What: filepath.ToSlash(l.folder), Err: err})
	}
	v.Count(scanner.Members, int64(b.members))
	return ctx.Err()
}

// folderFiles are the files of an image in a folder.
type folderFiles struct {
	folder string
	names  []string
}

func (f *folderFiles) list() []string { return f.names }

func (f *folderFiles) path(name string) string {
	return filepath.Join(f.folder, filepath.FromSlash(name))
}

func (f *folderFiles) open(name string) (*io.SectionReader, func(), error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, nil, fmt.Errorf("%s: a name that leads out of the image", name)
	}
	file, err := os.Open(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%s: %w", name, errAbsent)
	}
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		_ = file.Close()
		return nil, nil, fmt.Errorf("%s: no regular file", name)
	}
	return io.NewSectionReader(file, 0, info.Size()), func() { _ = file.Close() }, nil
}

func (f *folderFiles) around(layer string) detectors.Chunk { return f.chunk(layer) }

func (f *folderFiles) chunk(name string) detectors.Chunk {
	return detectors.Chunk{At: place.Place{Kind: place.File, Root: f.folder, Path: name, WorkTree: true}, Names: []string{name}}
}
