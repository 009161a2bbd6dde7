package scanner

import (
	"cmp"
	"slices"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
)

// naming gives what a value is called at its first match.
func (g *sighting) naming() Naming {
	return Naming{Name: g.Name, Parent: g.Parent, Env: g.Env, Carrier: g.Carrier}
}

// learn takes what a place and the sightings there say that it doesn't have yet.
func (n *Naming) learn(p *place.Place, sightings []*sighting) {
	said := ""
	if p.Kind == place.File {
		said = detectors.Environment(p.Name())
	}
	n.Env = cmp.Or(n.Env, said)
	var also []Naming // by one rule, since others may call the same spot otherwise
	for _, s := range sightings {
		if n.Name == "" {
			n.Name, n.Parent, also = s.Name, s.Parent, s.also
		}
		n.Env = cmp.Or(n.Env, s.Env)
		if n.Carrier.IsEmpty() || n.Carrier.Equal(s.Value) && !s.Carrier.Equal(s.Value) {
			n.Carrier, also = s.Carrier, s.also
		}
	}
	also = slices.Concat(n.Also, also)
	for i := range also {
		also[i].Env = cmp.Or(said, also[i].Env)
	}
	n.Also = n.others(also)
}

// others gives of namings those that differ from this one and have a name, in order.
func (n *Naming) others(all []Naming) []Naming {
	slices.SortFunc(all, Naming.compare)
	all = slices.CompactFunc(all, func(a, b Naming) bool { return a.compare(b) == 0 })
	all = slices.DeleteFunc(all, func(other Naming) bool { return other.Name == "" || other.compare(*n) == 0 })
	return slices.Clip(all[:min(len(all), MaxSpans)])
}

// compare orders namings.
func (n Naming) compare(o Naming) int {
	return cmp.Or(
		cmp.Compare(n.Name, o.Name),
		cmp.Compare(n.Parent, o.Parent),
		cmp.Compare(n.Env, o.Env),
		cmp.Compare(n.Carrier.Reveal(), o.Carrier.Reveal()),
	)
}
