package rotation

import (
	"cmp"
	"slices"
	"time"
)

// Summary is how a vault's records stand at a time.
type Summary struct {
	Total
	Owners    []Total // by name, nobody first
	Providers []Total // by name
}

// Total counts records.
type Total struct {
	Name     string // of an owner or a provider; "" for nobody, and for all
	Open     int
	Overdue  int // of those that are open
	Blocked  int // likewise
	Closed   int
	Proven   int           // of those that are closed: dead by an answer
	Attested int           // likewise: dead by a person's word
	Aside    int           // false positive or accepted
	ToClose  time.Duration // from found to closed, the median; 0 if none is closed
	Oldest   time.Duration // since the oldest that is open was found

	took []time.Duration
}

// Summarize counts records.
func Summarize(all []*Record, now time.Time) Summary {
	var s Summary
	owners, providers := make(map[string]*Total), make(map[string]*Total)
	for _, r := range all {
		for _, t := range []*Total{&s.Total, totalOf(owners, r.Owner), totalOf(providers, cmp.Or(r.Provider, r.Rule))} {
			t.count(r, now)
		}
	}
	s.median()
	s.Owners, s.Providers = totals(owners), totals(providers)
	return s
}

func totalOf(all map[string]*Total, name string) *Total {
	if all[name] == nil {
		all[name] = &Total{Name: name}
	}
	return all[name]
}

func totals(all map[string]*Total) []Total {
	var sorted []Total
	for _, t := range all {
		t.median()
		sorted = append(sorted, *t)
	}
	slices.SortFunc(sorted, func(a, b Total) int { return cmp.Compare(a.Name, b.Name) })
	return sorted
}

func (t *Total) count(r *Record, now time.Time) {
	switch {
	case r.State == Closed:
		t.Closed++
		t.took = append(t.took, r.Ended.Sub(r.Begun))
		if r.Evidence != nil && r.Evidence.Proven {
			t.Proven++
		} else {
			t.Attested++
		}
		return
	case !r.State.Open():
		t.Aside++
		return
	}
	t.Open++
	t.Oldest = max(t.Oldest, now.Sub(r.Begun))
	if r.Overdue(now) {
		t.Overdue++
	}
	if r.Blocked != "" {
		t.Blocked++
	}
}

// median finds out how long records took that are closed.
func (t *Total) median() {
	if n := len(t.took); n > 0 {
		slices.Sort(t.took)
		t.ToClose = t.took[n/2]
	}
}
