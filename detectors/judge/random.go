package judge

import (
	_ "embed"
	"encoding/base64"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/internal/ascii"
)

// Surroundings are what is known of a value besides its text.
type Surroundings struct {
	Name       string // what it is assigned to; "" if that is not known
	Text       []byte
	Start, End int // the value in Text
}

// Random tells whether a machine made a value by chance: whether it is worth
// telling somebody about although nothing but its name says that it is a secret.
//
// It says no to what somebody made up, wrote as code, or computed from something
// that is no secret. Then it weighs how many bits it takes to write the value as
// words, numbers and punctuation against how many it takes as random characters.
func Random(value string, s Surroundings) bool {
	if strings.HasPrefix(value, "0x") && strings.Contains(value, ",") {
		return !namesPublic(words(s.Name)) && isRandomBytes(listedBytes(value))
	}
	if len(value) < leastRandom || !isPrintable(value) {
		return false
	}
	// First what takes the least time and says no to most.
	plain, encoded := PlainText(value)
	switch {
	case !encoded && (isRegular(value) || !isSurprising(value)), encoded && !holdsRandom(plain):
		return false
	case namesPublic(words(s.Name)), isFile(s.Name), isPlaceholder(value), isExpression(value, s), isStructured(value), IsDerived(value):
		return false
	}
	return !encoded || !isRegular(value)
}

// leastRandom is the length under which chance can't be told from intent.
const leastRandom = 8

// isSurprising tells whether a text takes so many more bits as words than as
// random characters that nobody wrote it. Of short ones that is asked with more
// rigour, and what has neither digits nor signs may be an abbreviation.
func isSurprising(s string) bool {
	const (
		short           = 12
		least           = 9.0 // bits: one word in some hundred looks like chance
		leastShort      = 16.0
		leastShortMixed = 9.0
	)
	if len(s) >= short {
		return surprise(s) >= least
	}
	if strings.ContainsFunc(s, func(r rune) bool { return !ascii.IsLetter(byte(r)) && r != '_' && r != '-' && r != '.' }) {
		return surprise(s) >= leastShortMixed
	}
	return surprise(s) >= leastShort
}

// holdsRandom tells whether a part of a text that was encoded looks random, as
// the password in user:password does.
func holdsRandom(plain string) bool {
	parts := strings.FieldsFunc(plain, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(`:;,"'{}[]()<>&?`, r)
	})
	for _, part := range parts {
		if len(part) >= leastRandom && isPrintable(part) && !refers(part) && !isPlaceholder(part) && !isStructured(part) &&
			!isRegular(part) && isSurprising(part) {
			return true
		}
	}
	return false
}

// PlainText decodes base64 that holds text a person can read.
func PlainText(value string) (string, bool) {
	const least = 12
	bare := strings.TrimRight(value, "=")
	if len(bare) < least || len(bare)%4 == 1 {
		return "", false
	}
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(bare, "-_") {
		encoding = base64.RawURLEncoding
	}
	data, err := encoding.DecodeString(bare)
	if err != nil || !utf8.Valid(data) {
		return "", false
	}
	for _, r := range string(data) {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) || r > unicode.MaxLatin1 && !unicode.IsLetter(r) {
			return "", false
		}
	}
	return string(data), true
}

// Login decodes the base64 of user:password.
func Login(value string) (user, password string, ok bool) {
	plain, err := base64.StdEncoding.DecodeString(value)
	if err != nil || !utf8.Valid(plain) {
		return "", "", false
	}
	return strings.Cut(string(plain), ":")
}

func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isRegular tells whether a text has a pattern: repeated characters or groups of
// them, runs such as 1234 or abcd, rows of keys, or too few different characters.
func isRegular(s string) bool {
	lower := strings.ToLower(s)
	var seen [128]bool
	distinct, inRuns, run := 0, 0, 1
	for i := range len(lower) {
		if !seen[lower[i]] {
			seen[lower[i]] = true
			distinct++
		}
		if i > 0 {
			if step := int(lower[i]) - int(lower[i-1]); step >= -1 && step <= 1 {
				run++
			} else {
				run = 1
			}
			switch {
			case run == 3:
				inRuns += 3
			case run > 3:
				inRuns++
			}
		}
	}
	if distinct < 6 || 2*inRuns >= len(s) {
		return true
	}
	for period := 1; period <= min(len(s)/2, 16); period++ {
		same := 0
		for i := period; i < len(lower); i++ {
			if lower[i] == lower[i-period] {
				same++
			}
		}
		if 10*same >= 6*(len(lower)-period) {
			return true
		}
	}
	for _, row := range keyRows {
		for i := 0; i+keyRun <= len(row); i++ {
			if strings.Contains(lower, row[i:i+keyRun]) {
				return true
			}
		}
	}
	return isPaired(lower)
}

// keyRows are what hands type that want some characters.
var keyRows = [...]string{
	"1234567890", "0123456789abcdef", "0987654321", "fedcba9876543210", "abcdefghijklmnopqrstuvwxyz",
	"qwertyuiop", "asdfghjkl", "zxcvbnm", "1q2w3e4r5t6y", "qazwsxedc",
}

// keyRun is how many of a row's keys are no chance.
const keyRun = 6

// isPaired tells whether each character stands twice, as in 00112233.
func isPaired(s string) bool {
	same := 0
	for i := 0; i+1 < len(s); i += 2 {
		if s[i] == s[i+1] {
			same++
		}
	}
	return 2*same > len(s)/2
}

// LetterBits is how surprising a letter is after two others in the words of source
// text: -log2 of how often it follows. Letters count from 0, [Edge] is a word's edge.
func LetterBits(a, b, c int) float64 { return float64(trigrams[(27*a+b)*trigramRow+c]-'A') / 2 }

// trigrams holds how common letters are after two others in the words of source
// text. The row of letters a and b is 27a+b, its column the next letter; the 27th
// is a word's edge. An entry is -2·log2 P(c|ab), as a character counted from 'A'.
//
//go:embed trigram.txt
var trigrams string

const (
	Edge       = 26
	trigramRow = 27 + 1 // and a line feed
)

// surprise tells how many bits more a text takes as words, numbers and
// punctuation than as characters taken at random from its alphabet.
func surprise(s string) float64 { return wordBits(s) - randomBits(s) }

// wordBits is the length of a text in bits if it is written as words, numbers and
// punctuation: the trigrams of each word, and some for where it ends and its case.
func wordBits(s string) float64 {
	const (
		hump            = 2 // a word begins after another one
		wordAfterNumber = 3 // a word begins after a number
		number          = 2 // a number begins
		numberAfterWord = 3 // a number begins after a word
		mark            = 2
		sign            = 7
	)
	bits := 0.0
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case ascii.IsLetter(c):
			end := wordEnd(s, i)
			if i > 0 && ascii.IsLetter(s[i-1]) {
				bits += hump
			} else if i > 0 && ascii.IsDigit(s[i-1]) {
				bits += wordAfterNumber
			}
			bits += lettersBits(s[i:end])
			i = end
		case ascii.IsDigit(c):
			if i > 0 && ascii.IsLetter(s[i-1]) {
				bits += numberAfterWord
			} else {
				bits += number
			}
			for ; i < len(s) && ascii.IsDigit(s[i]); i++ {
				bits += math.Log2(10)
			}
		case strings.IndexByte("_-./: ", c) >= 0:
			bits += mark
			i++
		default:
			bits += sign
			i++
		}
	}
	return bits
}

// wordEnd gives where the word that begins at i ends: before the next hump of
// camelCase, or at the last letter.
func wordEnd(s string, i int) int {
	j := i + 1
	if ascii.IsUpper(s[i]) {
		for j < len(s) && ascii.IsUpper(s[j]) {
			j++
		}
		if j-i > 1 {
			if j < len(s) && ascii.IsLower(s[j]) {
				return j - 1 // the last capital is the next word's first
			}
			return j
		}
	}
	for j < len(s) && ascii.IsLower(s[j]) {
		j++
	}
	return j
}

func lettersBits(word string) float64 {
	bits := 1.0
	a, b := Edge, Edge
	for i := range len(word) {
		c := int(word[i]|0x20) - 'a'
		bits += LetterBits(a, b, c)
		a, b = b, c
	}
	return bits + LetterBits(a, b, Edge)
}

// randomBits is the length of a text in bits if its characters are taken at
// random from the kinds of characters that it has.
func randomBits(s string) float64 {
	var lower, upper, digit, mark, sign, beyondHex bool
	for i := range len(s) {
		switch c := s[i]; {
		case ascii.IsLower(c):
			lower = true
			beyondHex = beyondHex || c > 'f'
		case ascii.IsUpper(c):
			upper = true
			beyondHex = beyondHex || c > 'F'
		case ascii.IsDigit(c):
			digit = true
		case strings.IndexByte("+/=-_", c) >= 0:
			mark = true
		default:
			sign = true
		}
	}
	size := 0
	for _, kind := range []struct {
		present bool
		size    int
	}{{lower, 26}, {upper, 26}, {digit, 10}, {mark, 2}, {sign, 28}} {
		if kind.present {
			size += kind.size
		}
	}
	if !beyondHex && lower != upper {
		size -= 20
	}
	return float64(len(s)) * math.Log2(float64(size))
}

// Entropy is a text's Shannon entropy, in bits per character.
func Entropy(s string) float64 {
	counts := map[rune]int{}
	n := 0
	for _, r := range s {
		counts[r]++
		n++
	}
	bits := 0.0
	for _, r := range s {
		bits -= math.Log2(float64(counts[r]) / float64(n))
	}
	return bits / float64(n)
}
