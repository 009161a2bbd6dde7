package dir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/secretsweep/secretsweep/scanner"
)

// Ignores is what a git working tree ignores beside what its .gitignore files
// say, which [Walk] reads as it goes. It is immutable.
type Ignores struct {
	outer *ignoreFile
	fold  bool
}

// NewIgnores reads files of patterns, the weakest first: that of
// core.excludesFile (see [ExcludesFile]), then info/exclude of the common git
// folder. One that does not exist, or has no name, is as good as empty. Fold is
// core.ignoreCase.
func NewIgnores(fold bool, files ...string) (*Ignores, error) {
	i := &Ignores{fold: fold}
	for _, name := range files {
		if name == "" {
			continue
		}
		text, err := os.ReadFile(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, fmt.Errorf("read ignore patterns: %w", err)
		}
		i.outer = i.within(i.outer, "", text)
	}
	return i, nil
}

// ExcludesFile gives the path of the user's own patterns: what core.excludesFile
// says, or if that is empty, where git looks by default. It is "" if nothing
// tells where the user's home is.
func ExcludesFile(configured string) string {
	home, err := os.UserHomeDir()
	switch {
	case configured != "":
		if rest, ok := strings.CutPrefix(configured, "~/"); ok && err == nil {
			return filepath.Join(home, rest)
		}
		return configured
	case os.Getenv("XDG_CONFIG_HOME") != "":
		return filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "git", "ignore")
	case err != nil:
		return ""
	}
	return filepath.Join(home, ".config", "git", "ignore")
}

// ignoreFile has the patterns of one file. Nil is none.
type ignoreFile struct {
	outer    *ignoreFile // asked if none of these matches
	folder   string      // the patterns are relative to it; "" is the root
	patterns []pattern
	fold     bool
}

// inner gives what is in force in a folder, where outer is in force around it.
// Whether its .gitignore can be read comes out when it is read as a file. Git
// doesn't follow it if it is a link.
func (i *Ignores) inner(outer *ignoreFile, abs, folder string) *ignoreFile {
	f, err := openFile(filepath.Join(abs, ".gitignore"))
	if err != nil {
		return outer
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return outer
	}
	text, err := io.ReadAll(io.LimitReader(f, scanner.MaxChunk))
	if err != nil {
		return outer
	}
	return i.within(outer, folder, text)
}

func (i *Ignores) within(outer *ignoreFile, folder string, text []byte) *ignoreFile {
	patterns := parseIgnore(text, i.fold)
	if len(patterns) == 0 {
		return outer
	}
	return &ignoreFile{outer, folder, patterns, i.fold}
}

// match tells whether what lies at a path is ignored, where its folder is not.
// The last pattern that matches decides, in the innermost file that has one.
func (f *ignoreFile) match(p string, isFolder bool) bool {
	if f == nil {
		return false
	}
	if f.fold {
		p = lower(p)
	}
	base := path.Base(p)
	for ; f != nil; f = f.outer {
		relative := p
		if f.folder != "" {
			relative = p[len(f.folder)+1:]
		}
		for i := len(f.patterns) - 1; i >= 0; i-- {
			if f.patterns[i].matches(relative, base, isFolder) {
				return !f.patterns[i].negated
			}
		}
	}
	return false
}
