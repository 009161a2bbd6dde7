package match

import (
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/internal/ascii"
)

// Limits of what is worth knowing about an expression. Past them an answer is
// coarser, never wrong.
const (
	maxWords  = 512 // strings of a set
	maxSets   = 16  // sets of an expression
	maxClass  = 8   // runes of a class that is spelled out
	maxCopies = 24  // copies of a repeated expression that are spelled out
)

// A literal is a text that a match contains, if it is one of a required set.
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

func (l literal) frequency() float64 { return l.word().frequency() }

// foreignFolds are the runes outside ASCII that fold to an ASCII letter: a long s
// and the Kelvin sign. No word has one for the sake of a folded letter, since each
// such letter would double the words. They are literals by themselves instead.
var foreignFolds = [...]string{"\u017f", "\u212a"}

// withForeign adds the foreign folds to a set if one of its literals has a letter
// that they fold to. What stands around them in a match is not known.
func (r required) withForeign(whole extent) required {
	letters := [...]string{"s", "k"}
	around := extent{max: whole.max, newline: whole.newline}
	all := r
	for i, text := range foreignFolds {
		if slices.ContainsFunc(r, func(l literal) bool { return l.exact == "" && strings.Contains(l.text, letters[i]) }) {
			all = append(all, literal{text: text, before: around, after: around, foreign: true})
		}
	}
	return all
}

// required is a set of literals: every match contains at least one of them,
// where its extents say.
type required []literal

// frequency estimates how often one of the literals stands in a byte of source text.
func (r required) frequency() float64 {
	sum := 0.0
	for _, l := range r {
		sum += l.frequency()
	}
	return sum
}

// fixed tells whether each literal stands at a known distance from the match's start.
func (r required) fixed() bool {
	return !slices.ContainsFunc(r, func(l literal) bool { return l.before.min != l.before.max })
}

// word is one of the strings that an expression matches. ASCII letters of a
// folded word stand for both cases and are in lower case.
type word struct {
	text   string
	folded bool
}

// compare orders words.
func (w word) compare(v word) int {
	if c := cmp.Compare(w.text, v.text); c != 0 || w.folded == v.folded {
		return c
	}
	if w.folded {
		return 1
	}
	return -1
}

// shape is what is known of an expression.
type shape struct {
	extent extent
	words  []word // all strings that it matches; nil if they are too many to list
	sets   []required
	// boundary: it matches nothing but where a word begins or ends.
	boundary bool
}

// analyse finds an expression's shape.
func analyse(re *syntax.Regexp) shape {
	switch re.Op {
	case syntax.OpNoMatch:
		return shape{words: []word{}}
	case syntax.OpWordBoundary:
		return shape{words: []word{{}}, boundary: true}
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText,
		syntax.OpEndText, syntax.OpNoWordBoundary:
		return shape{words: []word{{}}}
	case syntax.OpLiteral:
		parts := make([]shape, len(re.Rune))
		for i, r := range re.Rune {
			parts[i] = runes(orbit(r, re.Flags&syntax.FoldCase != 0))
		}
		return sequence(parts)
	case syntax.OpCharClass:
		return runes(re.Rune)
	case syntax.OpAnyChar:
		return runes([]rune{0, utf8.MaxRune})
	case syntax.OpAnyCharNotNL:
		return runes([]rune{0, '\n' - 1, '\n' + 1, utf8.MaxRune})
	case syntax.OpCapture:
		return analyse(re.Sub[0])
	case syntax.OpStar:
		return repeat(analyse(re.Sub[0]), 0, -1)
	case syntax.OpPlus:
		return repeat(analyse(re.Sub[0]), 1, -1)
	case syntax.OpQuest:
		return repeat(analyse(re.Sub[0]), 0, 1)
	case syntax.OpRepeat:
		return repeat(analyse(re.Sub[0]), re.Min, re.Max)
	case syntax.OpConcat:
		parts := make([]shape, len(re.Sub))
		for i, sub := range re.Sub {
			parts[i] = analyse(sub)
		}
		return sequence(parts)
	case syntax.OpAlternate:
		return alternate(re.Sub)
	}
	return shape{extent: extent{max: unbounded, newline: true}}
}

// orbit gives a rune's ranges: itself, or all runes that it folds to.
func orbit(r rune, fold bool) []rune {
	ranges := []rune{r, r}
	if fold {
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			ranges = append(ranges, f, f)
		}
	}
	return ranges
}

// runes is the shape of one rune out of some ranges.
func runes(ranges []rune) shape {
	if len(ranges) == 0 {
		return shape{words: []word{}}
	}
	beside := besideRunes(ranges)
	var (
		s       = shape{extent: extent{min: utf8.UTFMax, first: beside, last: beside}}
		count   = 0
		invalid = false
	)
	for i := 0; i < len(ranges); i += 2 {
		lo, hi := ranges[i], ranges[i+1]
		s.extent.min = min(s.extent.min, width(lo))
		s.extent.max = max(s.extent.max, width(hi))
		s.extent.newline = s.extent.newline || lo <= '\n' && '\n' <= hi
		invalid = invalid || lo <= utf8.RuneError && utf8.RuneError <= hi
		count += int(hi-lo) + 1
	}
	if invalid { // any byte that is not UTF-8 reads as U+FFFD
		s.extent.min = 1
		return s
	}
	if count > maxClass {
		return s
	}
	s.words = []word{}
	for i := 0; i < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			s.words = append(s.words, word{text: string(r)})
		}
	}
	s.words = foldPairs(s.words)
	return s
}

// besideRunes is the border of one rune out of some ranges.
func besideRunes(ranges []rune) border {
	e := border{closed: true}
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i] < utf8.RuneSelf {
			e.add(byte(ranges[i]), byte(min(ranges[i+1], utf8.RuneSelf-1)))
		}
		if ranges[i+1] >= utf8.RuneSelf {
			e.add(utf8.RuneSelf, 0xff) // the bytes of such runes, and those of none
		}
	}
	return e
}

// foldPairs makes one folded word of both cases of an ASCII letter, and of the
// foreign fold beside them.
func foldPairs(words []word) []word {
	var folded []word
	has := func(text string) bool {
		return slices.ContainsFunc(words, func(w word) bool { return w.text == text })
	}
	for _, w := range words {
		lower := lowerASCII(w.text)
		switch {
		case w.text == foreignFolds[0] && has("s") && has("S"), w.text == foreignFolds[1] && has("k") && has("K"):
		case w.text == lower && has(strings.ToUpper(lower)) && len(lower) == 1 && ascii.IsLetter(lower[0]):
			folded = append(folded, word{lower, true})
		case w.text != lower && has(lower):
		default:
			folded = append(folded, w)
		}
	}
	return folded
}

func width(r rune) int {
	if n := utf8.RuneLen(r); n > 0 {
		return n
	}
	return 3 // a surrogate, which no text has
}

// repeat is the shape of least to most repetitions; most is negative if there
// is no end to them.
func repeat(s shape, least, most int) shape {
	if least == 0 {
		r := shape{extent: s.extent.times(0, most)}
		if most == 0 {
			r.words = []word{{}}
		} else if most == 1 && s.words != nil && len(s.words) < maxWords {
			r.words = append([]word{{}}, s.words...)
		}
		return r
	}
	copies := min(least, maxCopies)
	parts := make([]shape, copies, copies+1)
	for i := range parts {
		parts[i] = s
	}
	if least != most || copies < least {
		rest := -1
		if most >= 0 {
			rest = most - copies
		}
		parts = append(parts, shape{extent: s.extent.times(least-copies, rest)})
	}
	return sequence(parts)
}

// sequence is the shape of one expression after the other.
func sequence(parts []shape) shape {
	after := make([]extent, len(parts)+1) // of parts[i:]
	for i := len(parts) - 1; i >= 0; i-- {
		after[i] = parts[i].extent.add(after[i+1])
	}
	var (
		s      = shape{extent: after[0]}
		before extent       // of parts[:i]
		run    = []word{{}} // what the parts since runAt match
		runAt  = extent{}   // before the run
		bound  = false      // whether a word begins or ends there
		whole  = true       // the run is all parts so far
		flush  = func(i int) {
			set := toRequired(run, runAt, after[i])
			for k := range set {
				set[k].bound(bound)
			}
			s.add(set)
		}
	)
	for i, p := range parts {
		next := p.words
		bound = bound || p.boundary && isNothing(run)
		if next != nil && len(run)*len(next) <= maxWords {
			run = cross(run, next)
		} else {
			flush(i)
			whole = false
			if next != nil {
				run, runAt, bound = next, before, false
			} else {
				for _, set := range p.sets {
					s.add(shift(set, before, after[i+1], bound && isNothing(run)))
					s.add(prepend(run, runAt, set, before, after[i+1], bound))
				}
				run, runAt, bound = []word{{}}, before.add(p.extent), false
			}
		}
		before = before.add(p.extent)
	}
	if whole {
		s.words = run
	} else {
		flush(len(parts))
	}
	return s
}

// alternate is the shape of one expression or another. Of its branches' sets it
// joins the rarest ones, and the rarest of those at a fixed place.
func alternate(subs []*syntax.Regexp) shape {
	s := shape{words: []word{}}
	var rarest, fixed choices
	for i, sub := range subs {
		branch := analyse(sub)
		if i == 0 {
			s.extent = branch.extent
		} else {
			s.extent = s.extent.or(branch.extent)
		}
		if s.words != nil && branch.words != nil && len(s.words)+len(branch.words) <= maxWords {
			s.words = append(s.words, branch.words...)
		} else {
			s.words = nil
		}
		all := branch.required()
		rarest.join(rarestOf(all))
		fixed.join(rarestOf(slices.DeleteFunc(slices.Clone(all), func(r required) bool { return !r.fixed() })))
	}
	if s.words == nil {
		s.add(rarest.set())
		s.add(fixed.set())
	}
	return s
}

// choices joins a set of each branch to one. It is nothing once a branch has none.
type choices struct {
	all    required
	failed bool
}

func (c *choices) join(set required) {
	c.failed = c.failed || set == nil || len(c.all)+len(set) > maxWords
	c.all = append(c.all, set...)
}

func (c *choices) set() required {
	if c.failed {
		return nil
	}
	return c.all
}

// rarestOf gives the rarest set; nil if there is none.
func rarestOf(sets []required) required {
	if len(sets) == 0 {
		return nil
	}
	return slices.MinFunc(sets, func(a, b required) int { return cmp.Compare(a.frequency(), b.frequency()) })
}

// required gives the sets. An expression whose every string is known has one,
// unless it matches the empty string.
func (s shape) required() []required {
	if s.words == nil {
		return s.sets
	}
	if set := toRequired(s.words, extent{}, extent{}); set != nil {
		return []required{set}
	}
	return nil
}

func (s *shape) add(set required) {
	if set == nil {
		return
	}
	s.sets = append(s.sets, set)
	if len(s.sets) > maxSets {
		worst := 0
		for i := range s.sets {
			if s.sets[i].frequency() > s.sets[worst].frequency() {
				worst = i
			}
		}
		s.sets = slices.Delete(s.sets, worst, worst+1)
	}
}

// toRequired makes a set of words; nil if one of them is empty.
func toRequired(words []word, before, after extent) required {
	set := make(required, 0, len(words))
	at := make(map[string]int, len(words))
	for _, w := range words {
		if w.text == "" {
			return nil
		}
		l := literal{text: lowerASCII(w.text), before: before, after: after}
		if !w.folded {
			l.exact = w.text
		}
		i, has := at[l.text]
		if !has {
			at[l.text] = len(set)
			set = append(set, l)
		} else if set[i].exact != l.exact {
			set[i].exact = ""
		}
	}
	return set
}

// bound notes that a word begins or ends where the literal begins, if that is so.
func (l *literal) bound(so bool) {
	if so && ascii.IsWord(l.text[0]) {
		l.before.last = l.before.last.offWord()
	}
}

// isNothing tells whether a run matches nothing but the empty string.
func isNothing(run []word) bool { return len(run) == 1 && run[0].text == "" }

// shift is the set of an expression in the midst of others. Bound tells whether a
// word begins or ends where the expression begins.
func shift(set required, before, after extent, bound bool) required {
	moved := slices.Clone(set)
	for i := range moved {
		moved[i].bound(bound && moved[i].before.max == 0)
		moved[i].before = before.add(moved[i].before)
		moved[i].after = moved[i].after.add(after)
	}
	return moved
}

// prepend shifts a set, and puts the words of the run before it, which begins at
// runAt, before those literals that stand where it ends. The parser takes what
// branches have in common out of them, and this puts it back. It is nil if there
// is nothing to put, or too much. Bound is for where the run begins.
func prepend(run []word, runAt extent, set required, before, after extent, bound bool) required {
	if isNothing(run) || len(run)*len(set) > maxWords {
		return nil
	}
	var longer required
	for i, l := range shift(set, before, after, false) {
		if set[i].before.max > 0 {
			longer = append(longer, l)
			continue
		}
		for _, w := range run {
			long := literal{text: lowerASCII(w.text) + l.text, before: runAt, after: l.after}
			if !w.folded && l.exact != "" {
				long.exact = w.text + l.exact
			}
			long.bound(bound)
			longer = append(longer, long)
		}
	}
	return longer
}

func cross(a, b []word) []word {
	all := make([]word, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			w := word{x.text + y.text, x.folded || y.folded}
			if w.folded {
				w.text = lowerASCII(w.text)
			}
			all = append(all, w)
		}
	}
	return all
}

// lowerASCII is s with its ASCII letters in lower case and all else as it is.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
