package match

import (
	_ "embed"
	"math"
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

// frequency estimates how often a text stands in a byte of source text, in any case.
func frequency(text string) float64 {
	if text == "" {
		return 1
	}
	row := byteClasses
	bits := 0.0 // twice the negated logarithm
	for i := range len(text) {
		class := byteClass(text[i])
		bits += float64(bigrams[row*bigramRow+class] - '#')
		row = class
	}
	return math.Exp2(-bits / 2)
}
