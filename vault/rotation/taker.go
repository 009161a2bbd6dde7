package rotation

import (
	"path"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/vault"
)

// takersAmong gives those takers that take the value of a record, without the places for which
// there is no room: by the name under which it was found, by one of a secret that has it, or
// with the file that it lies in. Who takes all of an object of Kubernetes takes its keys.
func (r *Record) takersAmong(all []Taker) []Taker {
	names := r.names()
	var own []Taker
	objects := make(map[string]bool)
	for _, t := range all {
		if !r.isTaken(&t, names) {
			continue
		}
		own = append(own, t)
		if object, _, isKey := strings.Cut(t.Name, "/"); isKey && t.System == kubernetes {
			objects[object] = true
		}
	}
	for _, t := range all {
		if t.System == kubernetes && objects[t.Name] && !r.isTaken(&t, names) {
			own = append(own, t)
		}
	}
	own = own[:min(len(own), maxTakers)]
	for i := range own {
		own[i].Places = own[i].Places[:min(len(own[i].Places), maxSites)]
	}
	return own
}

const kubernetes = "kubernetes"

// names gives those under which the value is known: of secrets, and where it was found.
func (r *Record) names() []vault.Ref {
	names := slices.Concat(r.Refs, r.aliases)
	if r.Name != "" {
		names = append(names, vault.Ref{Environment: r.Env, Name: r.Name})
	}
	return names
}

// isTaken tells whether a taker takes the value.
func (r *Record) isTaken(t *Taker, names []vault.Ref) bool {
	if len(t.Files) > 0 {
		return slices.ContainsFunc(r.Sites, func(s Site) bool {
			return s.Kind == place.File && slices.Contains(t.Files, path.Join(s.Root, s.Name()))
		})
	}
	for _, n := range names {
		if n.Name == t.Name || slices.ContainsFunc(t.As, func(as vault.Ref) bool {
			return as.Name == n.Name && (as.Environment == "" || as.Environment == n.Environment)
		}) {
			return true
		}
	}
	return false
}

func sameTaker(a, b Taker) bool {
	return a.System == b.System && a.Name == b.Name && slices.EqualFunc(a.Places, b.Places, func(p, q place.Place) bool { return PlaceKey(&p) == PlaceKey(&q) })
}
