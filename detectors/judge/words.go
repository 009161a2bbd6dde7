package judge

import (
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/ascii"
)

// set makes a set of the words of a text.
func set(text string) map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		all[w] = true
	}
	return all
}

// anyOf tells whether one of some words is in a set.
func anyOf(words []string, set map[string]bool) bool {
	return slices.ContainsFunc(words, func(w string) bool { return set[w] })
}

// words splits a name into its words, in lower case: runs of ASCII letters, cut at the
// humps of camelCase, with the digits that follow.
func words(name string) []string {
	var all []string
	for i := 0; i < len(name); {
		if !ascii.IsLetter(name[i]) {
			i++
			continue
		}
		end := wordEnd(name, i)
		for end < len(name) && ascii.IsDigit(name[end]) {
			end++
		}
		all = append(all, strings.ToLower(name[i:end]))
		i = end
	}
	return all
}

// bare is a word without the digits that follow.
func bare(word string) string { return strings.TrimRight(word, digits) }

const digits = "0123456789"

// kinds counts letters (with all that is not ASCII), digits, and signs.
func kinds(s string) (letters, digits, signs int) {
	for i := range len(s) {
		switch c := s[i]; {
		case ascii.IsLetter(c) || c > 0x7f:
			letters++
		case ascii.IsDigit(c):
			digits++
		default:
			signs++
		}
	}
	return letters, digits, signs
}
