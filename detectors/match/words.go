package match

import "github.com/secretsweep/secretsweep/internal/ascii"

// Words finds the places of some words in a text, in any case.
type Words struct {
	prefilter *prefilter
	lengths   []int
}

// NewWords makes a search for words in lower case.
func NewWords(texts ...string) *Words {
	w := &Words{}
	var words []word
	for _, text := range texts {
		words = append(words, word{text, true})
		w.lengths = append(w.lengths, len(text))
	}
	w.prefilter = newPrefilter(words)
	return w
}

// Names calls found for the identifiers of a text that have one of the words in them:
// letters, digits, underscores, hyphens and all that is not ASCII. One may come several
// times. found tells whether to go on.
func (w *Words) Names(text []byte, found func(start, end int) bool) {
	isName := func(c byte) bool { return ascii.IsWord(c) || c == '-' || c >= 0x80 }
	const longest, part = 100, 1 << 12
	for from := 0; from < len(text); from += part {
		to, goOn := min(from+part, len(text)), true
		w.prefilter.scan(text[from:min(to+longest, len(text))], func(word int32, at int) {
			at += from
			if !goOn || at >= to {
				return
			}
			start, end := at, at+w.lengths[word]
			for start > 0 && at-start < longest && isName(text[start-1]) {
				start--
			}
			for end < len(text) && end-at < longest && isName(text[end]) {
				end++
			}
			goOn = found(start, end)
		})
		if !goOn {
			return
		}
	}
}
