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

// withTaker gives the takers of a record, and those that it has with one that a sweep came
// upon. A sweep of a repository says nothing of what lies in another one.
func (r *Record) withTaker(t Taker) []Taker {
	i := slices.IndexFunc(r.Takers, func(o Taker) bool { return o.System == t.System && o.Name == t.Name })
	if i < 0 {
		t.Places = t.Places[:min(len(t.Places), maxSites)]
		return append(slices.Clip(r.Takers), t)[:min(len(r.Takers)+1, maxTakers)]
	}
	places := slices.Clone(t.Places)
	for _, p := range r.Takers[i].Places {
		if !slices.ContainsFunc(t.Places, func(q place.Place) bool { return q.Root == p.Root }) {
			places = append(places, p)
		}
	}
	slices.SortStableFunc(places, place.Compare)
	all := slices.Clone(r.Takers)
	all[i].Places = places[:min(len(places), maxSites)]
	return all
}

// hasTaker tells whether a record has a taker as a sweep came upon it.
func (r *Record) hasTaker(t Taker) bool {
	return slices.EqualFunc(r.withTaker(t), r.Takers, func(a, b Taker) bool {
		return slices.EqualFunc(a.Places, b.Places, func(p, q place.Place) bool { return PlaceKey(&p) == PlaceKey(&q) })
	})
}
