package secret

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// Occurrence is a value in a text: in text[From:To].
type Occurrence struct {
	From, To int
	Value    Value
}

// Finder gives a function that finds every occurrence of the values in a text, for those who
// have to know where they are before they hide them: as they are, in base64 (alone or
// within a longer text) and escaped as in a URL. It gives them by where they begin; they may
// overlap. As with [Hider], short values are not looked for.
//
// The function is safe for concurrent use, and takes time that depends on the text's length
// alone, unless values begin alike.
func Finder(values []Value) func(text []byte) []Occurrence {
	type form struct {
		text  string
		value Value
	}
	forms := make(map[string][]form) // by how they begin
	begins := make([]bool, 1<<16)    // by their first two bytes, since nearly no text begins any
	pair := func(a, b byte) int { return int(a)<<8 | int(b) }
	for _, v := range values {
		for _, text := range formsOf(v.Reveal()) {
			head := text[:leastHidden]
			forms[head] = append(forms[head], form{text, v})
			begins[pair(head[0], head[1])] = true
		}
	}
	return func(text []byte) []Occurrence {
		var all []Occurrence
		for i := 0; i+leastHidden <= len(text); i++ {
			if !begins[pair(text[i], text[i+1])] {
				continue
			}
			for _, f := range forms[string(text[i:i+leastHidden])] {
				if end := i + len(f.text); end <= len(text) && string(text[i:end]) == f.text {
					all = append(all, Occurrence{i, end, f.value})
				}
			}
		}
		return all
	}
}

// formsOf gives the texts that a value is found by, each once.
func formsOf(text string) []string {
	if len(text) < leastHidden {
		return nil
	}
	all := []string{text}
	add := func(form string) {
		if len(form) >= leastHidden && !slices.Contains(all, form) {
			all = append(all, form)
		}
	}
	add(url.QueryEscape(text))
	add(url.PathEscape(text))
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		// What is before the value changes its first digit or two, and where all others
		// stand; what is after it changes the last digit.
		for before := range 3 {
			digits := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + text))
			first, last := (before*8+5)/6, (before+len(text))*8/6
			add(digits[first:last])
		}
	}
	return all
}

// Contains tells whether a value has another one in it, as it is or encoded. Values that
// [Finder] doesn't look for are in none.
func (v Value) Contains(part Value) bool {
	return len(Finder([]Value{part})([]byte(v.Reveal()))) > 0
}

// ContainsAs tells whether a value has another one in it between the same characters as a
// whole has: a password that is also the name of a user is not in an address with that user
// and another password. Of a whole that doesn't have it as it is, it is Contains.
func (v Value) ContainsAs(part, whole Value) bool {
	around := surroundings(whole.Reveal(), part.Reveal())
	if len(around) == 0 {
		return v.Contains(part)
	}
	there := surroundings(v.Reveal(), part.Reveal())
	for at := range around {
		if !there[at] {
			return false
		}
	}
	return true
}

// surroundings gives the characters between which a text has a part, none at its ends.
func surroundings(text, part string) map[[2]string]bool {
	all := make(map[[2]string]bool)
	if part == "" {
		return all
	}
	for from := 0; ; from++ {
		i := strings.Index(text[from:], part)
		if i < 0 {
			return all
		}
		from += i
		end := from + len(part)
		all[[2]string{text[max(from-1, 0):from], text[end:min(end+1, len(text))]}] = true
	}
}
