// Package dir sweeps what lies on disk: a folder, a file, standard input. Its
// [Walk] is also how the git source goes through a working tree: it knows which
// files are to be read and which are left out.
//
// # What is read
//
// Every regular file, but for
//
//   - folders that package managers fill (node_modules, virtual environments …):
//     they are not entered;
//   - in a git working tree, what git ignores, unless the name looks like that of
//     a file with secrets or with a local configuration (.env, keys, tfvars,
//     credentials …). Ignored folders are searched for such names, except those
//     that a build fills (dist, target …).
//
// All of it is counted as left out, and taken in where all files are asked for.
// A .gitignore outside of a git working tree ignores nothing. What git tracks is
// never left out.
//
// Links are not followed; devices, sockets and pipes are not opened, unless one
// is the very path to be swept. A repository within a folder has a history of
// its own: it is left to the caller, whole.
package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// Options say what to sweep.
type Options struct {
	Root        string // a folder, a file, or a pipe
	Filter      scanner.Filter
	MaxFileSize int64 // bytes; 0 is no limit
	AllFiles    bool  // leave nothing out by policy
	Workers     int   // how many files are read at once; 0 is one per processor

	// Repository gives the source that sweeps a git repository which lies in
	// the folder; path is Root's and the way to it. Nil makes each a Problem.
	Repository func(path string) scanner.Source
}

// New makes the source of a folder that is in no git repository, or of one file,
// wherever it lies. Places have the Root as it was given, and the path from
// there; those of a single file have no Root, and the path as it was given.
func New(o Options) scanner.Source {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return &source{Options: o}
}

type source struct {
	scanner.Here
	Options
}

func (s *source) Sweep(ctx context.Context, v scanner.Visitor) error {
	info, err := os.Stat(s.Root)
	switch {
	case err != nil:
		return fmt.Errorf("scan %s: %w", s.Root, Cause(err))
	case info.IsDir():
		return s.sweepFolder(ctx, v)
	}
	name := filepath.ToSlash(s.Root)
	c := detectors.Chunk{At: place.Place{Kind: place.File, Path: name, WorkTree: true}, Names: []string{name}}
	if !info.Mode().IsRegular() {
		return feedStream(ctx, v, c, func() (io.ReadCloser, error) { return os.Open(s.Root) })
	}
	target, err := filepath.EvalSymlinks(s.Root)
	if err != nil {
		return fmt.Errorf("scan %s: %w", s.Root, Cause(err))
	}
	return ReadFile(ctx, v, target, c, s.MaxFileSize)
}

func (s *source) sweepFolder(ctx context.Context, v scanner.Visitor) error {
	var repositories []string
	read, wait := Readers(ctx, v, s.Workers, s.MaxFileSize)
	err := Walk(ctx, v, WalkOptions{
		Root:       s.Root,
		AllFiles:   s.AllFiles,
		Filter:     s.Filter,
		Repository: func(path string) { repositories = append(repositories, path) },
	}, func(e Entry) {
		read(filepath.Join(s.Root, filepath.FromSlash(e.Path)), detectors.Chunk{
			At:    place.Place{Kind: place.File, Root: s.Root, Path: e.Path, WorkTree: true},
			Names: []string{e.Path},
		})
	})
	wait()
	if err != nil {
		return err
	}
	for _, path := range repositories {
		path = filepath.Join(s.Root, filepath.FromSlash(path))
		if s.Repository == nil {
			v.Problem(scanner.Problem{What: path, Err: errRepository})
			continue
		}
		v.Source(path, s.Repository(path))
	}
	return ctx.Err()
}

var errRepository = errors.New("a git repository of its own, which was not scanned")

// Cause is an error without the path that the caller names anyway.
func Cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
