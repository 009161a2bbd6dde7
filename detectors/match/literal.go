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
	maxWords    = 512 // strings of a set
	longestWord = 16  // bytes of one of them
	longEnough  = 8   // bytes from which on a string gains nothing by what may follow in several ways
	maxSets     = 16  // sets of an expression
	maxClass    = 8   // runes of a class that is spelled out
	maxCopies   = 24  // copies of a repeated expression that are spelled out
)

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

// analyser finds the shapes of expressions that have parts in common. It keeps those of
// all parts.
type analyser map[*syntax.Regexp]*shape

// shape gives an expression's.
func (a analyser) shape(re *syntax.Regexp) shape {
	if s, known := a[re]; known {
		return *s
	}
	s := a.analyse(re)
	switch re.Op {
	case syntax.OpConcat, syntax.OpAlternate, syntax.OpRepeat: // the others cost no more than keeping them
		a[re] = &s
	}
	return s
}

func (a analyser) analyse(re *syntax.Regexp) shape {
	switch re.Op {
	case syntax.OpNoMatch:
		return shape{words: []word{}}
	case syntax.OpWordBoundary:
		return shape{words: []word{{}}, boundary: true}
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText,
		syntax.OpEndText, syntax.OpNoWordBoundary:
		return shape{words: []word{{}}}
	case syntax.OpLiteral:
		if s, ok := asciiLiteral(re.Rune, re.Flags&syntax.FoldCase != 0); ok {
			return s
		}
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
		return a.shape(re.Sub[0])
	case syntax.OpStar:
		return repeat(a.shape(re.Sub[0]), 0, -1)
	case syntax.OpPlus:
		return repeat(a.shape(re.Sub[0]), 1, -1)
	case syntax.OpQuest:
		return repeat(a.shape(re.Sub[0]), 0, 1)
	case syntax.OpRepeat:
		return repeat(a.shape(re.Sub[0]), re.Min, re.Max)
	case syntax.OpConcat:
		parts := make([]shape, len(re.Sub))
		for i, sub := range re.Sub {
			parts[i] = a.shape(sub)
		}
		return sequence(parts)
	case syntax.OpAlternate:
		return a.alternate(re.Sub)
	}
	return shape{extent: extent{max: unbounded, newline: true}}
}

// asciiLiteral is the shape of a literal in ASCII, which most are: what [sequence] makes
// of its runes, for less.
func asciiLiteral(text []rune, fold bool) (shape, bool) {
	w, letters := word{}, make([]byte, len(text))
	for i, r := range text {
		if r >= utf8.RuneSelf {
			return shape{}, false
		}
		letters[i] = byte(r)
		if fold && ascii.IsLetter(letters[i]) {
			letters[i] |= caseBit
			w.folded = true
		}
	}
	w.text = string(letters)
	return shape{extent: literalExtent(text, fold), words: []word{w}}, true
}

// literalExtent is the extent of some runes, or of all that these fold to.
func literalExtent(text []rune, fold bool) extent {
	e := extent{
		first: besideRunes(orbit(text[0], fold)),
		last:  besideRunes(orbit(text[len(text)-1], fold)),
	}
	for _, r := range text {
		least, most := width(r), width(r)
		if r == utf8.RuneError { // as any byte that is not UTF-8 reads
			least = 1
		}
		for f := unicode.SimpleFold(r); fold && f != r; f = unicode.SimpleFold(f) {
			least, most = min(least, width(f)), max(most, width(f))
		}
		e.min, e.max, e.newline = e.min+least, e.max+most, e.newline || r == '\n'
	}
	return e
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
	if s.words == nil && len(s.sets) == 0 {
		return shape{extent: s.extent.times(least, most)}
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
		before extent                   // of parts[:i]
		last   = run{words: []word{{}}} // what the parts up to here match, back to one that is no list
		whole  = true                   // the run is all parts so far
		flush  = func(i int) { s.add(toRequired(run{last.words, last.before, after[i], last.bound})) }
	)
	for i, p := range parts {
		next := p.words
		last.bound = last.bound || p.boundary && isNothing(last.words)
		if next != nil && len(last.words)*len(next) <= maxWords && (len(next) <= 1 || !last.isLong()) {
			last.words = cross(last.words, next)
		} else {
			flush(i)
			whole = false
			if next != nil {
				last = run{words: next, before: before}
			} else {
				for _, set := range p.sets {
					s.add(set.shift(before, after[i+1], last.bound && isNothing(last.words)))
					s.add(set.prepend(last, before, after[i+1]))
				}
				last = run{words: []word{{}}, before: before.add(p.extent)}
			}
		}
		before = before.add(p.extent)
	}
	if whole {
		s.words = last.words
	} else {
		flush(len(parts))
	}
	return s
}

// isLong tells whether each word of a run is long enough.
func (r *run) isLong() bool {
	return !slices.ContainsFunc(r.words, func(w word) bool { return len(w.text) < longEnough })
}

// alternate is the shape of one expression or another. Of its branches' sets it
// joins the rarest ones, and the rarest of those at a fixed place.
func (a analyser) alternate(subs []*syntax.Regexp) shape {
	s := shape{words: []word{}}
	var rarest, fixed choices
	for i, sub := range subs {
		branch := a.shape(sub)
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
	c.failed = c.failed || set == nil || c.all.size()+set.size() > maxWords
	c.all = append(c.all, set...)
}

func (c *choices) set() required {
	if c.failed {
		return nil
	}
	return c.all
}

// required gives the sets. An expression whose every string is known has one,
// unless it matches the empty string.
func (s shape) required() []required {
	if s.words == nil {
		return s.sets
	}
	if set := toRequired(run{words: s.words}); set != nil {
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

// isNothing tells whether a run matches nothing but the empty string.
func isNothing(run []word) bool { return len(run) == 1 && run[0].text == "" }

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
