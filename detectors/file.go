package detectors

import (
	"bytes"
	"iter"
	"path"
	"regexp"
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
		if f.read != nil && Exemplary(p) {
			f.role = exemplifies
		}
		if i == 0 || f.read != nil && (best.read == nil || f.role != tells && (best.role == exemplifies || best.role == tells)) {
			best = f
		}
	}
	return best
}

// kind is all that a path says of how a text in it is read.
type kind struct {
	role     role
	name     string // its extension if that tells the format, or its name in its folder
	env      string
	pipeline bool
}

func (f *file) kind() kind {
	lower := strings.ToLower(f.path)
	name := path.Ext(lower)
	if byExtension[name] == nil {
		name = path.Join(path.Base(path.Dir(lower)), path.Base(lower))
	}
	return kind{f.role, name, Environment(f.path), isPipeline(f.path)}
}

// parts gives the parts of a file that can be read by themselves: the documents of a YAML
// stream, which begin with a line of three hyphens, or all of it.
func (f *file) parts(text []byte) iter.Seq[span] {
	return func(yield func(span) bool) {
		const mark = "\n---"
		start := 0
		for at := 0; isYAML(strings.ToLower(f.path)); {
			i := bytes.Index(text[at:], []byte(mark))
			if i < 0 {
				break
			}
			at += i + len(mark)
			if at == len(text) || strings.IndexByte(" \t\r\n", text[at]) >= 0 {
				end := at - len(mark) + 1
				if !yield(span{start, end}) {
					return
				}
				start = end
			}
		}
		yield(span{start, len(text)})
	}
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
	switch ext {
	case ".psk":
		return readWhole, keeps
	case ".userlist":
		return passwordsOf(userlist), keeps
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

var (
	// userlist matches a user and a password, as PgBouncer's userlist.txt has them.
	userlist = regexp.MustCompile(`(?m)^[ \t]*"[^"\r\n]{1,60}"[ \t]+"([^"\r\n]+)"[ \t]*\r?$`)
	// relays matches a host, and a login there, as Postfix's sasl_passwd has them.
	relays = regexp.MustCompile(`(?m)^[^#\s]\S*[ \t]+[^\s:]+:(\S+)[ \t]*\r?$`)
)

// passwordsOf makes a reader of a pattern for lines that have a password, which may be
// hashed.
func passwordsOf(line *regexp.Regexp) format.Reader {
	return func(text []byte) iter.Seq[format.Entry] {
		return func(yield func(format.Entry) bool) {
			for _, m := range line.FindAllSubmatchIndex(text, -1) {
				value := string(text[m[2]:m[3]])
				hashed := strings.HasPrefix(value, "md5") || strings.HasPrefix(value, "SCRAM-")
				if !hashed && !yield(format.Entry{Path: []string{"password"}, Value: value, Start: m[2], End: m[3]}) {
					return
				}
			}
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
