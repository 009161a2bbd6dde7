package known

import (
	"cmp"
	"slices"

	"github.com/secretsweep/secretsweep/detectors"
)

// unite puts together what another detector found in a text and known values, of which both
// are ordered by start.
func unite(data []byte, found, known []detectors.Match) []detectors.Match {
	for i := range found {
		take(data, &found[i], known)
	}
	found = slices.DeleteFunc(found, func(m detectors.Match) bool { return givesWay(&m, known) })
	all := slices.Concat(found, known)
	slices.SortStableFunc(all, func(a, b detectors.Match) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Rule.ID, b.Rule.ID))
	})
	return all
}

// take makes a match one of the known value that lies in the same stretch of the text, if
// it was taken from there as it is: the lines of a key may be written with escapes.
func take(data []byte, m *detectors.Match, known []detectors.Match) {
	for _, k := range beginning(known, m.Start, m.Start+1) {
		if k.End != m.End || m.Value.Reveal() != string(data[m.Start:m.End]) {
			continue
		}
		if m.Carrier.Equal(m.Value) {
			m.Carrier = k.Value
		}
		m.Value = k.Value
		return
	}
}

// givesWay tells whether a match that is one by its look alone, and no provider's, is mostly
// a known value: an encoded form of it, or as much of it as a pattern takes in.
func givesWay(m *detectors.Match, known []detectors.Match) bool {
	byLook := m.Rule.Random || m.Rule.Chosen
	if !byLook || m.Rule.Provider != nil && m.Rule.Provider.ID != "generic" {
		return false
	}
	near := beginning(known, 2*m.Start-m.End, m.End)
	return slices.ContainsFunc(near, func(k detectors.Match) bool {
		common := min(k.End, m.End) - max(k.Start, m.Start)
		return !k.Value.Equal(m.Value) && 2*common > max(k.End-k.Start, m.End-m.Start)
	})
}

// beginning gives the matches that begin in a stretch of the text.
func beginning(all []detectors.Match, from, to int) []detectors.Match {
	at := func(m detectors.Match, start int) int { return cmp.Compare(m.Start, start) }
	first, _ := slices.BinarySearchFunc(all, from, at)
	end, _ := slices.BinarySearchFunc(all, to, at)
	return all[first:max(first, end)]
}
