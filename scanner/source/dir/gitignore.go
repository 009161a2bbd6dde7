package dir

import (
	"bytes"
	"strings"
)

// pattern is a line of a .gitignore file (gitignore(5)), which git matches byte
// by byte.
type pattern struct {
	negated bool   // it begins with "!": what it matches is not ignored
	folder  bool   // it ends in "/": it matches folders only
	name    bool   // it has no other "/": it matches names, at any depth
	prefix  string // up to the first special character
	glob    glob   // from there on
}

// parseIgnore parses a file. Fold is core.ignoreCase.
func parseIgnore(text []byte, fold bool) []pattern {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var patterns []pattern
	for line := range bytes.Lines(text) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		line, _, _ = bytes.Cut(line, []byte{0}) // git's strings end there
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if p, ok := parsePattern(string(trimSpaces(line)), fold); ok {
			patterns = append(patterns, p)
		}
	}
	return patterns
}

// trimSpaces takes away the spaces at the end, up to an escaped one.
func trimSpaces(line []byte) []byte {
	end := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
			continue
		case '\\':
			i++
		}
		end = i + 1
	}
	return line[:min(end, len(line))]
}

// parsePattern parses a line; a pattern that can't match anything is not ok.
func parsePattern(line string, fold bool) (p pattern, ok bool) {
	line, p.negated = strings.CutPrefix(line, "!")
	line, p.folder = strings.CutSuffix(line, "/")
	p.name = !strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if line == "" {
		return p, false
	}
	wild := strings.IndexAny(line, `*?[\`)
	if wild < 0 {
		wild = len(line)
	}
	p.prefix = line[:wild]
	if fold {
		p.prefix = lower(p.prefix)
	}
	p.glob, ok = parseGlob(line[wild:], fold)
	return p, ok
}

// matches tells whether a path is matched. It is relative to the folder of the
// file that has the pattern, and base is its last element.
func (p *pattern) matches(path, base string, isFolder bool) bool {
	if p.folder && !isFolder {
		return false
	}
	if p.name {
		path = base
	}
	rest, ok := strings.CutPrefix(path, p.prefix)
	return ok && p.glob.matches(rest)
}

// lower is for ASCII only, as in git. Names need not be valid UTF-8.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = toLower(c)
	}
	return string(b)
}
