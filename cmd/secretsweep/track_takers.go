package main

import (
	"path"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// takersOf gives what the records keep of a reference. One to a file means another file in
// each of the roots.
func takersOf(r *scanner.Reference, names rootNames, project string, environments []string) []rotation.Taker {
	one := rotation.Taker{System: r.System, Name: cut(r.Name)}
	if r.System != "env-file" {
		one.Places = names.places(r.Places)
		for _, ref := range importers.Meant(r.System, r.Name, environments) {
			one.As = append(one.As, vault.Ref{Project: project, Environment: ref.Env, Name: ref.Name})
		}
		return []rotation.Taker{one}
	}
	var all []rotation.Taker
	byRoot := make(map[string]int)
	for _, p := range r.Places {
		at, known := byRoot[p.Root]
		if !known {
			at, byRoot[p.Root] = len(all), len(all)
			one.Files = names.files(p.Root, r.Name)
			all = append(all, one)
		}
		all[at].Places = append(all[at].Places, names.place(p))
	}
	return all
}

// files gives where a file of a root may be said to lie: as others have it, and on this
// machine alone.
func (n rootNames) files(root, name string) []string {
	var all []string
	for _, local := range []bool{false, true} {
		p := n.place(place.Place{Kind: place.File, Root: root, Path: name, Local: local})
		if path.IsAbs(name) {
			p.Root = ""
		}
		all = append(all, path.Join(p.Root, p.Path))
	}
	return all
}
