package cleanup

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// work is what the steps are made from.
type work struct {
	Options
	tops    []string // the folders that files may be changed in: absolute, links followed
	vault   vaulted
	mask    masker
	leaks   []*importers.Row  // that a sweep found, and that are secrets, the gravest first
	folders map[string]string // see folder
	places  map[string][]spot // of secrets in files on disk, by path
}

// spot is a place of a secret in a file on disk.
type spot struct {
	row  *importers.Row
	item *importers.Item
}

// newWork looks at where things lie. It reads none of the files.
func newWork(o Options) *work {
	w := &work{Options: o, vault: newVaulted(o.Secrets, o.Others), mask: newMasker(o.Plan, o.Show), places: make(map[string][]spot), folders: make(map[string]string)}
	for _, root := range o.Roots {
		if top := topFor(root); top != "" && !slices.Contains(w.tops, top) {
			w.tops = append(w.tops, top)
		}
	}
	for _, row := range o.Plan.Rows {
		if !isSecret(row) {
			continue
		}
		if row.Finding != nil {
			w.leaks = append(w.leaks, row)
		}
		for i := range row.Items {
			if path := w.onDisk(&row.Items[i].At); path != "" && w.topOf(path) != "" {
				w.places[path] = append(w.places[path], spot{row, &row.Items[i]})
			}
		}
	}
	slices.SortStableFunc(w.leaks, func(a, b *importers.Row) int {
		return -a.Finding.Severity.Compare(b.Finding.Severity)
	})
	return w
}

// topFor gives the folder that files may be changed in for something that was swept: the
// repository that it lies in, else the folder that it is or lies in; "" if it is nowhere.
func topFor(root string) string {
	path, err := resolved(root)
	if err != nil {
		return ""
	}
	if info, err := os.Stat(path); err != nil {
		return ""
	} else if !info.IsDir() {
		path = filepath.Dir(path)
	}
	return cmp.Or(repositoryOf(path), path)
}

// isSecret tells whether a row is a secret, as far as anybody knows.
func isSecret(row *importers.Row) bool {
	setting := !slices.ContainsFunc(row.Items, func(i importers.Item) bool { return !i.Setting })
	return row.Choice != importers.False && !(row.Choice == importers.Leave && setting)
}

// onDisk gives the path of the file on disk that a place is in, "" if it is in none.
func (w *work) onDisk(p *place.Place) string {
	if p.Kind != place.File || !p.WorkTree || p.Member != "" || p.Layer != nil || p.Path == "" {
		return ""
	}
	root, path := p.Root, filepath.FromSlash(p.Path)
	if root == "" {
		root, path = filepath.Dir(path), filepath.Base(path)
	}
	folder := w.folder(root)
	if folder == "" || !filepath.IsLocal(path) {
		return ""
	}
	return filepath.Join(folder, path)
}

// folder gives the folder that a place's root is, which is the top of a repository where
// it is in one; "" if it is none.
func (w *work) folder(root string) string {
	if root == "" {
		return ""
	}
	folder, known := w.folders[root]
	if !known {
		folder, _ = resolved(root) // what isn't there is no folder
		w.folders[root] = folder
	}
	return folder
}

// resolved gives a folder's path: absolute, and without symbolic links on the way.
func resolved(folder string) (string, error) {
	path, err := filepath.Abs(folder)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", underlying(err)
	}
	return path, nil
}

// repositoryOf gives the top of the working tree that a folder lies in, or is; "" if it is
// in none.
func repositoryOf(folder string) string {
	for {
		if _, err := os.Lstat(filepath.Join(folder, ".git")); err == nil {
			return folder
		}
		above := filepath.Dir(folder)
		if above == folder {
			return ""
		}
		folder = above
	}
}

// topOf gives the folder that a path may be changed in, "" for none. What lies in a git
// folder is git's.
func (w *work) topOf(path string) string {
	for _, top := range w.tops {
		rel, err := filepath.Rel(top, path)
		if err == nil && filepath.IsLocal(rel) && !slices.Contains(strings.Split(filepath.ToSlash(rel), "/"), ".git") {
			return top
		}
	}
	return ""
}

// shown gives a path as people know it: from the top of what is cleaned up, with the
// name of that if there are several.
func (w *work) shown(path string) string {
	top := w.topOf(path)
	if top == "" {
		return path
	}
	rel, _ := filepath.Rel(top, path) // topOf has seen to it
	if len(w.tops) > 1 {
		rel = filepath.Join(filepath.Base(top), rel)
	}
	return filepath.ToSlash(rel)
}

// files gives the paths of files that have secrets in them and that are wanted, in order.
func (w *work) files(wanted func(path string) bool) []string {
	var paths []string
	for path := range w.places {
		if wanted(filepath.ToSlash(path)) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// file is one that was read.
type file struct {
	path string
	text []byte // nil if it isn't there
	mode fs.FileMode
}

// errNoText refuses what is no text in an encoding that has ASCII in it.
var errNoText = errors.New("it is no plain text")

// read reads a file that is to be changed. One that isn't there is nil, and no error.
func read(path string) (*file, error) {
	text, mode, err := readRegular(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, underlying(err)
	case bytes.IndexByte(text, 0) >= 0:
		return nil, errNoText
	}
	return &file{path, append([]byte{}, text...), mode}, nil
}

// readOrNew is read for a file that is made if it isn't there.
func readOrNew(path string) (*file, error) {
	f, err := read(path)
	if f == nil && err == nil {
		f = &file{path: path, mode: 0o644}
	}
	return f, err
}

// edit makes the edit that changes a file; reader tells where values stand in it.
func (w *work) edit(f *file, after []byte, reader format.Reader) Edit {
	return Edit{
		Path: f.path, Before: f.text, After: after, Mode: f.mode,
		shownBefore: w.mask.text(f.text, reader), shownAfter: w.mask.text(after, reader),
	}
}

// lineEnd is how the lines of a text end.
func lineEnd(text []byte) string {
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// vaulted knows which secrets the vault has.
type vaulted struct {
	variables map[variable][]importers.Ref
	values    map[secret.Fingerprint][]importers.Ref
	given     map[given]secret.Fingerprint
	secrets   map[importers.Ref]string // the secrets' own names, by those and by aliases
}

// variable is one that programs get, with its value.
type variable struct {
	name  string
	value secret.Fingerprint
}

// given is a variable that programs get which are given an environment.
type given struct {
	scope
	name string
}

// newVaulted takes the secrets that a plan brought there, and the others.
func newVaulted(all, others []importers.Secret) vaulted {
	v := vaulted{make(map[variable][]importers.Ref), make(map[secret.Fingerprint][]importers.Ref), make(map[given]secret.Fingerprint), make(map[importers.Ref]string)}
	for i, s := range slices.Concat(all, others) {
		if s.Value.IsEmpty() {
			continue
		}
		value := s.Value.Fingerprint()
		if i < len(all) {
			v.values[value] = append(v.values[value], s.Ref)
		}
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			as := s.Ref
			as.Name = name // an alias is chosen by itself
			// As "secretsweep run" makes variables of names.
			key := variable{strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(name), value}
			v.given[given{scope{s.Project, s.Env}, key.name}] = value
			if i < len(all) {
				v.variables[key] = append(v.variables[key], as)
				v.secrets[as] = s.Name
			}
		}
	}
	return v
}

// replaces tells whether programs that get an environment have another value of a variable
// then than the one that a .env file assigns.
func (v *vaulted) replaces(to scope, a assignment) bool {
	value, ok := v.given[given{to, a.name}]
	return ok && !a.comment && a.value != "" && (a.refers() || value != secret.New(a.value).Fingerprint())
}

// refs gives the secrets that give programs this variable with this value, by the name or
// the alias that does.
func (v *vaulted) refs(name, value string) []importers.Ref {
	return v.variables[variable{name, secret.New(value).Fingerprint()}]
}

// called gives the secret that has a value, by whatever name; false if none has.
func (v *vaulted) called(value secret.Value) (importers.Ref, bool) {
	refs := v.values[value.Fingerprint()]
	if len(refs) == 0 {
		return importers.Ref{}, false
	}
	return refs[0], true
}

// scope is an environment of a project.
type scope struct{ project, env string }

// scopeFor gives the environment that has the most of some variables, given the secrets
// that each of them is. Of several that have as many it is the one that a path or a job's
// name tells of, else the first by name. false if there is none.
func scopeFor(all [][]importers.Ref, hint string) (scope, bool) {
	count := make(map[scope]int)
	for _, refs := range all {
		for _, s := range scopesOf(refs) {
			count[s]++
		}
	}
	hinted := func(s scope) int {
		if said := detectors.Environment(hint); said != "" && said == detectors.Environment(s.env) {
			return 1
		}
		return 0
	}
	var best scope
	for s, n := range count {
		if count[best] == 0 || cmp.Or(cmp.Compare(n, count[best]), cmp.Compare(hinted(s), hinted(best)),
			cmp.Compare(best.project, s.project), cmp.Compare(best.env, s.env)) > 0 {
			best = s
		}
	}
	return best, len(count) > 0
}

// scopesOf gives the environments that secrets are in, each once.
func scopesOf(refs []importers.Ref) []scope {
	var all []scope
	for _, r := range refs {
		if s := (scope{r.Project, r.Env}); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// in gives the secret that is in an environment, "" if none is.
func (s scope) in(refs []importers.Ref) string {
	for _, r := range refs {
		if r.Project == s.project && r.Env == s.env {
			return r.Name
		}
	}
	return ""
}
