package main

import (
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner/source/git"
)

// rootNames calls what was swept by names that are the same whoever sweeps it, and wherever:
// a repository after where it was cloned from, everything else after its whole path. A file
// by itself that lies in a repository is one of that.
type rootNames map[string]string // paths as they were given → repositories, "" for none

// places gives places with these names for roots. What lies on this machine alone keeps a
// path as one.
func (n rootNames) places(all []place.Place) []place.Place {
	var named []place.Place
	for _, p := range all {
		named = append(named, n.place(p))
	}
	return named
}

func (n rootNames) place(p place.Place) place.Place {
	switch {
	case p.Kind == place.Stdin:
	case p.Root != "":
		p.Root = n.name(p.Root, p.Local)
	case p.Path != "": // a file by itself
		file := realPath(filepath.FromSlash(p.Path))
		p.Path = filepath.ToSlash(file)
		if top, way := git.Around(filepath.Dir(file)); top != "" {
			p.Root, p.Path = n.name(top, p.Local), path.Join(way, filepath.Base(file))
		}
	}
	return p
}

func (n rootNames) name(root string, local bool) string {
	origin, known := n[root]
	if !known {
		origin = repositoryName(git.Origin(root))
		n[root] = origin
	}
	if origin != "" && !local {
		return origin
	}
	return filepath.ToSlash(realPath(root))
}

// repositoryName takes from the address of a repository what names it, such as
// "github.com/acme/web"; "" if that is no address of another machine.
func repositoryName(address string) string {
	if !strings.Contains(address, "://") {
		host, p, ok := strings.Cut(address, ":")
		if !ok || strings.Contains(host, "/") || strings.Contains(host, `\`) || len(host) < 2 { // a path
			return ""
		}
		address = "ssh://" + host + "/" + strings.TrimPrefix(p, "/")
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme == "file" {
		return ""
	}
	name := strings.TrimSuffix(strings.Trim(path.Clean("/"+u.Path), "/"), ".git")
	if name == "" {
		return ""
	}
	return strings.ToLower(u.Hostname()) + "/" + name
}

// keptAt says where a place is that a record has, and in which repository if that has a name:
// another one may have a file of the same path. A folder of somebody's machine isn't said.
func keptAt(p *place.Place) string {
	if p.Root == "" || p.Path == "" || path.IsAbs(p.Root) || strings.Contains(p.Root, ":") {
		return whereAt(p)
	}
	named := *p
	named.Path = path.Join(p.Root, p.Path)
	return whereAt(&named)
}

// text says in the log what was swept.
func (n rootNames) text(paths []string) string {
	var all []string
	for _, p := range paths {
		if p != "-" && p != slackPath {
			p = n.name(p, false)
		}
		all = append(all, p)
	}
	return sourceText(all)
}
