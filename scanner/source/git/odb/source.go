package odb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// source is where objects are stored: a pack, or an objects folder with loose ones.
type source struct {
	path   string
	pack   *os.File // nil for loose objects
	end    int64    // the pack's size
	count  int      // objects that it lists
	lost   int      // objects that couldn't be read from it, nor from anywhere else
	damage error    // the first thing that was found wrong with it
}

// hurt notes the first damage.
func (s *source) hurt(err error) {
	if s.damage == nil {
		s.damage = err
	}
}

// loss says what was not read.
func (s *source) loss() error {
	objects := "objects"
	if s.pack == nil {
		objects = "loose objects"
	}
	return fmt.Errorf("%s of %s %s not read: %w", thousands(s.lost), thousands(s.count), objects, s.damage)
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// list is what a source has: ids in ascending order, and for packs their offsets.
type list struct {
	source  int // number in DB.sources
	ids     []byte
	offsets []int64
}

func (db *DB) addSource(s *source) (int, error) {
	if len(db.sources) == maxSources {
		return 0, fmt.Errorf("more than %d packs", maxSources)
	}
	db.sources = append(db.sources, s)
	return len(db.sources) - 1, nil
}

// folders gives the objects folder and those that it borrows from (alternates),
// each once.
func (db *DB) folders(dir string) ([]string, error) {
	first, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !first.IsDir() {
		return nil, errors.New("not a folder")
	}
	folders := []string{dir}
	known := []os.FileInfo{first}
	for i := 0; i < len(folders); i++ {
		file := filepath.Join(folders[i], "info", "alternates")
		text, err := os.ReadFile(file)
		if isGone(err) {
			continue
		}
		if err != nil {
			db.problem(file, err)
			continue
		}
		for _, alternate := range parseAlternates(string(text)) {
			if !filepath.IsAbs(alternate) {
				alternate = filepath.Join(folders[i], alternate)
			}
			info, err := os.Stat(alternate)
			if err == nil && !info.IsDir() {
				err = errors.New("not a folder")
			}
			if err != nil {
				db.problem(file, fmt.Errorf("borrow objects from %s: %w", alternate, err))
				continue
			}
			if !slices.ContainsFunc(known, func(k os.FileInfo) bool { return os.SameFile(k, info) }) {
				folders = append(folders, alternate)
				known = append(known, info)
			}
		}
	}
	return folders, nil
}

// parseAlternates reads an info/alternates file: a path a line, quoted as in C if
// it begins with a quotation mark.
func parseAlternates(text string) []string {
	var paths []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if line == "" || line[0] == '#' {
			continue
		}
		if unquoted, err := strconv.Unquote(line); err == nil && line[0] == '"' {
			line = unquoted
		}
		paths = append(paths, line)
	}
	return paths
}
