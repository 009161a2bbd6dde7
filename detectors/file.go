package detectors

import (
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/format"
)

// file is what a content's path tells of it.
type file struct {
	path string
	read format.Reader // nil: its structure says nothing
	role role
}

// role is what a file is there for.
type role uint8

const (
	configures  role = iota // a program: what it holds is in use
	exemplifies             // shows what to fill in, or is for tests: what it holds is hardly in use
	keeps                   // a client's passwords: each of them is real
	tells                   // people something: most of its words are no values
)

// fileOf tells what a path tells. Of several paths of one content the first one counts
// that has a structure and is in use; one of a document if there is no other.
func fileOf(paths []string) file {
	var best file
	for i, p := range paths {
		f := file{path: p}
		f.read, f.role = readerOf(p, strings.ToLower(path.Base(p)))
		if f.read != nil && exemplary(p) {
			f.role = exemplifies
		}
		if i == 0 || f.read != nil && (best.read == nil || f.role != tells && (best.role == exemplifies || best.role == tells)) {
			best = f
		}
	}
	return best
}

// readerOf gives the reader of a file's format, and its role as far as its name tells.
// base is the last part of the path, in lower case.
func readerOf(p, base string) (format.Reader, role) {
	for _, n := range named[base] {
		if n.folder == "" || strings.HasSuffix("/"+path.Dir(p), "/"+n.folder) {
			return n.read, n.role
		}
	}
	stem, ext := base, path.Ext(base)
	if byExtension[ext] == nil && isDotenv(base) {
		return format.Dotenv, configures
	}
	if ext == ".psk" {
		return readWhole, keeps
	}
	if read := documents[ext]; read != nil {
		return read, tells
	}
	for range 2 { // settings.json.erb
		stem = strings.TrimSuffix(stem, ext)
		if read := byExtension[ext]; read != nil {
			return read, configures
		}
		if slices.Contains(programs, ext) && isSettings(stem) {
			return format.Source, configures
		}
		ext = path.Ext(stem)
	}
	if folder := path.Base(path.Dir(p)); folder == "default" && strings.Contains(p, "etc/") || folder == "sysconfig" {
		return format.Dotenv, configures // of a service
	}
	if strings.HasPrefix(base, "dockerfile") || strings.HasPrefix(base, "containerfile") {
		return format.Dockerfile, configures
	}
	return nil, configures
}

// readWhole reads a file that is nothing but a key.
func readWhole(text []byte) iter.Seq[format.Entry] {
	return func(yield func(format.Entry) bool) {
		value := strings.TrimSpace(string(text))
		if start := strings.Index(string(text), value); value != "" && !strings.ContainsAny(value, "\r\n") {
			yield(format.Entry{Path: []string{"password"}, Value: value, Start: start, End: start + len(value)})
		}
	}
}

// readConf reads a .conf file, of which there are two kinds: those with equal signs and
// those without.
func readConf(text []byte) iter.Seq[format.Entry] {
	assigned, lines := 0, 0
	for line := range strings.Lines(string(text[:min(len(text), 1<<14)])) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' || line[0] == '[' {
			continue
		}
		lines++
		if i := strings.IndexAny(line, "= \t"); i > 0 && strings.HasPrefix(strings.TrimLeft(line[i:], " \t"), "=") {
			assigned++
		}
	}
	if 2*assigned >= lines {
		return format.INI(text)
	}
	return format.Directives(text)
}
