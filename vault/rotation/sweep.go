package rotation

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

// Swept is what a later sweep found for a project.
type Swept struct {
	Project string
	Leaks   []Sighting
	Takers  []Taker // of any secret
	// Roots are those that were read whole: where a value isn't found any more in one of them,
	// it is gone.
	Roots []string
}

// Sighting is a value that a sweep found, with all its places.
type Sighting struct {
	vault.Leaked
	Places []place.Place
	More   int // places beside these
}

// News is what a sweep has changed in the records of a project.
type News struct {
	New      int       // values that had no record
	Reopened []*Record // records that were closed, as they were then
	Spread   int       // other records with places that are new
	Gone     int       // places at which a value isn't any more
}

// Track takes in what a sweep found: new values get a record, new places are noted, what comes
// back reopens its record, and places that are gone are ticked off. Who can't read the
// project's records only adds what was found.
func (t *Tracker) Track(ctx context.Context, s Swept, source string) (News, error) {
	var news News
	known := make(map[secret.Fingerprint]*Record)
	var records []*Record
	if t.vault.CanReadLeaks(s.Project) {
		var err error
		if records, err = t.Records(ctx, s.Project); err != nil {
			return news, err
		}
	}
	for _, r := range records {
		known[r.Value.Fingerprint()] = r
	}
	var reports []vault.LeakReport
	seen := make(map[*Record]bool)
	for _, l := range s.Leaks {
		r := known[l.Value.Fingerprint()]
		report, err := s.report(l, r, &news)
		if err != nil {
			return news, err
		}
		if seen[r] = true; report != nil {
			reports = append(reports, *report)
		}
	}
	for _, r := range records {
		if seen[r] {
			continue
		}
		report, err := s.report(Sighting{Leaked: r.Leaked}, r, &news)
		if err != nil {
			return news, err
		}
		if report != nil {
			reports = append(reports, *report)
		}
	}
	if len(reports) == 0 {
		return news, nil
	}
	return news, t.vault.Track(ctx, "a sweep of "+source, reports...)
}

// report gives what is to be kept of a sighting; nil for nothing. r is the record of the
// value, nil if there is none.
func (s *Swept) report(l Sighting, r *Record, news *News) (*vault.LeakReport, error) {
	if r == nil {
		news.New++
		report := &vault.LeakReport{Project: s.Project, Leaked: l.Leaked, LeakEvent: vault.LeakEvent{Kind: vault.Found, Places: l.Places, MorePlaces: l.More}}
		var err error
		if takers := takersOf(s.Takers, []string{l.Name}); len(takers) > 0 {
			report.Data, err = json.Marshal([]Step{{Act: Sweep, Takers: takers}})
		}
		return report, err
	}
	var steps []Step
	places, fresh := r.unlike(l.Places)
	switch {
	case fresh && r.closed:
		news.Reopened = append(news.Reopened, r)
		steps = append(steps, Step{Act: Reopen, Reason: "a sweep found it again"})
	case fresh:
		news.Spread++
	}
	if gone := r.gone(s.Roots, l); len(gone) > 0 {
		news.Gone += len(gone)
		steps = append(steps, Step{Act: Clean, Places: gone})
	}
	if takers := takersOf(s.Takers, r.names()); len(takers) > 0 && !slices.EqualFunc(takers, r.Takers, sameTaker) {
		steps = append(steps, Step{Act: Sweep, Takers: takers})
	}
	if len(steps) == 0 && len(places) == 0 {
		return nil, nil
	}
	report, err := reportOf(r, steps)
	report.Leaked, report.Places, report.MorePlaces = l.Leaked, places, l.More
	return &report, err
}

// unlike gives the places that a record doesn't have as they are, and tells whether the value
// wasn't known to lie at one of them.
func (r *Record) unlike(places []place.Place) (all []place.Place, fresh bool) {
	for _, p := range places {
		key := PlaceKey(&p)
		i := slices.IndexFunc(r.Sites, func(s Site) bool { return s.Key == key })
		isNew := i < 0 || r.Sites[i].Status == Gone
		if isNew || r.Sites[i].Live() != p.Live() {
			all = append(all, p)
		}
		fresh = fresh || isNew
	}
	return all, fresh
}

// gone gives the keys of the places at which a sweep of roots should have come upon the value,
// and didn't.
func (r *Record) gone(roots []string, l Sighting) []string {
	if l.More > 0 {
		return nil // it may be among those
	}
	there := make(map[string]bool)
	for i := range l.Places {
		there[PlaceKey(&l.Places[i])] = true
	}
	var keys []string
	for _, s := range r.lying() {
		within := slices.ContainsFunc(roots, func(root string) bool { return s.Root == root || strings.HasPrefix(s.Root, root+"/") })
		if within && !there[s.Key] {
			keys = append(keys, s.Key)
		}
	}
	return keys
}

// names gives those by which a text may take the value from elsewhere.
func (r *Record) names() []string {
	names := []string{r.Name}
	for _, ref := range r.Refs {
		names = append(names, ref.Name)
	}
	return names
}

// takersOf gives the takers of names, without the places for which there is no room.
func takersOf(all []Taker, names []string) []Taker {
	var own []Taker
	for _, t := range all {
		if t.Name == "" || !slices.Contains(names, t.Name) {
			continue
		}
		t.Places = t.Places[:min(len(t.Places), maxSites)]
		if own = append(own, t); len(own) == maxTakers {
			break
		}
	}
	return own
}

func sameTaker(a, b Taker) bool {
	return a.System == b.System && a.Name == b.Name && slices.EqualFunc(a.Places, b.Places, func(p, q place.Place) bool { return PlaceKey(&p) == PlaceKey(&q) })
}
