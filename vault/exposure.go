package vault

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Exposed is a version of a secret that someone saw, or could have seen, or whose value is
// that of such a one.
type Exposed struct {
	Ref
	Version int
	State   State
	Seen    time.Time // when they last read it; zero if the log has no reading
	Times   int       // how often
}

// Exposure gives every value that a principal read, and every one that they could have
// read: that they held the key to, at any time. The log can't prove that someone didn't
// read: whoever has keys and a copy of the store reads unrecorded. So all of it is to be
// rotated; what was seen comes first. Where such a value is in use elsewhere, or again, as
// after a rollback, that is among it, and so is a value that they were shown by a sweep
// ([Session.Shown]): to find it, all that the caller can read is compared, which the log has
// as such. It takes an auditor, who can read all environments.
func (s *Session) Exposure(ctx context.Context, name string) ([]Exposed, error) {
	e := exposure{read: make(map[exposedAt]Exposed), shown: make(map[string]Exposed), tags: make(map[string]bool)}
	err := s.Log(ctx, Filter{Principal: name}, func(l Logged) error {
		switch {
		case !l.Allowed:
		case l.Verb == verbRead:
			at := exposedAt{Ref{l.Project, l.Env, l.Name}, l.Version}
			e.read[at] = Exposed{Ref: at.Ref, Version: at.number, Seen: l.Time, Times: e.read[at].Times + 1}
		case l.Verb == verbShow:
			tag := string(l.Tag)
			e.shown[tag] = Exposed{Seen: l.Time, Times: e.shown[tag].Times + 1}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var compared []*scope
	err = s.look(ctx, func(v *view) error {
		who, err := v.principal(name)
		if err != nil {
			return err
		}
		compared = v.scopes()
		for _, sc := range compared {
			if err := e.scope(v, sc, v.roster.reachOf(who.ID, sc)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = s.enterMatches(ctx, compared)
	}
	if err != nil {
		return nil, err
	}
	return e.list(), nil
}

// exposure collects what someone may know.
type exposure struct {
	read  map[exposedAt]Exposed // by them, that wasn't come across yet
	shown map[string]Exposed    // to them, by the tags of values
	all   []Exposed
	tags  map[string]bool // of their values
	inUse []taggedVersion // of others that are in use
}

type exposedAt struct {
	Ref
	number int
}

type taggedVersion struct {
	Exposed
	tag string
}

// scope goes through an environment, in which someone could read by these grants.
func (e *exposure) scope(v *view, sc *scope, reach []*grant) error {
	secrets, err := v.secrets(sc)
	if err != nil {
		return err
	}
	for _, o := range secrets {
		last := int64(-1) // the entry until which they could read it
		for _, g := range reach {
			if len(g.Secrets) == 0 || slices.Contains(g.Secrets, o.id) {
				last = max(last, g.to)
			}
		}
		for n := 1; n <= len(o.Versions); n++ {
			if err := e.version(v, o, n, last); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *exposure) version(v *view, o *opened, n int, last int64) error {
	at := exposedAt{v.ref(o), n}
	one, known := e.read[at]
	delete(e.read, at)
	one.Ref, one.Version, one.State = at.Ref, n, o.state(n, v.now)
	known = known || last >= 0 && v.before(o, n, last)
	if !known && one.State != Current && one.State != Grace {
		return nil
	}
	value, err := v.value(o, n)
	_, gone := errors.AsType[*GoneError](err)
	if err != nil && !gone {
		return err
	}
	tag := ""
	if !value.IsEmpty() {
		tag = string(v.s.tagOf(value))
	}
	if shown, ok := e.shown[tag]; ok {
		known = true
		one.Times += shown.Times
		if shown.Seen.After(one.Seen) {
			one.Seen = shown.Seen
		}
	}
	switch {
	case known:
		e.all = append(e.all, one)
		e.tags[tag] = true
	case tag != "":
		e.inUse = append(e.inUse, taggedVersion{one, tag})
	}
	return nil
}

// list gives what was collected, what was seen first.
func (e *exposure) list() []Exposed {
	for _, t := range e.inUse {
		if e.tags[t.tag] {
			e.all = append(e.all, t.Exposed)
		}
	}
	// What was read under a name that isn't any more.
	for _, one := range e.read {
		one.State = Revoked
		e.all = append(e.all, one)
	}
	slices.SortFunc(e.all, func(a, b Exposed) int {
		return cmp.Or(-cmp.Compare(min(a.Times, 1), min(b.Times, 1)), strings.Compare(a.Ref.String(), b.Ref.String()), -cmp.Compare(a.Version, b.Version))
	})
	return e.all
}

// reachOf gives all grants, ended ones too, by which someone could read in a scope.
func (r *roster) reachOf(p ID, sc *scope) []*grant {
	var all []*grant
	for _, g := range r.grants {
		if g.Principal == p && g.reaches(sc) {
			all = append(all, g)
		}
	}
	return all
}

// before tells whether a version was there by an entry of the log. One whose record is
// gone, or isn't what was written, may have been.
func (v *view) before(o *opened, n int, last int64) bool {
	place := versionKey(o.scope.ID, o.id, n)
	raw, err := v.r.Get(place)
	if err != nil {
		return true
	}
	e, err := v.vouched(place, raw, o.scope)
	return err != nil || e.Seq <= last
}
