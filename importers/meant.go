package importers

import (
	"regexp"
	"strings"
)

// Meant gives the secrets of a project that a text may mean which takes one from a system by
// a name: those that an import of what the system has would make. One without an environment
// may be of any. The environments are the project's own; what the name says of one, as a word
// of it or of its path, is held against these. What has exactly that name is not given.
func Meant(system, name string, environments []string) []Ref {
	p := Plan{environments: environments}
	var all []Ref
	for _, item := range itemsMeant(system, name) {
		own := nameOf(item.Parent, item.Name)
		if own == "" || isVague(own) && own != item.Name {
			continue // it says nothing
		}
		env := p.own(item.Env)
		all = append(all, Ref{Env: env, Name: own})
		if item.Name != own && item.Name != name && !isVague(screaming(item.Name)) {
			all = append(all, Ref{Env: env, Name: item.Name})
		}
		if bare, word := withoutEnvironment(own); bare != "" {
			all = append(all, Ref{Env: p.own(word), Name: bare})
		}
	}
	return all
}

// itemsMeant gives what an importer would read of what a system has by a name.
func itemsMeant(system, name string) []Item {
	switch system {
	case "kubernetes": // web/API_KEY: a key, and what leads to it
		if object, key, isKey := strings.Cut(name, "/"); isKey {
			return []Item{{Name: key, Parent: object}}
		}
		return nil
	case "aws-secrets-manager": // prod/web-AbCdEf:API_KEY, as in an ARN
		path, key, isKey := strings.Cut(name, ":")
		item := itemOfPath(endOfARN.ReplaceAllString(path, ""))
		if isKey {
			item.Name, item.Parent = key, item.Name
		}
		return []Item{item}
	case "aws-parameter-store":
		return []Item{itemOfPath(name)}
	case "vault": // secret/data/web#API_KEY
		if _, field, is := strings.Cut(name, "#"); is {
			return []Item{{Name: field}}
		}
		return nil
	case "helm": // db.auth.password: what a sweep sees leads to it, and what all does
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return []Item{{Name: name}}
		}
		all, last := name[:i], name[strings.LastIndexByte(name[:i], '.')+1:i]
		return []Item{{Name: name[i+1:], Parent: last}, {Name: name[i+1:], Parent: all}}
	case "1password", "circleci", "env-file": // an item, a context and a file have several
		return nil
	}
	return []Item{{Name: name}}
}

// endOfARN matches what AWS puts behind a secret's name in its ARN.
var endOfARN = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)
