package dir

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/secretsweep/secretsweep/scanner"
)

// WalkOptions say what to walk and what to leave out.
type WalkOptions struct {
	Root     string   // a folder; of a git working tree, the top one
	Ignores  *Ignores // nil outside of git
	AllFiles bool     // leave nothing out by policy
	Filter   scanner.Filter

	// Tracked tells whether git tracks the file of that path, or any file in
	// the folder of that path. Nil: nothing is tracked.
	Tracked func(path string) bool
	// Repository takes the path of each folder below Root that is a repository
	// of its own, with a .git or bare. It is not entered. Nil makes each a Problem.
	Repository func(path string)
}

// Entry is a regular file that is to be read.
type Entry struct {
	Path string // relative to Root, with forward slashes
	fs.DirEntry
	Tracked bool
	Ignored bool // by git; never together with Tracked
}

// Walk calls fn for each file below the root that is to be read, from this
// goroutine, folder by folder in the order of names. What it leaves out, and
// what can't be read, it tells the visitor. Paths are relative to Root, with
// forward slashes; problems and what is left out are named from Root on.
//
// The .git of Root itself is the caller's business. An error is ctx's, or says
// that Root can't be read at all.
func Walk(ctx context.Context, v scanner.Visitor, o WalkOptions, fn func(Entry)) error {
	if o.Tracked == nil {
		o.Tracked = func(string) bool { return false }
	}
	w := walker{WalkOptions: o, visitor: v, fn: fn}
	entries, err := os.ReadDir(o.Root)
	if err != nil {
		return fmt.Errorf("scan %s: %w", o.Root, Cause(err))
	}
	top := folder{}
	if o.Ignores != nil {
		top.ignores = o.Ignores.outer
	}
	return w.walk(ctx, top, entries)
}

type walker struct {
	WalkOptions
	visitor scanner.Visitor
	fn      func(Entry)
}

// folder is one that is being walked.
type folder struct {
	path       string      // "" for the root
	ignores    *ignoreFile // the innermost one in force
	ignored    bool
	dependency bool // or build output: only tracked files are to be read
}

func (f folder) join(name string) string {
	if f.path == "" {
		return name
	}
	return f.path + "/" + name
}

// enter walks a folder below the root.
func (w *walker) enter(ctx context.Context, f folder) error {
	entries, err := os.ReadDir(w.abs(f.path))
	if err != nil {
		w.visitor.Problem(scanner.Problem{What: w.name(f.path), Err: Cause(err)})
	}
	switch {
	case isRepository(w.abs(f.path), entries, w.Tracked(f.path)):
		w.repository(f.path)
		return nil
	case !w.AllFiles && !f.dependency && isVirtualEnv(entries):
		if !w.Tracked(f.path) {
			w.leaveOut(scanner.Dependency, f.path, 1)
			return nil
		}
		f.dependency = true
	}
	return w.walk(ctx, f, entries)
}

// walk walks what a folder has.
func (w *walker) walk(ctx context.Context, f folder, entries []fs.DirEntry) error {
	if w.Ignores != nil && !f.ignored {
		f.ignores = w.Ignores.inner(f.ignores, w.abs(f.path), f.path)
	}
	left := make(map[scanner.Reason]int64)
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch p := f.join(e.Name()); {
		case p == ".git":
		case e.IsDir():
			if err := w.folder(ctx, f, p); err != nil {
				return err
			}
		case !e.Type().IsRegular():
			w.leaveOut(scanner.Special, p, 1)
		default:
			if reason := w.file(f, p, e); reason != "" {
				left[reason]++
			}
		}
	}
	for _, reason := range []scanner.Reason{scanner.Filtered, scanner.Dependency, scanner.Ignored} {
		if left[reason] > 0 {
			w.leaveOut(reason, f.path, left[reason])
		}
	}
	return nil
}

// folder enters a folder, or leaves it out.
func (w *walker) folder(ctx context.Context, in folder, p string) error {
	if w.Filter.Excludes(p) {
		w.leaveOut(scanner.Filtered, p, 1)
		return nil
	}
	f := in
	f.path = p
	f.ignored = in.ignored || in.ignores.match(p, true)
	if !w.AllFiles && !in.dependency && (isDependency(p) || f.ignored && isOutput(p)) {
		if !w.Tracked(p) {
			w.leaveOut(scanner.Dependency, p, 1)
			return nil
		}
		f.dependency = true
	}
	return w.enter(ctx, f)
}

// file gives a file to the callback, or tells why it is left out.
func (w *walker) file(in folder, p string, e fs.DirEntry) scanner.Reason {
	if !w.Filter.Admits(p) {
		return scanner.Filtered
	}
	entry := Entry{Path: p, DirEntry: e, Tracked: w.Tracked(p)}
	if !entry.Tracked {
		if in.dependency {
			return scanner.Dependency
		}
		entry.Ignored = in.ignored || in.ignores.match(p, false)
		if entry.Ignored && !w.AllFiles && !holdsSecrets(p) {
			return scanner.Ignored
		}
	}
	w.fn(entry)
	return ""
}

func (w *walker) repository(p string) {
	if w.Repository == nil {
		w.visitor.Problem(scanner.Problem{What: w.name(p), Err: errRepository})
		return
	}
	w.Repository(p)
}

func (w *walker) leaveOut(r scanner.Reason, p string, count int64) {
	w.visitor.LeftOut(scanner.LeftOut{Reason: r, What: w.name(p), Count: count})
}

// abs is a path for the system.
func (w *walker) abs(p string) string { return filepath.Join(w.Root, filepath.FromSlash(p)) }

// name is a path for a person.
func (w *walker) name(p string) string { return filepath.ToSlash(filepath.Join(w.Root, p)) }

// isRepository tells whether a folder is a git repository of its own: a working
// tree, or a bare one.
func isRepository(abs string, entries []fs.DirEntry, tracked bool) bool {
	var head, objects, refs bool
	for _, e := range entries {
		switch e.Name() {
		case ".git":
			if !e.IsDir() {
				return true // of a submodule or a linked worktree
			}
			if _, err := os.Lstat(filepath.Join(abs, ".git", "HEAD")); err == nil {
				return true
			}
		case "HEAD":
			head = true
		case "objects":
			objects = e.IsDir()
		case "refs":
			refs = e.IsDir()
		}
	}
	return head && objects && refs && !tracked
}
