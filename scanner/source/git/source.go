// Package git is the source for git repositories: the whole object database with
// every path that each blob ever had, refs, index, git folder and working tree.
//
// A sweep goes down these steps, and each file of the package is one of them:
//
//	source.go      which repository a path is, or lies in; the ones inside it
//	repository.go  where the parts of a repository are, and who can read them
//	refs.go        names of commits
//	odb/           objects, read in the order in which packs keep them
//	graph.go       commits, numbered parents first; trees.go keeps the trees
//	paths.go       which paths each blob ever had
//	index.go       what is staged
//	narrow.go      what --staged, --since and --range leave of all that
//	sweep.go       texts to the visitor: blobs, messages, names
//	worktree.go    files on disk, those of the git folder too
//	locate.go      hits to places; runs.go follows a value through history
package git

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

// Options narrow what is swept. The zero Options sweep everything.
type Options struct {
	Filter      scanner.Filter
	MaxFileSize int64 // bytes; 0: no limit
	AllFiles    bool  // take in what is left out by policy
	Workers     int   // 0: as many as there are processors

	NoHistory   bool // only index, working tree and git folder
	HistoryOnly bool // only objects and refs

	// With one of these, only values are located that the base does not have:
	// neither in lines that the change removes nor in lines that it keeps.
	Staged bool   // the index against HEAD
	Since  string // what HEAD reaches and this revision doesn't
	Range  string // "A..B": what B reaches and A doesn't

	// IndexFile is read instead of the repository's own index: the one that git
	// makes for "commit -a" and "commit FILE", and names to hooks. "": its own.
	IndexFile string
}

// wholeHistory tells whether all objects are swept.
func (o *Options) wholeHistory() bool { return !o.NoHistory && !o.newOnly() }

// newOnly tells whether only what a base doesn't have counts.
func (o *Options) newOnly() bool { return o.Staged || o.commitsOnly() }

// commitsOnly tells whether only some commits are looked at.
func (o *Options) commitsOnly() bool { return o.Since != "" || o.Range != "" }

// UnknownRevisionError says that a revision leads to no commit.
type UnknownRevisionError struct {
	Revision string
	Shallow  bool // the clone is shallow, so the commit may just not be here
}

func (e *UnknownRevisionError) Error() string {
	if e.Shallow {
		return fmt.Sprintf("revision %q: not found in this shallow clone", e.Revision)
	}
	return fmt.Sprintf("revision %q: not found", e.Revision)
}

// NoRepositoryError says that there is no repository where one is needed.
type NoRepositoryError struct{ Path string }

func (e *NoRepositoryError) Error() string { return e.Path + ": not a git repository" }

// Open makes the source of a folder: a repository (bare, linked or not), a folder
// inside one, or a plain folder, with all repositories that lie in it.
//
// Open's and Sweep's errors may be *[NoRepositoryError] and *[UnknownRevisionError].
func Open(path string, o Options) (scanner.Source, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	repo, prefix, err := find(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	known := map[string]bool{}
	if repo != nil {
		repo.index = cmp.Or(o.IndexFile, repo.index)
		o.Filter = o.Filter.Within(prefix)
		return &source{options: o, repo: repo, prefix: prefix, known: known}, nil
	}
	if o.newOnly() || o.HistoryOnly {
		return nil, &NoRepositoryError{path}
	}
	return dir.New(dir.Options{
		Root: path, Filter: o.Filter, MaxFileSize: o.MaxFileSize, AllFiles: o.AllFiles, Workers: o.Workers,
		Repository: func(path string) scanner.Source { return &source{options: o, path: path, known: known} },
	}), nil
}

// find opens the repository that path is, or lies in; prefix is the way from the
// top of its working tree to path, "" for the top itself.
func find(path string) (repo *repository, prefix string, err error) {
	if repo, err = open(path, path); repo != nil || err != nil {
		return repo, "", err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, "", err
	}
	for up, root := filepath.Dir(abs), filepath.Join(path, ".."); up != filepath.Dir(up); up, root = filepath.Dir(up), filepath.Join(root, "..") {
		if _, err := os.Lstat(filepath.Join(up, ".git")); err != nil {
			continue
		}
		repo, err := open(up, root)
		if err != nil || repo == nil || repo.work == "" {
			return nil, "", err
		}
		rel, err := filepath.Rel(up, abs)
		return repo, filepath.ToSlash(rel), err
	}
	return nil, "", nil
}

// source is one repository and those that lie in its working tree or git folder.
type source struct {
	options Options
	path    string      // of a repository that another source came upon and that is not open yet
	repo    *repository // else
	prefix  string
	known   map[string]bool // git folders whose objects have been swept, in the whole family

	sweep  *sweep
	nested scanner.Nested
}

// Sweep gives the repository, then those inside it.
func (s *source) Sweep(ctx context.Context, v scanner.Visitor) error {
	if s.repo == nil {
		repo, err := open(s.path, s.path)
		if err != nil {
			return fmt.Errorf("open: %w", err)
		}
		if repo == nil {
			return errors.New("open: not a git repository")
		}
		s.repo = repo
	}
	o := s.options
	if s.known[s.repo.identity()] {
		o.NoHistory = true // a linked worktree of one that was swept
	}
	s.known[s.repo.identity()] = true
	s.nested = scanner.Nested{}
	s.sweep = &sweep{repository: s.repo, options: o, prefix: s.prefix}
	if err := s.sweep.run(ctx, v); err != nil {
		return err
	}
	if o.newOnly() {
		return ctx.Err()
	}
	for _, path := range s.sweep.inner() {
		if err := s.nested.Sweep(ctx, v, path, &source{options: s.options, path: path, known: s.known}); err != nil {
			return err
		}
	}
	return s.sweepModules(ctx, v)
}

// sweepModules sweeps submodules' repositories that no folder of the working tree
// led to, and says which submodules are not here at all.
func (s *source) sweepModules(ctx context.Context, v scanner.Visitor) error {
	if s.prefix != "" {
		return nil
	}
	modules := filepath.Join(s.repo.common, "modules")
	err := filepath.WalkDir(modules, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.IsDir() || path == modules || !isGitDir(path) {
			return ctx.Err() // a repository without submodules has no such folder
		}
		if s.known[identity(path)] {
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(s.repo.common, path)
		if err != nil {
			return err
		}
		shown := s.repo.gitPath(filepath.ToSlash(rel))
		shown = filepath.Join(s.repo.root, filepath.FromSlash(shown))
		inner := &source{options: s.options, known: s.known, repo: &repository{root: shown, gitDir: path, common: path}}
		inner.options.HistoryOnly = true
		if err := inner.repo.readFormat(); err != nil {
			v.Problem(scanner.Problem{What: shown, Err: err})
			return filepath.SkipDir
		}
		inner.repo.work = ""
		if err := s.nested.Sweep(ctx, v, shown, inner); err != nil {
			return err
		}
		return filepath.SkipDir
	})
	if err != nil {
		return fmt.Errorf("sweep submodules of %s: %w", s.repo.root, err)
	}
	for _, path := range s.sweep.index.modules {
		if _, err := os.Lstat(filepath.Join(s.repo.work, filepath.FromSlash(path), ".git")); err != nil {
			v.LeftOut(scanner.LeftOut{Reason: scanner.Submodule, What: filepath.Join(s.repo.root, path)})
		}
	}
	return nil
}

// Locate gives the places of the hits.
func (s *source) Locate(ctx context.Context, hits []scanner.Hit, found func(int, place.Place)) error {
	return s.nested.Locate(ctx, hits, found, s.sweep.locate)
}

// identity tells two ways to the same git folder apart from two folders.
func identity(gitDir string) string {
	if real, err := filepath.EvalSymlinks(gitDir); err == nil {
		gitDir = real
	}
	if abs, err := filepath.Abs(gitDir); err == nil {
		gitDir = abs
	}
	return gitDir
}

func (r *repository) identity() string { return identity(r.common) }

// gitPath is how the path of a file in the git folder is shown: from the root on.
func (r *repository) gitPath(path string) string {
	if r.work == "" {
		return path
	}
	return ".git/" + path
}
