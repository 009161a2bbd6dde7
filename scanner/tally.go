package scanner

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// tally adds up what sources tell besides chunks. It is safe for concurrent use.
type tally struct {
	mu       sync.Mutex
	problems map[problemKey]Problem
	leftOut  map[Reason]*leftOut
	counts   map[Counter]int64
	silenced map[string]map[secret.Fingerprint]bool
}

// problemKey tells problems apart by what is said of them.
type problemKey struct{ what, why string }

// leftOut is what was left out for one reason.
type leftOut struct {
	whats map[string]int64 // at most maxListed+1 of them
	total int64
}

// maxListed is how many things that were left out for one reason are listed. If
// there are more, none is.
const maxListed = 5

func newTally() *tally {
	return &tally{
		problems: make(map[problemKey]Problem),
		leftOut:  make(map[Reason]*leftOut),
		counts:   make(map[Counter]int64),
		silenced: make(map[string]map[secret.Fingerprint]bool),
	}
}

// Problem notes a problem. One that is told twice is one.
func (t *tally) Problem(p Problem) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.problems[problemKey{p.What, p.Err.Error()}] = p
}

// LeftOut adds to what was left out.
func (t *tally) LeftOut(l LeftOut) {
	t.mu.Lock()
	defer t.mu.Unlock()
	sum := t.leftOut[l.Reason]
	if sum == nil {
		sum = &leftOut{whats: make(map[string]int64)}
		t.leftOut[l.Reason] = sum
	}
	n := max(l.Count, 1)
	sum.total += n
	if _, known := sum.whats[l.What]; known || len(sum.whats) <= maxListed {
		sum.whats[l.What] += n
	}
}

// Count adds to a figure.
func (t *tally) Count(what Counter, n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[what] += n
}

// silence notes a value that was found and is not reported where it was.
func (t *tally) silence(by string, value secret.Fingerprint) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.silenced[by] == nil {
		t.silenced[by] = make(map[secret.Fingerprint]bool)
	}
	t.silenced[by][value] = true
}

// sum gives all that was told, in order.
func (t *tally) sum() ([]Problem, Summary) {
	problems := slices.SortedFunc(maps.Values(t.problems), func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Err.Error(), b.Err.Error()))
	})
	s := Summary{Counts: t.counts, Problems: len(problems)}
	for _, reason := range slices.Sorted(maps.Keys(t.leftOut)) {
		sum := t.leftOut[reason]
		if len(sum.whats) > maxListed {
			s.LeftOut = append(s.LeftOut, LeftOut{Reason: reason, Count: sum.total})
			continue
		}
		for _, what := range slices.Sorted(maps.Keys(sum.whats)) {
			s.LeftOut = append(s.LeftOut, LeftOut{reason, what, sum.whats[what]})
		}
	}
	for _, by := range slices.Sorted(maps.Keys(t.silenced)) {
		s.Silenced = append(s.Silenced, Silenced{by, len(t.silenced[by])})
	}
	return problems, s
}
