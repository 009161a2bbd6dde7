package format

// byteSet is a set of bytes.
type byteSet [256]bool

func newByteSet(members string) *byteSet {
	var s byteSet
	for i := range len(members) {
		s[members[i]] = true
	}
	return &s
}

var (
	blanks     = newByteSet(" \t\r")
	whiteSpace = newByteSet(" \t\r\n")
	// wordBytes are what a key without quotes is made of.
	wordBytes = newByteSet("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
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
