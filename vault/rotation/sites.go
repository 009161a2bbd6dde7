package rotation

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/vault"
)

// Site is where a value lies, and what has become of that.
type Site struct {
	place.Place
	Key    string
	Status SiteStatus
	Why    string // it is left

	also []string // further keys, which it had or has
	bare string   // the key without a commit, of a file that is there now
}

// SiteStatus is what has become of a place.
type SiteStatus string

// What can become of a place.
const (
	Lies SiteStatus = ""     // as far as anyone knows
	Gone SiteStatus = "gone" // the value isn't there any more
	Left SiteStatus = "left" // it stays there, for a reason
)

// PlaceKey names a place for [Step.Places]. It stays the same when lines move. Two
// repositories of a project have other places, so a place's Root has to be the same whoever
// sweeps it, and wherever.
func PlaceKey(p *place.Place) string {
	q := *p
	if q.Path != "" {
		q.Object = ""
	}
	sum := sha256.Sum256([]byte(q.Text()))
	return hex.EncodeToString(sum[:6])
}

// clean tells whether nothing is left to be done about any place.
func (r *Record) clean() bool {
	return len(r.lying()) == 0 && (r.MorePlaces == 0 || r.Rest.Status != Lies)
}

// lying gives the places where the value lies as far as anyone knows.
func (r *Record) lying() []Site {
	var all []Site
	for _, s := range r.Sites {
		if s.Status == Lies {
			all = append(all, s)
		}
	}
	return all
}

const maxSitesKept = 1_000

// found takes what a sweep came upon. A place that is new to a record that was closed, or at
// which the value was gone, reopens it.
func (r *Record) found(e *vault.LeakEvent) {
	news := r.unlike(e.Places, e.MorePlaces)
	for _, p := range e.Places {
		r.site(p, news.ofRest)
	}
	if news.ofRest {
		r.MorePlaces -= news.unknown
	}
	if e.MorePlaces > 0 {
		r.MorePlaces = max(r.MorePlaces, len(e.Places)+e.MorePlaces-len(r.Sites))
	}
	if news.restBack {
		r.Rest.Status = Lies
	}
	if news.fresh() && r.closed {
		r.reopen(Reopening{e.At, e.By, "it was found again", news.back})
	}
}

// sighted is what is new to a record of the places of a value.
type sighted struct {
	changed  []place.Place // that it doesn't have as they are
	back     []place.Place // those at which the value wasn't known to lie
	unknown  int           // those of changed that it doesn't have at all
	ofRest   bool          // that may be because they are of the places beyond those that are kept
	restBack bool          // there are such places again
}

// fresh tells whether the value lies where it wasn't known to lie.
func (s *sighted) fresh() bool { return len(s.back) > 0 || s.restBack }

// unlike finds out what is new to a record of places, with more beside them.
func (r *Record) unlike(places []place.Place, more int) sighted {
	var s sighted
	var unknown []place.Place
	for _, p := range places {
		i := r.siteAt(&p)
		switch {
		case i < 0:
			unknown = append(unknown, p)
		case r.Sites[i].Status == Gone:
			s.back = append(s.back, p)
		case r.Sites[i].Live() == p.Live() && r.Sites[i].has(PlaceKey(&p)):
			continue
		}
		s.changed = append(s.changed, p)
	}
	s.unknown = len(unknown)
	s.ofRest = s.unknown <= r.MorePlaces && r.Rest.Status != Gone
	if !s.ofRest {
		s.back = append(s.back, unknown...)
	}
	s.restBack = more > 0 && (len(places)+more > len(r.Sites)+r.MorePlaces || r.MorePlaces > 0 && r.Rest.Status == Gone)
	return s
}

// site makes sure that a place is among the sites. ofRest tells that one which isn't is of
// the places beyond those that are kept.
func (r *Record) site(p place.Place, ofRest bool) {
	key := PlaceKey(&p)
	i := r.siteAt(&p)
	if i < 0 && len(r.Sites) >= maxSitesKept {
		r.MorePlaces++
		return
	}
	s := Site{Key: key}
	if ofRest {
		s.Status, s.Why = r.Rest.Status, r.Rest.Why
	}
	if i >= 0 {
		s = r.Sites[i]
		r.Sites = slices.Delete(r.Sites, i, i+1)
	}
	if s.Place = p; s.Status == Gone {
		s.Status, s.Why = Lies, ""
	}
	if !s.has(key) {
		s.also = append(slices.Clone(s.also), key)
	}
	if s.bare = ""; p.Live() {
		s.bare = uncommitted(&p)
	}
	if r.keys == nil {
		r.keys = make(map[string]bool)
	}
	r.keys[key], r.keys[s.bare] = true, true
	at, _ := slices.BinarySearchFunc(r.Sites, p, func(s Site, p place.Place) int { return place.Compare(s.Place, p) })
	r.Sites = slices.Insert(r.Sites, at, s)
}

// siteAt finds a place among the sites; -1 if it isn't there. A file that is there now is the
// same one with the commit that brought the value and without it: before it is committed
// there is none, and who doesn't look at the history doesn't know it.
func (r *Record) siteAt(p *place.Place) int {
	key := PlaceKey(p)
	if r.keys[key] {
		if i := slices.IndexFunc(r.Sites, func(s Site) bool { return s.has(key) }); i >= 0 {
			return i
		}
	}
	if key = uncommitted(p); !p.Live() || !r.keys[key] {
		return -1
	}
	return slices.IndexFunc(r.Sites, func(s Site) bool {
		return s.bare == key && (s.Commit == nil || p.Commit == nil)
	})
}

// has tells whether a site has a key.
func (s *Site) has(key string) bool { return s.Key == key || slices.Contains(s.also, key) }

// uncommitted names a place without the commit that brought the value.
func uncommitted(p *place.Place) string {
	q := *p
	q.Commit = nil
	return PlaceKey(&q)
}
