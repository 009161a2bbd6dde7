package scanner

import (
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Filter chooses paths by globs, as --include and --exclude give them. The zero
// Filter admits everything.
//
// Globs are doublestar's, over paths with forward slashes relative to the root.
// As in .gitignore, a glob matches at any depth, and one that matches a folder
// matches what is in it.
type Filter struct {
	include, exclude []string
	within           string
}

// NewFilter checks the globs.
func NewFilter(include, exclude []string) (Filter, error) {
	for _, globs := range [][]string{include, exclude} {
		for _, g := range globs {
			if !doublestar.ValidatePattern(g) {
				return Filter{}, fmt.Errorf("glob %q: not valid", g)
			}
		}
	}
	return Filter{include: include, exclude: exclude}, nil
}

// Within narrows the filter to one folder; "" leaves it as it is.
func (f Filter) Within(folder string) Filter {
	f.within = folder
	return f
}

// Admits tells whether a path is to be read.
func (f Filter) Admits(path string) bool {
	if f.within != "" && path != f.within && !strings.HasPrefix(path, f.within+"/") {
		return false
	}
	if len(f.include) > 0 && !matchAny(f.include, path) {
		return false
	}
	return !matchAny(f.exclude, path)
}

// Excludes tells whether nothing in a folder is to be read.
func (f Filter) Excludes(folder string) bool {
	if f.within != "" && f.within != folder &&
		!strings.HasPrefix(folder, f.within+"/") && !strings.HasPrefix(f.within, folder+"/") {
		return true
	}
	return matchAny(f.exclude, folder)
}

func matchAny(globs []string, path string) bool {
	for _, g := range globs {
		// Validated by NewFilter, so MatchUnvalidated can't mislead.
		if doublestar.MatchUnvalidated(g, path) ||
			doublestar.MatchUnvalidated(g+"/**", path) ||
			doublestar.MatchUnvalidated("**/"+g, path) ||
			doublestar.MatchUnvalidated("**/"+g+"/**", path) {
			return true
		}
	}
	return false
}
