package dir

import (
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/secretsweep/secretsweep/scanner"
)

// Ignores is what git ignores in a working tree beside what its .gitignore files
// say, which [Walk] reads as it goes. It is immutable.
type Ignores struct {
	outer *ignoreFile
	fold  bool
}

// GitIgnores reads what a repository, whose common git folder is given, ignores
// by its own info/exclude and by the user's core.excludesFile. A file that can't
// be read makes nothing ignored, and thus more of the working tree swept.
func GitIgnores(common string) *Ignores {
	config := readCoreConfig(common)
	i := &Ignores{fold: config.ignoreCase}
	for _, name := range []string{config.excludesFile, filepath.Join(common, "info", "exclude")} {
		if text, err := os.ReadFile(name); err == nil {
			i.outer = i.within(i.outer, "", text)
		}
	}
	return i
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
