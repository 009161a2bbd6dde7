package rotation

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

// Swept is what a later sweep found for a project.
type Swept struct {
	Project string
	Leaks   []Sighting
	Takers  []Taker // of any secret
	// Gone tells whether a value, which the sweep didn't find at a place, isn't there any more.
	// A sweep that didn't look there can't tell, and one that looked may have been told to find
	// nothing. nil for a sweep that can't tell of any place.
	Gone func(ctx context.Context, v secret.Value, p place.Place) (bool, error)
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
	Reopened []Back    // records that were closed
	Spread   []*Record // other records with places that are new, as they were before
	Gone     int       // places at which a value isn't any more
	// Unread tells that nothing could be compared, because the person may not read the records:
	// New is all that was found.
	Unread bool
}

// Nothing tells whether nothing has changed.
func (n *News) Nothing() bool { return n.New+len(n.Reopened)+len(n.Spread)+n.Gone == 0 }

// Back is a record that was closed, as it was then, and where its value came back.
type Back struct {
	*Record
	Places []place.Place
}

// Track takes in what a sweep found: new values get a record, new places are noted, what comes
// back reopens its record, and places that are gone are ticked off. Who can't read the
// project's records only adds what was found.
func (t *Tracker) Track(ctx context.Context, s Swept, source string) (News, error) {
	for try := 1; ; try++ {
		news, err := t.track(ctx, &s, source)
		if _, changed := errors.AsType[*vault.ChangedError](err); !changed || try == attempts {
			return news, err
		}
	}
}

func (t *Tracker) track(ctx context.Context, s *Swept, source string) (News, error) {
	news := News{Unread: !t.vault.CanReadLeaks(s.Project)}
	known := make(map[secret.Fingerprint]*Record)
	var records []*Record
	if !news.Unread {
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
		if r == nil {
			report, err := s.first(l)
			if err != nil {
				return news, err
			}
			news.New++
			reports = append(reports, report)
			continue
		}
		seen[r] = true
		report, err := s.again(ctx, l, r, &news)
		if err != nil {
			return news, err
		}
		if report != nil {
			reports = append(reports, *report)
		}
	}
	for _, r := range records {
		if seen[r] {
			continue
		}
		report, err := s.again(ctx, Sighting{Leaked: r.Leaked}, r, &news)
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
	return news, t.vault.Track(ctx, cut("a sweep of "+source), reports...)
}

// first gives what is to be kept of a value that has no record.
func (s *Swept) first(l Sighting) (vault.LeakReport, error) {
	report := vault.LeakReport{Project: s.Project, Leaked: l.Leaked, LeakEvent: vault.LeakEvent{Kind: vault.Found, Places: l.Places, MorePlaces: l.More}}
	var err error
	r := Record{Leak: vault.Leak{Leaked: l.Leaked}}
	for _, p := range l.Places {
		r.Sites = append(r.Sites, Site{Place: p})
	}
	if takers := r.takersAmong(s.Takers); len(takers) > 0 {
		report.Data, err = json.Marshal([]Step{{Act: Sweep, Takers: takers}})
	}
	return report, err
}

// again gives what is to be kept of a sighting of a value that has a record; nil for nothing.
func (s *Swept) again(ctx context.Context, l Sighting, r *Record, news *News) (*vault.LeakReport, error) {
	var steps []Step
	is := r.unlike(l.Places, l.More)
	switch {
	case is.fresh() && r.closed:
		news.Reopened = append(news.Reopened, Back{r, is.back})
		steps = append(steps, Step{Act: Reopen, Reason: "a sweep found it again"})
	case is.fresh():
		news.Spread = append(news.Spread, r)
	}
	gone, err := s.gone(ctx, l, r)
	if err != nil {
		return nil, err
	}
	if len(gone) > 0 {
		news.Gone += len(gone)
		steps = append(steps, Step{Act: Clean, Places: gone})
	}
	if takers := slices.DeleteFunc(r.takersAmong(s.Takers), r.hasTaker); len(takers) > 0 {
		steps = append(steps, Step{Act: Sweep, Takers: takers})
	}
	if len(steps) == 0 && len(is.changed) == 0 && !is.restBack {
		return nil, nil
	}
	report, err := reportOf(r, steps)
	if len(steps) == 0 {
		report.Kind, report.Data = vault.Found, nil
	}
	report.Leaked, report.Places = l.Leaked, is.changed
	report.Leaked.Name = cmp.Or(r.Name, l.Name) // people name the record by that
	// It is asked about as before, and a driver goes on with what it began with. Where else a
	// password was found is kept beside it.
	beside := l.Rule == provider.DatabaseURL && !r.Carrier.IsEmpty()
	if !beside && (!r.Carrier.IsEmpty() || r.Stage != nil) {
		report.Carrier = secret.Value{}
	}
	if len(r.Parts) > 0 {
		report.Parts = nil
	}
	if l.More > 0 { // beside those that are reported
		report.MorePlaces = l.More + len(l.Places) - len(is.changed)
	}
	return &report, err
}

// gone gives the keys of the places at which a sweep should have come upon a value, and
// didn't.
func (s *Swept) gone(ctx context.Context, l Sighting, r *Record) ([]string, error) {
	if s.Gone == nil || l.More > 0 { // it may be among those
		return nil, nil
	}
	there := make(map[string]bool)
	for i := range l.Places {
		if at := r.siteAt(&l.Places[i]); at >= 0 {
			there[r.Sites[at].Key] = true
		}
	}
	var keys []string
	for _, site := range r.lying() {
		if there[site.Key] {
			continue
		}
		gone, err := s.Gone(ctx, r.Value, site.Place)
		if err != nil {
			return nil, err
		}
		if gone {
			keys = append(keys, site.Key)
		}
	}
	return keys, nil
}
