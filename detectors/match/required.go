package match

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/internal/ascii"
)

// A literal is a text that a match contains, if it is one of those that are required.
type literal struct {
	text string // ASCII letters in lower case
	// exact is how the text must be written, or "" if case does not matter.
	exact         string
	before, after extent // from the match's start to it, and from it to the match's end
	foreign       bool   // one of foreignFolds, which may stand in place of a letter
	search        int    // the number of the pattern that asks for it
}

// word is the strings that the literal stands for.
func (l literal) word() word {
	if l.exact != "" {
		return word{text: l.exact}
	}
	return word{l.text, true}
}

// run is words one of which stands in a match, in one place of an expression.
type run struct {
	words         []word // none is empty
	before, after extent // from the match's start to the word, and from it to the match's end
	bound         bool   // a word of the text begins or ends where they begin
}

// required is runs: every match contains a word of at least one of them, where its
// extents say. Literals are made of the one set that is chosen out of many.
type required []run

// toRequired makes a set of one run; nil if one of the words is empty.
func toRequired(r run) required {
	if slices.ContainsFunc(r.words, func(w word) bool { return w.text == "" }) {
		return nil
	}
	return required{r.cut()}
}

// cut is a run without the ends of long words. These tell hardly more, and a version of a
// text is searched as far around what is new in it as words are long.
func (r run) cut() run {
	words := make([]word, len(r.words))
	var rest extent // of what is cut off
	for i, w := range r.words {
		head, tail := w.cut()
		words[i] = head
		if i == 0 {
			rest = tail
		} else {
			rest = rest.or(tail)
		}
	}
	return run{words, r.before, rest.add(r.after), r.bound}
}

// cut gives the word's first bytes, and the extent of the others.
func (w word) cut() (head word, tail extent) {
	at := min(len(w.text), longestWord)
	for at > 0 && at < len(w.text) && !utf8.RuneStart(w.text[at]) {
		at--
	}
	if at == len(w.text) {
		return w, extent{}
	}
	return word{w.text[:at], w.folded}, literalExtent([]rune(w.text[at:]), w.folded)
}

// size is how many words a set has.
func (r required) size() int {
	n := 0
	for i := range r {
		n += len(r[i].words)
	}
	return n
}

// frequency estimates how often one of the words stands in a byte of source text.
func (r required) frequency() float64 {
	sum := 0.0
	for i := range r {
		for _, w := range r[i].words {
			sum += w.frequency()
		}
	}
	return sum
}

// fixed tells whether each word stands at a known distance from the match's start.
func (r required) fixed() bool {
	return !slices.ContainsFunc(r, func(run run) bool { return run.before.min != run.before.max })
}

// rarestOf gives the rarest set; nil if there is none.
func rarestOf(sets []required) required {
	var rarest required
	least := 0.0
	for _, set := range sets {
		if f := set.frequency(); rarest == nil || f < least {
			rarest, least = set, f
		}
	}
	return rarest
}

// shift is the set of an expression in the midst of others. Bound tells whether a
// word begins or ends where the expression begins.
func (r required) shift(before, after extent, bound bool) required {
	moved := slices.Clone(r)
	for i := range moved {
		run := &moved[i]
		run.bound = run.bound || bound && run.before.max == 0
		run.before, run.after = before.add(run.before), run.after.add(after)
	}
	return moved
}

// prepend shifts a set, and puts the words of the run before it before those of its
// words that stand where that run ends. The parser takes what branches have in common
// out of them, and this puts it back. It is nil if there is nothing to put, or too
// much.
func (r required) prepend(first run, before, after extent) required {
	if isNothing(first.words) || len(first.words)*r.size() > maxWords {
		return nil
	}
	longer := r.shift(before, after, false)
	for i := range longer {
		if r[i].before.max == 0 {
			longer[i] = run{cross(first.words, r[i].words), first.before, longer[i].after, first.bound}.cut()
		}
	}
	return longer
}

// literals makes literals of a set. Whole is the extent of the expression.
func (r required) literals(whole extent) []literal {
	all := make([]literal, 0, r.size()+len(foreignFolds))
	for i := range r {
		all = r[i].literals(all)
	}
	return withForeign(all, whole)
}

// literals adds those of a run. Two words that differ in case alone are one.
func (r *run) literals(all []literal) []literal {
	first := len(all)
	at := make(map[string]int, len(r.words))
	before := [...]extent{r.before, r.before}
	before[1].last = before[1].last.offWord()
	for _, w := range r.words {
		l := literal{text: lowerASCII(w.text), before: r.before, after: r.after}
		if r.bound && ascii.IsWord(l.text[0]) {
			l.before = before[1]
		}
		if !w.folded {
			l.exact = w.text
		}
		i, has := at[l.text]
		if !has {
			at[l.text] = len(all) - first
			all = append(all, l)
		} else if all[first+i].exact != l.exact {
			all[first+i].exact = ""
		}
	}
	return all
}

// foreignFolds are the runes outside ASCII that fold to an ASCII letter: a long s
// and the Kelvin sign. No word has one for the sake of a folded letter, since each
// such letter would double the words. They are literals by themselves instead.
var foreignFolds = [...]string{"\u017f", "\u212a"}

// withForeign adds the foreign folds to literals if one of these has a letter that
// they fold to. What stands around them in a match is not known.
func withForeign(literals []literal, whole extent) []literal {
	letters := [...]string{"s", "k"}
	around := extent{max: whole.max, newline: whole.newline}
	all := literals
	for i, text := range foreignFolds {
		if slices.ContainsFunc(literals, func(l literal) bool { return l.exact == "" && strings.Contains(l.text, letters[i]) }) {
			all = append(all, literal{text: text, before: around, after: around, foreign: true})
		}
	}
	return all
}
