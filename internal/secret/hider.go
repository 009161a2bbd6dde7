package secret

import (
	"cmp"
	"slices"
	"strings"
)

// leastHidden is the length in bytes of the shortest value that a hider
// replaces. Shorter ones stand in ordinary words by chance, and a mask in the
// middle of a word would tell the value rather than hide it.
const leastHidden = 6

// Hider gives a function that replaces every occurrence of the values in a text
// by what show makes of them. Commit titles, author names, paths and addresses
// that are shown beside a secret may hold it, or another one.
//
// The function is safe for concurrent use.
func Hider(values []Value, show func(Value) string) func(string) string {
	values = slices.Clone(values)
	// Of values that begin alike the replacer takes the one that comes first.
	slices.SortStableFunc(values, func(a, b Value) int { return cmp.Compare(len(b.Reveal()), len(a.Reveal())) })
	var pairs []string
	for _, v := range values {
		if len(v.Reveal()) >= leastHidden {
			pairs = append(pairs, v.Reveal(), show(v))
		}
	}
	return strings.NewReplacer(pairs...).Replace
}
