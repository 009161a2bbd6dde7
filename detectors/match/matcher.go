package match

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/secretsweep/secretsweep/rules"
)

// MaxFound bounds what one rule gives for one text. A text with more is no text
// that a person wrote; the last Found is then marked as Truncated.
const MaxFound = 10_000

// Matcher is all rules of a set, compiled. It is safe for concurrent use.
type Matcher struct {
	rules     []*rule
	slow      []string
	prefilter *prefilter
	uses      [][]use // by number of the prefilter's word
	searches  int
	scratch   sync.Pool // of *scratch
}

// use says which search a word of the prefilter is for.
type use struct {
	search  int
	literal *literal
}

// pattern is a pattern's search, and its number.
type pattern struct {
	searcher
	number   int
	literals required // it needs a hit of one of them; none: it reads every text
}

// Found is a match of a rule that passed all that the rule asks for.
type Found struct {
	Rule                 *rules.Rule
	Start, End           int // the value
	MatchStart, MatchEnd int // the whole match of the pattern
	NameStart, NameEnd   int // the group "name"; -1 if it matched nothing
	// CarrierStart and CarrierEnd are the group "carrier", such as the URL around
	// a password; -1 if it matched nothing.
	CarrierStart, CarrierEnd int
	Parts                    []PartFound
	Literal                  int            // length of the shortest literal that the rule asks for; 0: none
	Weak                     bool           // it failed a lenient check
	Pending                  []*rules.Allow // allows that hold if the path or commit is theirs
	Truncated                bool           // the rule matches further on, too, but gives no more than MaxFound
}

// PartFound is where a part of a match was found.
type PartFound struct {
	Part       *rules.Part
	Start, End int
}

// New compiles the rules of a set. Rules without a pattern are about files, not
// texts, and are passed over.
func New(set *rules.Set) (*Matcher, error) {
	m := &Matcher{}
	uses := map[word][]use{}
	for _, r := range set.Rules {
		if r.Pattern == nil {
			continue
		}
		compiled, err := newRule(r, set.Allow, func(p *pattern) {
			p.number = m.searches
			m.searches++
			for i := range p.literals {
				l := &p.literals[i]
				uses[l.word()] = append(uses[l.word()], use{p.number, l})
			}
		})
		if err != nil {
			return nil, fmt.Errorf("rule %q: %w", r.ID, err)
		}
		m.rules = append(m.rules, compiled)
		if len(compiled.pattern.literals) == 0 {
			m.slow = append(m.slow, r.ID)
		}
	}
	words := slices.SortedFunc(maps.Keys(uses), word.compare)
	m.prefilter = newPrefilter(words)
	for _, w := range words {
		m.uses = append(m.uses, uses[w])
	}
	m.scratch.New = func() any { return &scratch{hits: make([][]hit, m.searches)} }
	return m, nil
}

// Slow gives the ids of rules that have no usable literal. They search every
// text as a whole, which takes longer than all other rules together.
func (m *Matcher) Slow() []string { return slices.Clone(m.slow) }

// Find gives what the rules find in a text, ordered by Start, End and rule id.
// In binary data only those rules apply that can't match by chance.
//
// The matches of a rule are those of its pattern's FindAllSubmatchIndex over the
// whole text that pass the rule's other conditions. Time is linear in the text
// for all but contrived patterns; memory is at most some dozens of bytes per byte
// of a text made of literals, and next to nothing for others.
func (m *Matcher) Find(data []byte, binary bool) []Found {
	s := m.scratch.Get().(*scratch)
	defer func() {
		if s.reset() {
			m.scratch.Put(s)
		}
	}()
	m.prefilter.scan(data, func(word int32, at int) {
		for _, u := range m.uses[word] {
			s.add(u.search, hit{u.literal, at})
		}
	})

	var all []Found
	t := &text{data: data, hits: s.hits}
	for _, r := range m.rules {
		if !binary || r.binary {
			all = r.find(t, all)
		}
	}
	slices.SortFunc(all, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Rule.ID, b.Rule.ID))
	})
	return all
}

// scratch is memory that one Find uses and the next one may use again.
type scratch struct {
	hits [][]hit // by search
	used []int   // searches that have hits
}

func (s *scratch) add(search int, h hit) {
	if len(s.hits[search]) == 0 {
		s.used = append(s.used, search)
	}
	s.hits[search] = append(s.hits[search], h)
}

// reset forgets all hits. It tells whether the memory is little enough to keep.
func (s *scratch) reset() bool {
	const keep = 1 << 16 // hits
	total := 0
	for _, search := range s.used {
		total += cap(s.hits[search])
		s.hits[search] = s.hits[search][:0]
	}
	s.used = s.used[:0]
	return total <= keep
}
