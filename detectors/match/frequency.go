package match

import (
	_ "embed"
	"math"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/ascii"
)

// bigrams holds how common pairs of neighbouring bytes are in source text, as
// measured on some 80 MB of it (Go, Ruby, C, Markdown, YAML). Row a, column b is
// -2·log2 P(b|a), as a character counted from '#'; the row after the last one is
// -2·log2 P(b). Rows and columns are the classes of [byteClass].
//
//go:embed bigram.txt
var bigrams string

const (
	byteClasses = 63
	bigramRow   = byteClasses + 1 // and a line feed
)

// byteClass gives the row of a byte: a letter in either case, a digit, a line's
// end, a blank, a byte outside ASCII, another control character, or one of the
// punctuation marks.
func byteClass(b byte) int {
	switch {
	case 'a' <= b && b <= 'z':
		return int(b - 'a')
	case 'A' <= b && b <= 'Z':
		return int(b - 'A')
	case '0' <= b && b <= '9':
		return 26
	case b == '\n' || b == '\r':
		return 27
	case b == ' ' || b == '\t':
		return 28
	case b >= 0x80:
		return 29
	case b < ' ' || b == 0x7f:
		return 30
	case b <= '/':
		return 31 + int(b-'!')
	case b <= '@':
		return 46 + int(b-':')
	case b <= '`':
		return 53 + int(b-'[')
	}
	return 59 + int(b-'{')
}

// Odds of an upper-case letter in the same text: after what is no letter, after a
// lower-case one, and after another upper-case one.
const (
	upperFirst      = 0.25
	upperAfterLower = 0.05
	upperAfterUpper = 0.6
)

// frequency estimates how often a word stands in a byte of source text. A letter
// after two others is as likely as it is in words ([judge.LetterBits]): pairs alone make
// common words much too rare.
func (w word) frequency() float64 {
	before, row := byteClasses, byteClasses
	bits := 0.0 // twice the negated logarithm
	odds, upper := 1.0, upperFirst
	for i := range len(w.text) {
		b := w.text[i]
		class := byteClass(b)
		if before < judge.Edge && row < judge.Edge && class < judge.Edge {
			bits += 2 * judge.LetterBits(before, row, class)
		} else {
			bits += float64(bigrams[row*bigramRow+class] - '#')
		}
		before, row = row, class
		switch {
		case w.folded:
		case ascii.IsLower(b):
			odds *= 1 - upper
			upper = upperAfterLower
		case ascii.IsUpper(b):
			odds *= upper
			upper = upperAfterUpper
		default:
			upper = upperFirst
		}
	}
	return math.Exp2(-bits/2) * odds
}
