package match

import (
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/secretsweep/secretsweep/rules"
)

// MaxFound bounds what one rule gives for one text. A text with more is no text
// that a person wrote; the last Found is then marked as Truncated.
const MaxFound = 10_000

// Matcher is all rules of a set, compiled. It is safe for concurrent use.
type Matcher struct {
	owners    []*rule // by number of a search: the rule whose pattern it is; nil for parts
	always    []*rule // those that have no literal
	prefilter *prefilter
	uses      [][]*literal // by number of the prefilter's word
	longest   int          // of the prefilter's words
	scratch   sync.Pool    // of *scratch
}

// pattern is a pattern's search, and its number.
type pattern struct {
	searcher
	number   int
	literals []literal // it needs a hit of one of them; none: it reads every text
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
	Weak                     bool           // it failed a lenient check, or may be a word
	Pending                  []*rules.Allow // allows that hold if the path or commit is theirs
	Truncated                bool           // the rule matches further on, too, but gives no more than MaxFound
}

// PartFound is where a part of a match was found.
type PartFound struct {
	Part       *rules.Part
	Start, End int
}

// New compiles the rules of a set, and more that the set's allows are not for. Rules
// without a pattern are about files, not texts, and are passed over.
func New(set *rules.Set, more ...*rules.Rule) (*Matcher, error) {
	var all []*rules.Rule
	for _, r := range slices.Concat(set.Rules, more) {
		if r.Pattern != nil {
			all = append(all, r)
		}
	}
	compiled := make([]*rule, len(all))
	err := inParallel(len(all), func(i int) (err error) {
		everyone := set.Allow
		if slices.Contains(more, all[i]) {
			everyone = nil
		}
		if compiled[i], err = newRule(all[i], everyone); err != nil {
			return fmt.Errorf("rule %q: %w", all[i].ID, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return newMatcher(compiled), nil
}

// newMatcher prepares the search for the literals of all rules.
func newMatcher(all []*rule) *Matcher {
	m := &Matcher{}
	uses := map[word][]*literal{}
	for _, r := range all {
		for _, p := range r.patterns() {
			p.number = len(m.owners)
			m.owners = append(m.owners, nil)
			for i := range p.literals {
				l := &p.literals[i]
				l.search = p.number
				uses[l.word()] = append(uses[l.word()], l)
				m.longest = max(m.longest, len(l.text))
			}
		}
		if len(r.pattern.literals) > 0 {
			m.owners[r.pattern.number] = r
		} else {
			m.always = append(m.always, r)
		}
	}
	words := slices.SortedFunc(maps.Keys(uses), word.compare)
	m.prefilter = newPrefilter(words)
	for _, w := range words {
		m.uses = append(m.uses, uses[w])
	}
	m.scratch.New = func() any {
		return &scratch{bySearch: make([][]*hit, len(m.owners)), live: make([]bool, len(m.owners))}
	}
	return m
}

// inParallel calls do for each number below n. Its error is that of the least number.
func inParallel(n int, do func(i int) error) error {
	var (
		workers sync.WaitGroup
		next    atomic.Int64
		errs    = make([]error, n)
	)
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs[i] = do(i)
			}
		})
	}
	workers.Wait()
	return cmp.Or(errs...)
}

// Slow gives the ids of rules that have no usable literal. They search every
// text as a whole, which takes longer than all other rules together.
func (m *Matcher) Slow() []string {
	var ids []string
	for _, r := range m.always {
		ids = append(ids, r.ID)
	}
	return ids
}

// Text is what [Matcher.Find] searches, and what is known of it beforehand.
type Text struct {
	Data   []byte
	Binary bool // only rules that can't match by chance apply
	// InPath, unless it is nil, tells whether the text may be at a path that a rule
	// with a path asks for. The other rules with a path find nothing.
	InPath func(path *rules.Pattern) bool

	// Base is the trace of another text, by the same Matcher, and Copied are the pieces
	// of Data that are taken from that one, in the order in which they stand in Data.
	// They change what is read, not what is found; the fewer and longer, the better.
	Base   *Trace
	Copied []Copy
	// Trace, unless it is nil, becomes that of this text.
	Trace *Trace
}

// Find gives what the rules find in a text, ordered by Start, End and rule id.
//
// The matches of a rule are those of its pattern's FindAllSubmatchIndex over the
// whole text that pass the rule's other conditions. Time is linear in the text
// for all but contrived patterns; memory is at most some dozens of bytes per byte
// of a text made of literals, and next to nothing for others.
func (m *Matcher) Find(input Text) []Found {
	s := m.scratch.Get().(*scratch)
	defer func() {
		if s.reset() {
			m.scratch.Put(s)
		}
	}()
	m.hits(s, &input)

	var all []Found
	t := &text{data: input.Data, hits: s.bySearch, inPath: input.InPath}
	find := func(r *rule) {
		if !input.Binary || r.binary {
			all = r.find(t, all)
		}
	}
	for _, search := range s.used {
		if r := m.owners[search]; r != nil {
			find(r)
		}
	}
	for _, r := range m.always {
		find(r)
	}
	if input.Trace != nil {
		input.Trace.keep(len(input.Data), s.hits)
	}
	slices.SortFunc(all, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Rule.ID, b.Rule.ID))
	})
	return all
}

// hits finds the literals in a text. It reads as much of it as nobody has read.
func (m *Matcher) hits(s *scratch, t *Text) {
	if t.Base == nil || !t.Base.known {
		s.hits = m.scan(s.hits, t.Data, 0, len(t.Data))
		sortHits(s.hits)
	} else {
		p := pieces{t.Copied, t.Base.size, len(t.Data)}
		s.copied = p.inherited(s.copied, t.Base.hits)
		p.seams(m.longest+nearby, func(from, to int) { s.fresh = m.scan(s.fresh, t.Data, from, to) })
		sortHits(s.fresh)
		s.hits = merge(s.hits, s.copied, s.fresh)
	}
	for i := range s.hits {
		if h := &s.hits[i]; h.rejected.empty() && !s.live[h.literal.search] {
			s.live[h.literal.search] = true
			s.used = append(s.used, h.literal.search)
		}
	}
	if len(s.used) == 0 {
		return
	}
	for i := range s.hits {
		if h := &s.hits[i]; s.live[h.literal.search] {
			s.bySearch[h.literal.search] = append(s.bySearch[h.literal.search], h)
		}
	}
}

// scan adds the hits in a part of a text that fit there.
func (m *Matcher) scan(into []hit, data []byte, from, to int) []hit {
	m.prefilter.scan(data[from:to], func(word int32, at int) {
		at += from
		for _, l := range m.uses[word] {
			if l.fits(data, at) {
				into = append(into, hitAt(l, at))
			}
		}
	})
	return into
}

// scratch is memory that one Find uses and the next one may use again.
type scratch struct {
	hits          []hit    // ordered by end
	bySearch      [][]*hit // the same, of searches that have one which isn't rejected
	live          []bool   // which searches these are
	used          []int    // and their numbers
	copied, fresh []hit    // what hits are made of
}

// reset forgets all hits. It tells whether the memory is little enough to keep.
func (s *scratch) reset() bool {
	const keep = 1 << 16 // hits
	total := cap(s.hits) + cap(s.copied) + cap(s.fresh)
	for _, search := range s.used {
		total += cap(s.bySearch[search])
		s.bySearch[search], s.live[search] = s.bySearch[search][:0], false
	}
	s.used, s.hits, s.copied, s.fresh = s.used[:0], s.hits[:0], s.copied[:0], s.fresh[:0]
	return total <= keep
}
