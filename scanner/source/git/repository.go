package git

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

// repository is where one repository keeps its parts, and how they are to be read.
type repository struct {
	root   string // shown to people: the path that was given, or one below it
	work   string // the working tree's top folder; "" if there is none
	gitDir string // HEAD, index and whatever else is this working tree's own
	common string // objects, refs, config; equal to gitDir but in a linked worktree
	index  string // the file that holds the index

	hashSize int    // bytes of an object id
	foreign  string // why refs and index take the git program; "" if they don't
	native   bool   // whether package odb can read the objects
	partial  bool   // a partial clone: absent objects were promised, not lost
}

// open finds the repository whose working tree or git folder a folder is. It
// returns nil without an error if it is neither.
func open(folder, root string) (*repository, error) {
	r := &repository{root: root}
	dotGit := filepath.Join(folder, ".git")
	info, err := os.Stat(dotGit)
	switch {
	case err == nil && info.IsDir():
		r.work, r.gitDir = folder, dotGit
	case err == nil && !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: neither a folder nor a file", dotGit)
	case err == nil:
		r.work = folder
		if r.gitDir, err = readGitFile(dotGit); err != nil {
			return nil, err
		}
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission):
		r.gitDir = folder
	default:
		return nil, fmt.Errorf("look for a repository: %w", err)
	}
	if !isGitDir(r.gitDir) {
		if r.work != "" {
			return nil, fmt.Errorf("%s: not a git folder: HEAD, objects or refs is missing", r.gitDir)
		}
		return nil, nil
	}
	r.index = filepath.Join(r.gitDir, "index")
	r.common = r.gitDir
	if b, err := os.ReadFile(filepath.Join(r.gitDir, "commondir")); err == nil {
		r.common = resolve(r.gitDir, strings.TrimSpace(string(b)))
	}
	return r, r.readFormat()
}

// readGitFile follows a .git file, as linked worktrees and submodules have it.
func readGitFile(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read .git file: %w", err)
	}
	target, ok := parseGitFile(string(b))
	if !ok {
		return "", fmt.Errorf("%s: neither a folder nor a gitdir: line", path)
	}
	return resolve(filepath.Dir(path), target), nil
}

// parseGitFile reads what a .git file says. See gitrepository-layout(5).
func parseGitFile(text string) (gitDir string, ok bool) {
	target, ok := strings.CutPrefix(text, "gitdir:")
	target = strings.TrimSpace(target)
	return target, ok && target != ""
}

func resolve(base, path string) string {
	path = filepath.FromSlash(path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(base, path)
	}
	return filepath.Clean(path)
}

// isGitDir asks what git asks: HEAD, and objects and refs here or in the common
// folder.
func isGitDir(folder string) bool {
	has := func(name string) bool {
		_, err := os.Lstat(filepath.Join(folder, name))
		return err == nil
	}
	return has("HEAD") && (has("commondir") || has("objects") && has("refs"))
}

// readFormat reads from the config what the repository is made of.
//
// That a config calls itself bare changes nothing: files beside a .git folder
// are read, whatever git takes them for.
func (r *repository) readFormat() error {
	r.hashSize, r.native = 20, true
	b, err := os.ReadFile(filepath.Join(r.common, "config"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read git config: %w", err)
	}
	dir.ParseConfig(b, func(section, key, value string) {
		switch {
		case section == "core" && key == "worktree" && r.gitDir == r.common:
			r.work = resolve(r.gitDir, value) // a submodule's, whose git folder lies in the parent's
		case section == "core" && key == "repositoryformatversion" && value != "0" && value != "1":
			r.native, r.foreign = false, "repository format version "+value
		case strings.HasPrefix(section, "remote") && key == "promisor":
			r.partial = r.partial || dir.IsTrue(value)
		case section == "extensions":
			r.extend(key, value)
		}
	})
	return nil
}

// extend notes an extension of the format. See git's
// Documentation/technical/repository-version.txt.
func (r *repository) extend(name, value string) {
	switch name {
	case "noop", "preciousobjects", "worktreeconfig", "relativeworktrees", "partialclone":
	case "objectformat":
		if strings.EqualFold(value, "sha256") {
			r.hashSize = 32
		}
	case "refstorage":
		if !strings.EqualFold(value, "files") {
			r.foreign = "refs kept as " + value
		}
	default:
		r.native, r.foreign = false, "extension "+name
	}
}
