package git

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/config"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// repository is where one repository keeps its parts, and how they are to be read.
type repository struct {
	root   string // shown to people: the path that was given, or one below it
	work   string // the working tree's top folder; "" if there is none
	gitDir string // HEAD, index and whatever else is this working tree's own
	common string // objects, refs, config; equal to gitDir but in a linked worktree
	index  string // the file that holds the index

	hashSize int    // bytes of an object id
	foreign  string // why go-git can't read refs and index; "" if it can
	native   bool   // whether package odb can read the objects
	partial  bool   // a partial clone: absent objects were promised, not lost
}

// open finds the repository whose working tree or git folder dir is. It returns
// nil without an error if dir is neither.
func open(dir, root string) (*repository, error) {
	r := &repository{root: root}
	dotGit := filepath.Join(dir, ".git")
	info, err := os.Stat(dotGit)
	switch {
	case err == nil && info.IsDir():
		r.work, r.gitDir = dir, dotGit
	case err == nil:
		r.work = dir
		if r.gitDir, err = readGitFile(dotGit); err != nil {
			return nil, err
		}
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission):
		r.gitDir = dir
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
	target, ok := strings.CutPrefix(string(b), "gitdir:")
	if !ok {
		return "", fmt.Errorf("%s: neither a folder nor a gitdir: line", path)
	}
	return resolve(filepath.Dir(path), strings.TrimSpace(target)), nil
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
func isGitDir(dir string) bool {
	has := func(name string) bool {
		_, err := os.Lstat(filepath.Join(dir, name))
		return err == nil
	}
	return has("HEAD") && (has("commondir") || has("objects") && has("refs"))
}

// readFormat reads the config's extensions: what the repository is made of.
func (r *repository) readFormat() error {
	r.hashSize, r.native = 20, true
	b, err := os.ReadFile(filepath.Join(r.common, "config"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read git config: %w", err)
	}
	cfg := config.New()
	if err := config.NewDecoder(bytes.NewReader(b)).Decode(cfg); err != nil {
		return fmt.Errorf("read git config %s: %w", filepath.Join(r.common, "config"), err)
	}
	if strings.EqualFold(cfg.Section("core").Option("bare"), "true") && r.gitDir == r.common {
		r.work = ""
	}
	if w := cfg.Section("core").Option("worktree"); w != "" && r.gitDir == r.common {
		r.work = resolve(r.gitDir, w) // a submodule's, whose git folder lies in the parent's
	}
	if version := cfg.Section("core").Option("repositoryformatversion"); version != "0" && version != "1" && version != "" {
		r.native, r.foreign = false, "repository format version "+version
	}
	for _, remote := range cfg.Section("remote").Subsections {
		r.partial = r.partial || strings.EqualFold(remote.Option("promisor"), "true")
	}
	for _, o := range cfg.Section("extensions").Options {
		switch strings.ToLower(o.Key) {
		case "noop", "preciousobjects", "worktreeconfig", "relativeworktrees", "partialclone":
		case "objectformat":
			if strings.EqualFold(o.Value, "sha256") {
				r.hashSize, r.foreign = 32, "SHA-256 objects"
			}
		case "refstorage":
			if !strings.EqualFold(o.Value, "files") {
				r.foreign = "refs kept as " + o.Value
			}
		default:
			r.native, r.foreign = false, "extension "+o.Key
		}
	}
	return nil
}

// store opens go-git's view of the repository, for refs and the index.
func (r *repository) store() *filesystem.Storage {
	gitDir := osfs.New(r.gitDir, osfs.WithBoundOS())
	common := osfs.New(r.common, osfs.WithBoundOS())
	return filesystem.NewStorage(dotgit.NewRepositoryFilesystem(gitDir, common), cache.NewObjectLRUDefault())
}
