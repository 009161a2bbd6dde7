package known

import (
	"strings"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/ascii"
	"github.com/secretsweep/secretsweep/internal/secret"
)

const (
	leastValue     = 6  // bytes of a value that is looked for
	leastWord      = 8  // letters of a word that is
	leastNumber    = 16 // characters of a number, a date or an address that is
	leastDifferent = 4  // different bytes in it
	mostRepeated   = 64 // times that a stretch of it is the same as another, on average
)

// trim takes off the blanks around a value: a file that was stored as a secret ends in a
// line feed, and its copy in another text does not.
func trim(v secret.Value) secret.Value { return secret.New(strings.TrimSpace(v.Reveal())) }

// trivial says why a value is not looked for: it would be found in texts that have nothing
// to do with it. It is "" for the others.
func trivial(v string) string {
	switch {
	case len(v) < leastValue:
		return "it has fewer than 6 bytes"
	case len(v) < leastNumber && strings.Trim(v, "0123456789.:-/+ ") == "":
		return "it is a short number, a date or an address"
	case len(v) < leastWord && isWord(v):
		return "it is a short word"
	case strings.EqualFold(v, "localhost"), judge.PasswordOf(v) == judge.Stock:
		return "everybody knows it, or it says what it is for"
	case different(v) < leastDifferent:
		return "it has hardly any different characters"
	case repeats(head(v)):
		return "it repeats itself"
	}
	return ""
}

// isWord tells whether all letters are of one case, but for the first one.
func isWord(v string) bool {
	return isLetters(v[1:], ascii.IsLower) && ascii.IsLetter(v[0]) || isLetters(v, ascii.IsUpper)
}

func isLetters(v string, is func(byte) bool) bool {
	for i := range len(v) {
		if !is(v[i]) {
			return false
		}
	}
	return true
}

// repeats tells whether a text is the same few characters again and again. In a text like it,
// it would begin anywhere.
func repeats(text string) bool {
	if len(text) <= mostRepeated+match.NeedleSize {
		return false
	}
	seen := map[string]bool{}
	for i := match.NeedleSize; i <= len(text); i++ {
		seen[text[i-match.NeedleSize:i]] = true
	}
	return len(seen)*mostRepeated < len(text)-match.NeedleSize
}

// different counts the bytes that occur in a text.
func different(v string) int {
	var seen [256]bool
	n := 0
	for i := range len(v) {
		if !seen[v[i]] {
			seen[v[i]] = true
			n++
		}
	}
	return n
}
