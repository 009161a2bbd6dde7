package scanner

import (
	"cmp"
	"slices"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// located is where the hit with this number lies.
type located struct {
	hit   int
	place place.Place
}

// grouping is the places of each value.
type grouping map[secret.Fingerprint][]held

// held is a place and what holds there.
type held struct {
	place     place.Place
	sightings []*sighting
}

// settle adds the places of one source's hits, with what holds at each of them.
// A place where nothing does is none.
//
// A hit that continues another one's place has none of its own. A rule that
// matched only there still holds at that place, if none does that matched where
// it begins.
func (g grouping) settle(hits []*sighted, places []located) {
	placed := make([]bool, len(hits))
	for _, l := range places {
		placed[l.hit] = true
	}
	continuing := make(map[secret.Fingerprint][]*sighting)
	for i, h := range hits {
		if !placed[i] {
			continuing[h.value] = append(continuing[h.value], h.sightings...)
		}
	}
	for _, l := range places {
		h := hits[l.hit]
		sightings := holdAt(h.sightings, &l.place)
		switch {
		case len(sightings) == 0:
			sightings = holdAt(continuing[h.value], &l.place)
		case len(sightings) < len(h.sightings):
			narrow(&l.place, h.sightings, sightings)
		}
		if len(sightings) > 0 {
			g[h.value] = append(g[h.value], held{l.place, sightings})
		}
	}
}

// holdAt gives the sightings that hold at a place: what a rule says of paths,
// and what an allow says of paths and commits, is known only now. Where there is
// no path, or one that says nothing of the text as in a chat, the detector has decided.
func holdAt(sightings []*sighting, p *place.Place) []*sighting {
	commit := ""
	if p.Commit != nil {
		commit = p.Commit.ID
	}
	var holding []*sighting
	for _, s := range sightings {
		inPath := s.Rule.Path == nil || p.Path == "" || p.Kind == place.Chat || s.Rule.Path.MatchString(p.Name())
		allowed := slices.ContainsFunc(s.Pending, func(a *rules.Allow) bool { return a.HoldsAt(p.Name(), commit) })
		if inPath && !allowed {
			holding = append(holding, s)
		}
	}
	return holding
}

// narrow takes the spans out of a place that only sightings have that do not
// hold there.
func narrow(p *place.Place, all, holding []*sighting) {
	var gone []place.Span
	for _, s := range all {
		if !slices.Contains(holding, s) {
			gone = append(gone, s.spans...)
		}
	}
	kept := func(span place.Span) bool {
		in := func(s *sighting) bool { return slices.Contains(s.spans, span) }
		return !slices.Contains(gone, span) || slices.ContainsFunc(holding, in)
	}
	p.Keep(kept)
}

// findings gives a finding for each value, in order.
func (g grouping) findings() []Finding {
	all := make([]Finding, 0, len(g))
	for value, places := range g {
		all = append(all, finding(value, places))
	}
	all = withoutParts(all)
	slices.SortFunc(all, compareFindings)
	return all
}

// withoutParts leaves out values that lie nowhere but beside a graver one that
// they are a part of, as the id of a key does beside the key: that finding tells
// of them, unless it is so unsure that it may not be reported itself. What a vault
// keeps stays.
func withoutParts(all []Finding) []Finding {
	beside := make(map[secret.Fingerprint]map[string]bool) // part → where the values lie that it belongs to
	gravest := make(map[secret.Fingerprint]rules.Severity)
	for i := range all {
		if all[i].Confidence.Compare(rules.LeastConfidence) < 0 {
			continue
		}
		for _, p := range all[i].Parts {
			part := p.Value.Fingerprint()
			if beside[part] == nil {
				beside[part] = make(map[string]bool)
			}
			for j := range all[i].Places {
				beside[part][all[i].Places[j].Text()] = true
			}
			if all[i].Severity.Compare(gravest[part]) > 0 {
				gravest[part] = all[i].Severity
			}
		}
	}
	return slices.DeleteFunc(all, func(f Finding) bool {
		alone := func(p place.Place) bool { return !beside[f.Fingerprint][p.Text()] }
		return f.Vault == nil && f.Severity.Compare(gravest[f.Fingerprint]) < 0 && !slices.ContainsFunc(f.Places, alone)
	})
}

// finding puts together what is known of one value.
func finding(value secret.Fingerprint, places []held) Finding {
	slices.SortStableFunc(places, func(a, b held) int { return place.Compare(a.place, b.place) })
	f := Finding{Fingerprint: value}
	var sightings []*sighting // each once, though one text may lie at many places
	var covered []string      // rules that more specific ones cover
	seen := make(map[*sighting]bool)
	for i, at := range places {
		if i == 0 || place.Compare(at.place, places[i-1].place) != 0 {
			f.Places = append(f.Places, at.place)
			f.Namings = append(f.Namings, Naming{})
		}
		n := &f.Namings[len(f.Namings)-1]
		n.learn(&at.place, at.sightings)
		f.Env = cmp.Or(f.Env, n.Env)
		for _, s := range at.sightings {
			if !seen[s] {
				seen[s] = true
				sightings = append(sightings, s)
				covered = mergeIDs(covered, s.Also)
			}
		}
	}
	best := sightings[0]
	f.Also = covered
	for _, s := range sightings {
		if compareSpecific(s, best, covered) > 0 {
			best = s
		}
		f.Also = mergeIDs(f.Also, []string{s.Rule.ID})
		f.Name = cmp.Or(f.Name, s.Name)
		f.Parts = mergeParts(f.Parts, s.Parts)
		if f.Vault == nil {
			f.Vault = slices.Clone(s.Vault) // all that know it know the same
		}
		if s.Severity.Compare(f.Severity) > 0 {
			f.Severity = s.Severity
		}
		if s.Confidence.Compare(f.Confidence) > 0 {
			f.Confidence, f.Why = s.Confidence, s.Why
		}
	}
	f.Rule, f.Value, f.Carrier = best.Rule, best.Value, best.Carrier
	if best.Confidence == f.Confidence {
		f.Why = best.Why
	}
	f.Also = slices.DeleteFunc(f.Also, func(id string) bool { return id == f.Rule.ID })
	return f
}

// compareSpecific tells which of two sightings says more of the value; the
// lesser comes first.
func compareSpecific(a, b *sighting, covered []string) int {
	return cmp.Or(
		cmp.Compare(specificity(a.Rule, covered), specificity(b.Rule, covered)),
		a.Rule.Severity.Compare(b.Rule.Severity),
		a.Confidence.Compare(b.Confidence),
		-cmp.Compare(a.Rule.ID, b.Rule.ID),
	)
}

// specificity ranks rules: one that another one covers says least, then one that
// is not about what one provider issues.
func specificity(r *rules.Rule, covered []string) int {
	rank := 0
	if _, isCovered := slices.BinarySearch(covered, r.ID); !isCovered {
		rank += 2
	}
	if r.Provider != nil && r.Provider.ID != "generic" {
		rank++
	}
	return rank
}

// compareFindings is the order of reports: the worst and surest first.
func compareFindings(a, b Finding) int {
	return cmp.Or(
		-a.Severity.Compare(b.Severity),
		-a.Confidence.Compare(b.Confidence),
		cmp.Compare(providerID(a.Rule), providerID(b.Rule)),
		cmp.Compare(a.Rule.ID, b.Rule.ID),
		place.Compare(a.Places[0], b.Places[0]),
		a.Fingerprint.Compare(b.Fingerprint),
	)
}

func providerID(r *rules.Rule) string {
	if r.Provider == nil {
		return ""
	}
	return r.Provider.ID
}
