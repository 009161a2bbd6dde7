// Package git is the source for git repositories: the whole object database with
// every path that each blob ever had, refs, index, git folder and working tree.
//
// A sweep goes down these steps, and each file of the package is one of them:
//
//	source.go      which repository a path is, or lies in; the ones inside it
//	repository.go  where the parts of a repository are, and who can read them
//	refs.go        names of commits
//	odb/           objects, read in the order in which packs keep them
//	graph.go       commits, numbered parents first; trees.go, lists.go and table.go keep the trees
//	paths.go       which paths each blob ever had
//	index.go       what is staged
//	narrow.go      what --staged, --since and --range leave of all that
//	sweep.go       texts to the visitor: blobs, messages, names
//	worktree.go    files on disk, those of the git folder too
//	locate.go      hits to places; runs.go follows a value through history
//
// Beside it, changes.go compares single files over a range, text.go reads one text
// again, and binary.go runs the git program for what can't be read without it.
package git

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

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

// indexOnly tells whether of the history only HEAD is looked at.
func (o *Options) indexOnly() bool { return o.Staged || o.NoHistory }

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
		if _, err := os.Stat(repo.index); o.Staged && repo.work == "" && err != nil {
			return nil, fmt.Errorf("open %s: a bare repository, where nothing is staged", path)
		}
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

// Origin gives the address that a repository was cloned from, as its config has it, which may
// have a secret in it; "" for what is no repository, or has no such address.
func Origin(folder string) string {
	repo, err := open(folder, folder)
	if err != nil || repo == nil {
		return ""
	}
	text, err := os.ReadFile(filepath.Join(repo.common, "config"))
	if err != nil {
		return ""
	}
	origin := ""
	dir.ParseConfig(text, func(section, key, value string) {
		if section == `remote "origin"` && key == "url" && origin == "" {
			origin = value
		}
	})
	return origin
}

// Around gives the top of the working tree that a folder lies in, and the way from there to
// the folder; "" where it lies in none.
func Around(folder string) (top, way string) {
	repo, way, err := find(folder)
	if err != nil || repo == nil || repo.work == "" {
		return "", ""
	}
	return repo.work, way
}

// find opens the repository that path is, or lies in; prefix is the way from the
// top of its working tree to path, "" for the top itself.
func find(path string) (repo *repository, prefix string, err error) {
	if repo, err = open(path, path); repo != nil || err != nil {
		return repo, "", err
	}
	// As git does, go up from where path really is.
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return nil, "", err
	}
	root := path
	for below, up := real, filepath.Dir(real); below != up; below, up = up, filepath.Dir(up) {
		root = filepath.Join(root, "..")
		if filepath.Base(below) == ".git" {
			return nil, "", nil // a folder of a git folder is one like any other
		}
		if !hasDotGit(up) {
			continue
		}
		if !sameFile(root, up) { // path goes over a link
			root = up
		}
		repo, err := open(up, root)
		if err != nil || repo == nil || repo.work == "" {
			return nil, "", err
		}
		rel, err := filepath.Rel(up, real)
		return repo, filepath.ToSlash(rel), err
	}
	return nil, "", nil
}

// hasDotGit tells whether a folder is a working tree's top, as far as its .git
// looks like one.
func hasDotGit(folder string) bool {
	dotGit := filepath.Join(folder, ".git")
	info, err := os.Stat(dotGit)
	if err == nil && info.IsDir() {
		_, err = os.Lstat(filepath.Join(dotGit, "HEAD"))
	}
	return err == nil
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// source is one repository and those that lie in its working tree or git folder.
type source struct {
	options Options
	path    string      // of a repository that another source came upon and that is not open yet
	repo    *repository // else
	prefix  string
	known   map[string]bool // git folders whose objects have been swept, in the whole family

	sweep *sweep
}

// Sweep gives the repository, and names those inside it.
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
	s.sweep = &sweep{repository: s.repo, options: o, prefix: s.prefix}
	if err := s.sweep.run(ctx, v); err != nil {
		return err
	}
	if o.newOnly() {
		return ctx.Err()
	}
	inner := s.options
	inner.Filter = inner.Filter.Within("") // the folder was one of this repository
	for _, path := range s.sweep.inner() {
		v.Source(path, &source{options: inner, path: path, known: s.known})
	}
	if s.prefix != "" {
		return nil
	}
	if err := s.sweepModules(ctx, v); err != nil {
		return err
	}
	if s.path == "" { // else the outer source comes upon them too
		s.leaveOutWorkTrees(v)
	}
	return nil
}

// sweepModules sweeps submodules' repositories that no folder of the working tree
// led to, and says which submodules are not here at all.
func (s *source) sweepModules(ctx context.Context, v scanner.Visitor) error {
	tops := []string{filepath.Join(s.repo.common, "modules")}
	linked, err := filepath.Glob(filepath.Join(s.repo.common, "worktrees", "*", "modules"))
	if err != nil {
		return err
	}
	here := s.innerGitDirs()
	for _, modules := range append(tops, linked...) {
		if err := s.sweepModulesIn(ctx, v, modules, here); err != nil {
			return fmt.Errorf("sweep submodules of %s: %w", s.repo.root, err)
		}
	}
	present := s.sweep.presentModules()
	for _, path := range s.sweep.index.modules {
		if !slices.Contains(present, path) {
			v.LeftOut(scanner.LeftOut{Reason: scanner.Submodule, What: filepath.Join(s.repo.root, path)})
		}
	}
	return nil
}

func (s *source) sweepModulesIn(ctx context.Context, v scanner.Visitor, modules string, here map[string]bool) error {
	return filepath.WalkDir(modules, func(path string, e os.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil || errors.Is(err, fs.ErrNotExist):
			return ctx.Err() // a repository without submodules has no such folder
		case err != nil:
			v.Problem(scanner.Problem{What: path, Err: err})
			return nil
		case !e.IsDir() || path == modules || !isGitDir(path):
			return nil
		case here[identity(path)]:
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(s.repo.common, path)
		if err != nil {
			return err
		}
		shown := s.repo.gitPath(filepath.ToSlash(rel))
		shown = filepath.Join(s.repo.root, filepath.FromSlash(shown))
		repo, err := open(path, shown)
		if err != nil {
			v.Problem(scanner.Problem{What: shown, Err: err})
			return filepath.SkipDir
		}
		repo.work = "" // its config names a folder that isn't its own any more
		v.Source(shown, &source{options: s.options, repo: repo, known: s.known})
		return filepath.SkipDir
	})
}

// innerGitDirs are the git folders, by identity, that .git files in the working
// tree lead to.
func (s *source) innerGitDirs() map[string]bool {
	dirs := map[string]bool{}
	for _, path := range s.sweep.work.inner {
		if gitDir, err := readGitFile(filepath.Join(s.repo.work, filepath.FromSlash(path), ".git")); err == nil {
			dirs[identity(gitDir)] = true
		}
	}
	return dirs
}

// leaveOutWorkTrees says which other working trees of the repository lie
// elsewhere. Their commits are swept; their files are not.
func (s *source) leaveOutWorkTrees(v scanner.Visitor) {
	if s.options.HistoryOnly {
		return
	}
	swept := s.innerGitDirs()
	swept[identity(s.repo.gitDir)] = true
	leaveOut := func(gitDir, dotGit string) {
		if _, err := os.Stat(dotGit); err == nil && !swept[identity(gitDir)] { // else removed by hand
			v.LeftOut(scanner.LeftOut{Reason: scanner.WorkTrees, What: filepath.Dir(dotGit)})
		}
	}
	if filepath.Base(s.repo.common) == ".git" {
		leaveOut(s.repo.common, s.repo.common)
	}
	linked, _ := filepath.Glob(filepath.Join(s.repo.common, "worktrees", "*", "gitdir")) // the pattern is well-formed
	for _, file := range linked {
		if dotGit, err := os.ReadFile(file); err == nil {
			gitDir := filepath.Dir(file)
			leaveOut(gitDir, resolve(gitDir, strings.TrimSpace(string(dotGit))))
		}
	}
}

// Locate gives the places of the hits, and lets go of all that Sweep learned.
func (s *source) Locate(ctx context.Context, hits []scanner.Hit, found func(int, place.Place)) error {
	defer func() { s.sweep = nil }()
	return s.sweep.locate(ctx, hits, found)
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
