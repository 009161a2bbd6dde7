package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

// workTree is what a sweep learned of the files on disk.
type workTree struct {
	clean map[string]bool // files that are what the index has
	blobs map[int32]bool  // what they are in git
	inner []string        // folders that are repositories of their own
}

// inner are the paths of repositories that lie in the working tree.
func (s *sweep) inner() []string {
	paths := make([]string, len(s.work.inner))
	for i, p := range s.work.inner {
		paths[i] = filepath.Join(s.root, filepath.FromSlash(p))
	}
	return paths
}

// presentModules are the submodules that are checked out.
func (s *sweep) presentModules() []string {
	if s.repository.work == "" {
		return nil
	}
	var present []string
	for _, path := range s.index.modules {
		if _, err := os.Lstat(filepath.Join(s.repository.work, filepath.FromSlash(path), ".git")); err == nil {
			present = append(present, path)
		}
	}
	return present
}

// sweepPresent gives the files of the working tree, and those of the git folder
// that people or programs write text into. A file that is what the index has is
// not read again if its blob is swept anyway.
func (s *sweep) sweepPresent(ctx context.Context, v scanner.Visitor) error {
	s.work = workTree{clean: map[string]bool{}, blobs: map[int32]bool{}}
	if s.options.newOnly() {
		return nil
	}
	if s.options.HistoryOnly {
		s.work.inner = s.presentModules() // no walk comes upon them
		return nil
	}
	read, wait := dir.Readers(ctx, v, s.options.Workers, s.options.MaxFileSize)
	defer wait()
	if s.prefix == "" {
		if err := s.readGitDir(ctx, v, read); err != nil {
			return err
		}
	}
	if s.repository.work != "" {
		if err := s.readWorkTree(ctx, v, read); err != nil {
			return err
		}
	}
	if s.scope != nil {
		// What the index has and no file on disk holds as it is.
		for _, path := range s.index.paths {
			if !s.work.clean[path] {
				for _, b := range s.index.files[path].blobs {
					s.scope.add(b, s.names.paths.of(path), false)
				}
			}
		}
	}
	return nil
}

func (s *sweep) readWorkTree(ctx context.Context, v scanner.Visitor, read func(string, detectors.Chunk)) error {
	folders := map[string]bool{} // that have tracked files
	for _, file := range s.index.paths {
		for d := path.Dir(file); d != "." && !folders[d]; d = path.Dir(d) {
			folders[d] = true
		}
	}
	o := dir.WalkOptions{
		Root: s.repository.work, AllFiles: s.options.AllFiles, Filter: s.options.Filter,
		Ignores:    dir.GitIgnores(s.common),
		Tracked:    func(p string) bool { return s.index.files[p] != nil || folders[p] },
		Repository: func(p string) { s.work.inner = append(s.work.inner, p) },
	}
	return dir.Walk(ctx, v, o, func(e dir.Entry) {
		abs := filepath.Join(s.repository.work, filepath.FromSlash(e.Path))
		at := place.Place{Kind: place.File, Root: s.root, Path: e.Path, WorkTree: true, Local: !e.Tracked}
		if f := s.index.files[e.Path]; f != nil {
			info, err := e.Info()
			if err != nil {
				if !errors.Is(err, fs.ErrNotExist) { // else deleted meanwhile
					v.Problem(scanner.Problem{What: filepath.Join(s.root, e.Path), Err: err})
				}
				return
			}
			if len(f.blobs) == 1 && f.unchanged(info, s.index.writtenAt, s.db.Size(int(f.blobs[0]))) {
				s.work.clean[e.Path], s.work.blobs[f.blobs[0]] = true, true
				if s.options.wholeHistory() {
					v.Count(scanner.Files, 1) // its blob is swept
					return
				}
				at = place.Place{Kind: place.Object, Root: s.root, Path: e.Path, Object: f.id.String(), WorkTree: true}
			}
		}
		read(abs, detectors.Chunk{At: at, Names: []string{e.Path}})
	})
}

// readGitDir reads the text that the git folder holds beside objects, refs and
// index: config, hooks, reflogs, messages, what merges and rebases leave behind.
func (s *sweep) readGitDir(ctx context.Context, v scanner.Visitor, read func(string, detectors.Chunk)) error {
	dirs := []string{s.common}
	if s.gitDir != s.common {
		dirs = append(dirs, s.gitDir) // a linked worktree's lies in the common one's worktrees, or elsewhere
	}
	seen := map[string]bool{}
	for _, top := range dirs {
		err := filepath.WalkDir(top, func(file string, e fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				v.Problem(scanner.Problem{What: file, Err: err})
				return nil
			}
			rel, err := filepath.Rel(top, file)
			if err != nil {
				return err
			}
			rel = filepath.ToSlash(rel)
			switch {
			case e.IsDir() && isGitData(rel):
				return filepath.SkipDir
			case e.IsDir() || !e.Type().IsRegular() || isGitData(rel) || seen[file]:
				return nil
			}
			seen[file] = true
			shown := s.gitPath(rel)
			read(file, detectors.Chunk{
				At:    place.Place{Kind: place.File, Root: s.root, Path: shown, WorkTree: true, Local: true},
				Names: []string{shown},
			})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// isGitData tells whether a path in a git folder is read in another way (objects,
// refs, submodules) or holds no text of a person's (indexes, samples).
func isGitData(p string) bool {
	switch p {
	case "objects", "lfs", "packed-refs", "info/refs", "shallow", "reftable":
		return true
	}
	if _, own, ok := strings.Cut(strings.TrimPrefix(p, "worktrees/"), "/"); ok && strings.HasPrefix(p, "worktrees/") {
		p = own // a linked worktree's
	}
	return p == "refs" || p == "modules" || p == "index" ||
		strings.HasSuffix(p, ".sample") || strings.HasPrefix(path.Base(p), "sharedindex.") || strings.Contains(p, "fsmonitor--daemon")
}
