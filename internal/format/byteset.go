package format

import "strings"

// byteSet is a set of bytes.
type byteSet [256]bool

func newByteSet(members string) *byteSet {
	var s byteSet
	for i := range len(members) {
		s[members[i]] = true
	}
	return &s
}

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
	digits  = "0123456789"
)

var (
	blanks     = newByteSet(" \t\r")
	whiteSpace = newByteSet(" \t\r\n")
	spaces     = newByteSet(" \t\n\v\f\r")
	// identifier is what names in programs are made of, wordBytes what a key without quotes
	// is, and nameBytes what a setting's name is.
	identifier = newByteSet(letters + digits)
	wordBytes  = newByteSet(letters + digits + "-.")
	nameBytes  = newByteSet(letters + digits + ".-[]")
)

// skip gives the first place from text[at] on that is none of the set.
func (s *byteSet) skip(text string, at int) int {
	for at < len(text) && s[text[at]] {
		at++
	}
	return at
}

// find gives the first place from text[at] on that is one of the set.
func (s *byteSet) find(text string, at int) int {
	for at < len(text) && !s[text[at]] {
		at++
	}
	return at
}

func isQuote(c byte) bool { return c == '"' || c == '\'' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return identifier[c] && !isDigit(c) }

// isName tells that a name is a word as programs name their settings, and no prose.
func isName(name string) bool {
	return name != "" && isLetter(name[0]) && nameBytes.skip(name, 0) == len(name)
}

// newline gives the length of a line's end at the beginning of a text.
func newline(s string) int {
	switch {
	case strings.HasPrefix(s, "\n"):
		return 1
	case strings.HasPrefix(s, "\r\n"):
		return 2
	}
	return 0
}
