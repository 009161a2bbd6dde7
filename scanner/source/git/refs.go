package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// ref is a name for an object. HEAD is one, too.
type ref struct {
	name   string
	target odb.ID
}

const (
	headName  = "HEAD"
	stashName = "refs/stash"
	notesTree = "refs/notes/"
	// otherHeads precedes the names of the HEADs of linked working trees, and
	// mainHead is that of the main one, as seen from a linked one.
	otherHeads = "worktrees/"
	mainHead   = "main-worktree/" + headName
)

// refs reads all refs and HEAD, ordered by name. Symbolic refs are followed; one
// that leads nowhere (an unborn branch) is left out. A ref that can't be read
// is told to broken, and hides no other.
func (r *repository) refs(ctx context.Context, broken func(error)) []ref {
	if r.foreign != "" {
		refs, err := r.refsByGit(ctx)
		if err != nil {
			broken(err)
		}
		return refs
	}
	f := r.refFiles(broken)
	f.walk(r.gitDir)
	if r.common != r.gitDir {
		f.read(mainHead, filepath.Join(r.common, headName))
		f.walk(r.common)
	}
	f.readOtherHeads(r.common)
	// Last, so that what is packed meanwhile is not missed.
	f.readPacked(r.common)
	f.follow()
	return sortRefs(f.targets)
}

// onlyHead reads HEAD as refs does, and leaves out what doesn't lead to it: there
// may be many.
func (r *repository) onlyHead(ctx context.Context, broken func(error)) []ref {
	if r.foreign != "" {
		return r.refs(ctx, broken)
	}
	f := r.refFiles(broken)
	for to := f.symbolic[headName]; strings.HasPrefix(to, "refs/") && filepath.IsLocal(to); to = f.symbolic[to] {
		if _, again := f.symbolic[to]; again {
			break
		}
		for _, dir := range slices.Compact([]string{r.gitDir, r.common}) { // some refs are a linked working tree's own
			file := filepath.Join(dir, filepath.FromSlash(to))
			if info, err := os.Stat(file); err != nil || info.Mode().IsRegular() { // a folder of other refs is none
				f.read(to, file)
			}
		}
	}
	f.follow()
	if _, direct := f.targets[headName]; !direct {
		f.readPacked(r.common)
		f.follow()
	}
	head := map[string]odb.ID{}
	if id, ok := f.targets[headName]; ok {
		head[headName] = id
	}
	return sortRefs(head)
}

// refFiles begins with HEAD.
func (r *repository) refFiles(broken func(error)) *refFiles {
	f := &refFiles{hashSize: r.hashSize, targets: map[string]odb.ID{}, symbolic: map[string]string{}, broken: broken}
	f.read(headName, filepath.Join(r.gitDir, headName))
	return f
}

// refFiles is refs as they are read from files. See gitrepository-layout(5).
type refFiles struct {
	hashSize int
	targets  map[string]odb.ID
	symbolic map[string]string
	broken   func(error)
}

// walk reads the files below the refs folder of a git folder.
func (f *refFiles) walk(gitDir string) {
	_ = filepath.WalkDir(filepath.Join(gitDir, "refs"), func(file string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // deleted or packed meanwhile
		case err != nil:
			f.broken(fmt.Errorf("read refs: %w", err))
		case e.IsDir() || e.Type()&(fs.ModeType&^fs.ModeSymlink) != 0:
		case strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), ".lock"): // no refs to git either
		default:
			name, err := filepath.Rel(gitDir, file)
			if err != nil {
				return err
			}
			f.read(filepath.ToSlash(name), file)
		}
		return nil
	})
}

// read reads one ref. A file that is not there is none.
func (f *refFiles) read(name, file string) {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) { // that is where another ref has its file
		return
	} else if err != nil {
		f.broken(fmt.Errorf("read ref %s: %w", name, err))
		return
	}
	target, to, ok := parseRef(string(b), f.hashSize)
	switch {
	case !ok:
		f.broken(fmt.Errorf("read ref %s: neither an object's id nor another ref's name", name))
	case to != "":
		f.symbolic[name] = to
	default:
		f.targets[name] = target
	}
}

// parseRef reads what the file of a ref says: the id of an object, or the name
// of another ref.
func parseRef(text string, hashSize int) (target odb.ID, to string, ok bool) {
	if to, ok := strings.CutPrefix(text, "ref:"); ok {
		to = strings.TrimSpace(to)
		return "", to, to != ""
	}
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return "", "", false
	}
	target, err := odb.ParseID(fields[0])
	return target, "", err == nil && len(target) == hashSize
}

// readOtherHeads reads the HEADs of linked working trees.
func (f *refFiles) readOtherHeads(common string) {
	entries, err := os.ReadDir(filepath.Join(common, "worktrees"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.broken(fmt.Errorf("read refs: %w", err))
	}
	for _, e := range entries {
		if e.IsDir() {
			f.read(otherHeads+e.Name()+"/"+headName, filepath.Join(common, "worktrees", e.Name(), headName))
		}
	}
}

// readPacked reads the refs that have no file of their own.
func (f *refFiles) readPacked(common string) {
	b, err := os.ReadFile(filepath.Join(common, "packed-refs"))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			f.broken(fmt.Errorf("read refs: %w", err))
		}
		return
	}
	lost := parsePackedRefs(string(b), f.hashSize, func(name string, target odb.ID) {
		_, direct := f.targets[name]
		if _, symbolic := f.symbolic[name]; !direct && !symbolic {
			f.targets[name] = target
		}
	})
	if lost > 0 {
		f.broken(fmt.Errorf("read packed-refs: %d lines that make no sense", lost))
	}
}

// parsePackedRefs reads a packed-refs file: an id and a name a line, comments,
// and after annotated tags what they tag. lost is how many lines are none of these.
func parsePackedRefs(text string, hashSize int, each func(name string, target odb.ID)) (lost int) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' || line[0] == '^' {
			continue
		}
		hex, name, _ := strings.Cut(line, " ")
		if target, err := odb.ParseID(hex); err == nil && len(target) == hashSize && name != "" {
			each(name, target)
		} else {
			lost++
		}
	}
	return lost
}

// follow gives symbolic refs their targets.
func (f *refFiles) follow() {
	for name, to := range f.symbolic {
		const deepest = 5 // as git's own limit
		for range deepest {
			if _, further := f.symbolic[to]; !further {
				if id, ok := f.targets[to]; ok {
					f.targets[name] = id
				}
				break
			}
			to = f.symbolic[to]
		}
	}
}

// refsByGit asks the git binary, for refs that are not kept in files.
func (r *repository) refsByGit(ctx context.Context) ([]ref, error) {
	out, err := r.git(ctx, "for-each-ref", "--format=%(objectname) %(refname)")
	if err != nil {
		return nil, fmt.Errorf("read refs (%s): %w", r.foreign, err)
	}
	targets := map[string]odb.ID{}
	for line := range strings.Lines(string(out)) {
		hex, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if targets[name], err = odb.ParseID(hex); err != nil {
			return nil, fmt.Errorf("read refs (%s): %w", r.foreign, err)
		}
	}
	// An unborn HEAD is no error; any other reason has shown itself above.
	if out, err := r.git(ctx, "rev-parse", "--verify", "--quiet", headName); err == nil {
		if targets[headName], err = odb.ParseID(strings.TrimSpace(string(out))); err != nil {
			return nil, fmt.Errorf("read HEAD (%s): %w", r.foreign, err)
		}
	}
	return sortRefs(targets), nil
}

func sortRefs(targets map[string]odb.ID) []ref {
	refs := make([]ref, 0, len(targets))
	for name, id := range targets {
		refs = append(refs, ref{name, id})
	}
	slices.SortFunc(refs, func(a, b ref) int { return strings.Compare(a.name, b.name) })
	return refs
}

// shallow reads the commits at which a shallow clone was cut off.
func (r *repository) shallow() (map[odb.ID]bool, error) {
	b, err := os.ReadFile(filepath.Join(r.common, "shallow"))
	if os.IsNotExist(err) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("read shallow boundary: %w", err)
	}
	cut, err := parseShallow(string(b))
	if err != nil {
		return nil, fmt.Errorf("read shallow boundary: %w", err)
	}
	return cut, nil
}

func parseShallow(text string) (map[odb.ID]bool, error) {
	cut := map[odb.ID]bool{}
	for _, hex := range strings.Fields(text) {
		id, err := odb.ParseID(hex)
		if err != nil {
			return nil, err
		}
		cut[id] = true
	}
	return cut, nil
}
