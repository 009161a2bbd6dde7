package home

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

// Options say what to sweep.
type Options struct {
	Root        string // the home folder
	Filter      scanner.Filter
	MaxFileSize int64 // bytes; 0 is no limit
}

// New makes the source of the known places in a home folder. Each is told to the
// visitor's Progress right before it is read, such as "~/.npmrc (npm)". Places
// have the Root as it was given, and the path from there.
func New(o Options) scanner.Source { return &source{Options: o} }

type source struct {
	scanner.Here
	Options
}

func (s *source) Sweep(ctx context.Context, v scanner.Visitor) error {
	if _, err := os.ReadDir(s.Root); err != nil {
		return fmt.Errorf("scan %s: %w", s.Root, dir.Cause(err))
	}
	w := sweep{Options: s.Options, visitor: v, seen: make(map[string]bool)}
	for _, k := range places {
		for _, pattern := range k.patterns() {
			for _, p := range w.find(pattern) {
				if err := w.read(ctx, k.tool, p); err != nil {
					return err
				}
			}
		}
	}
	return ctx.Err()
}

// sweep is one Sweep of a source.
type sweep struct {
	Options
	visitor scanner.Visitor
	seen    map[string]bool // files that were looked at, and folders that are problems
	done    int64           // files that were read
}

// find gives what is there of a pattern.
func (w *sweep) find(pattern string) []string {
	found := []string{""}
	for segment := range strings.SplitSeq(pattern, "/") {
		var next []string
		for _, folder := range found {
			next = append(next, w.below(folder, segment)...)
		}
		found = next
	}
	return found
}

// below gives what a folder has of one segment of a pattern. If the folder can't
// be looked into, that is one problem, however many places are in it.
func (w *sweep) below(folder, segment string) []string {
	var (
		found []string
		err   error
	)
	if strings.ContainsAny(segment, "*?[") {
		var entries []fs.DirEntry
		entries, err = os.ReadDir(w.abs(folder))
		for _, e := range entries {
			if ok, _ := path.Match(segment, e.Name()); ok { // a test matches every pattern
				found = append(found, path.Join(folder, e.Name()))
			}
		}
	} else if _, err = os.Lstat(w.abs(path.Join(folder, segment))); err == nil {
		found = []string{path.Join(folder, segment)}
	}
	if err != nil && !isMissing(err) && !w.seen[folder] {
		w.seen[folder] = true
		w.visitor.Problem(scanner.Problem{What: w.name(folder), Err: dir.Cause(err)})
	}
	return found
}

// read reads a file once, however many patterns match it. An error is ctx's.
func (w *sweep) read(ctx context.Context, tool, p string) error {
	if w.seen[p] {
		return nil
	}
	w.seen[p] = true
	target, err := filepath.EvalSymlinks(w.abs(p))
	if isMissing(err) {
		return nil
	}
	var info fs.FileInfo
	if err == nil {
		info, err = os.Stat(target)
	}
	switch {
	case err != nil:
		w.visitor.Problem(scanner.Problem{What: w.name(p), Err: dir.Cause(err)})
	case info.IsDir():
	case !w.Filter.Admits(p):
		w.visitor.LeftOut(scanner.LeftOut{Reason: scanner.Filtered, What: w.name(p)})
	case !info.Mode().IsRegular():
		w.visitor.LeftOut(scanner.LeftOut{Reason: scanner.Special, What: w.name(p)})
	default:
		w.done++
		w.visitor.Progress(fmt.Sprintf("~/%s (%s)", p, tool), w.done, 0)
		return dir.ReadFile(ctx, w.visitor, target, detectors.Chunk{
			At:    place.Place{Kind: place.File, Root: w.Root, Path: p, WorkTree: true},
			Names: []string{p},
		}, w.MaxFileSize)
	}
	return nil
}

// abs is a path for the system.
func (w *sweep) abs(p string) string { return filepath.Join(w.Root, filepath.FromSlash(p)) }

// name is a path for a person.
func (w *sweep) name(p string) string { return filepath.ToSlash(w.abs(p)) }

// isMissing tells whether a path leads nowhere, be it that a folder on its way is
// a file.
func isMissing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}
