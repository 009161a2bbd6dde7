package match

import (
	"errors"
	"io"
	"regexp"
	"regexp/syntax"
	"sync"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/rules"
)

// A searcher finds the matches of one pattern: exactly those that the pattern's
// FindAllSubmatchIndex finds in the whole text, in the same order. It is told
// where literals of the pattern stand, and looks around these only.
type searcher interface {
	// search calls found with the indices of each match and its groups, until that
	// is enough. It may reorder the hits, and notes which are rejected or dismissed.
	// Those that are so already are not looked at again.
	search(text []byte, hits []*hit, found func(indices []int) verdict)
}

// verdict is what a rule says of a match of its pattern.
type verdict int

const (
	wanted    verdict = iota
	unwanted          // and it may be wanted in another text that has the same lines
	dismissed         // nor is it where the lines that it lies in are the same
	enough            // no further matches are asked for
)

// Costs of one look at a hit, in the time that it takes to read one byte of the
// text. They weigh ways to search against each other.
const (
	anchoredCost   = 60
	guardedCost    = 90 // and a window, now and then
	windowCost     = 1000
	windowByteCost = 50
	// ruleCost and partCost are the costs per byte of text past which literals
	// gain nothing. Parts are asked for rarely, and then whole texts are searched
	// if that keeps common literals out of all the others.
	ruleCost = windowByteCost
	partCost = 0.03
)

// newSearcher chooses how to search for a pattern, and the literals without a hit
// of which there is no match. If the pattern says too little of them they are the
// rule's own, and whole texts are searched: every one if there are none either.
func newSearcher(pattern *rules.Pattern, own []string, limit float64) (searcher, []literal, error) {
	tree := pattern.Tree()
	if height, size := measure(tree); height > maxHeight || size > maxSize {
		return nil, nil, errors.New("the pattern is too large")
	}
	shapes := analyser{}
	whole := shapes.shape(tree)
	lead, rest := cutLead(tree)
	tail := whole
	if lead != nil {
		tail = shapes.shape(rest)
	}

	var best required
	anchor := false
	least := limit
	for _, set := range tail.required() {
		if cost := set.frequency() * anchoredCost; set.fixed() && cost < least {
			best, least, anchor = set, cost, true
		}
	}
	for _, set := range whole.required() {
		if cost := windowsCost(set); cost < least {
			best, least, anchor = set, cost, false
		}
	}
	windowed := newWindowed(tree)
	if !anchor {
		for _, c := range cuts(tree) {
			for _, g := range c.guards(shapes) {
				if cost := g.set.frequency() * guardedCost; cost < least {
					best, least, windowed.guard = g.set, cost, g.guard
				}
			}
		}
	}
	if best == nil {
		var literals []literal
		for _, text := range own {
			literals = append(literals, literal{text: lowerASCII(text)})
		}
		return everywhere{windowed}, literals, nil
	}
	literals := best.literals(whole.extent)
	if !anchor {
		return windowed, literals, nil
	}
	return newAnchored(windowed, rest, lead, tail.extent), literals, nil
}

// Limits of expressions. Those of package regexp leave no room for what is put
// around one that only just compiles.
const (
	maxHeight = 900
	maxSize   = 100_000
)

func windowsCost(set required) float64 {
	const unboundedLength = 80 // a line, or what is read of it
	cost := 0.0
	for i := range set {
		around := 0
		for _, e := range []extent{set[i].before, set[i].after} {
			switch {
			case e.max != unbounded:
				around += e.max
			case e.newline:
				around += 100 * unboundedLength
			default:
				around += unboundedLength
			}
		}
		for _, w := range set[i].words {
			cost += w.frequency() * float64(windowCost+windowByteCost*(len(w.text)+around))
		}
	}
	return cost
}

// resumable is an expression that can be looked for from the middle of a text,
// where what stands before it counts for ^, \b and the like. Most rules never see
// a literal of theirs, so it is compiled at first use.
type resumable struct {
	start, later func() *regexp.Regexp // for the text's start, and for all other places
	context      bool                  // later begins with one more rune
}

// newResumable prepares an expression. If anchored, it is looked for at the given
// place only.
func newResumable(tree *syntax.Regexp, anchored bool) resumable {
	anchor, skip := "", lazySkip
	if anchored {
		anchor, skip = `\A`, ""
	}
	return resumable{
		context: looksBehind(tree),
		start:   sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(anchor + `(?:` + spell(tree) + `)`) }),
		later:   sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(oneRune + skip + `(` + spell(tree) + `)`) }),
	}
}

const (
	oneRune  = `\A(?s:.)`
	lazySkip = `(?s:.*?)`
)

// measure gives the height of an expression's tree, and how many nodes it has once
// repetitions are written out. Package regexp limits both, to 1,000 and to some
// millions.
func measure(re *syntax.Regexp) (height, size int) {
	for _, sub := range re.Sub {
		h, s := measure(sub)
		height, size = max(height, h), size+s
	}
	if re.Op == syntax.OpRepeat {
		size *= max(re.Min, re.Max, 1)
	}
	return height + 1, size + 1 + len(re.Rune)
}

// find gives the first match in text[from:to], with indices into text; nil if
// there is none. That part must hold a rune more than any match, unless it ends
// with the text or the match can't go on anyway.
func (r resumable) find(text []byte, from, to int) []int {
	if from == 0 || !r.context {
		return move(r.start().FindSubmatchIndex(text[from:to]), from)
	}
	_, n := utf8.DecodeLastRune(text[:from])
	m := r.later().FindSubmatchIndex(text[from-n : to])
	if m == nil {
		return nil
	}
	return move(m[2:], from-n)
}

// read is find for a long part of a text, of which it reads no more than it
// needs. It tells how much that was.
func (r resumable) read(text []byte, from, to int) (indices []int, read int) {
	n := 0
	re, skipped := r.start(), 0
	if from > 0 && r.context {
		_, n = utf8.DecodeLastRune(text[:from])
		re, skipped = r.later(), 2
	}
	reader := runeReader{text: text[from-n : to]}
	m := re.FindReaderSubmatchIndex(&reader)
	if m == nil {
		return nil, reader.at
	}
	return move(m[skipped:], from-n), reader.at
}

// runeReader reads a text and keeps count.
type runeReader struct {
	text []byte
	at   int
}

func (r *runeReader) ReadRune() (ch rune, size int, err error) {
	if r.at == len(r.text) {
		return 0, 0, io.EOF
	}
	ch, size = utf8.DecodeRune(r.text[r.at:])
	r.at += size
	return ch, size, nil
}

func move(indices []int, by int) []int {
	for i := range indices {
		if indices[i] >= 0 {
			indices[i] += by
		}
	}
	return indices
}

// looksBehind tells whether an expression can ask what stands before it.
func looksBehind(re *syntax.Regexp) bool {
	behind, _ := leading(re)
	return behind
}

// leading tells whether an expression can ask what stands before its first rune,
// and whether it can match without a rune.
func leading(re *syntax.Regexp) (behind, empty bool) {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true, true
	case syntax.OpEmptyMatch:
		return false, true
	case syntax.OpCapture, syntax.OpPlus:
		return leading(re.Sub[0])
	case syntax.OpStar, syntax.OpQuest:
		behind, _ = leading(re.Sub[0])
		return behind, true
	case syntax.OpRepeat:
		behind, empty = leading(re.Sub[0])
		return behind, empty || re.Min == 0
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			b, e := leading(sub)
			behind = behind || b
			if !e {
				return behind, false
			}
		}
		return behind, true
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			b, e := leading(sub)
			behind, empty = behind || b, empty || e
		}
		return behind, empty
	}
	return false, false
}
