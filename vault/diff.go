package vault

import (
	"context"
	"errors"
	"maps"
	"slices"
)

// Side is one of two things that are compared: an environment, as it was at a point.
type Side struct {
	Pattern
	Point
}

// Comparison is what comparing two values has shown.
type Comparison string

// What comparing can show.
const (
	Added        Comparison = "added"   // there is none on the first side
	Removed      Comparison = "removed" // there is none on the second side
	Same         Comparison = "same"
	Different    Comparison = "different"
	Incomparable Comparison = "incomparable" // one was destroyed, or the caller may not read it
)

// Difference is what a secret is on two sides.
type Difference struct {
	Name     string
	From, To int // its version on each side, 0 for none
	Values   Comparison
}

// Diff compares two environments, or two points of one, secret by secret, by name. It
// leaves out what is on neither side, and what is the same version on both. Values are
// compared and not shown: the log has one entry for each environment, and none of the
// values counts as seen.
func (s *Session) Diff(ctx context.Context, from, to Side) ([]Difference, error) {
	var all []Difference
	var compared []*scope
	err := s.look(ctx, func(v *view) (err error) {
		all, compared, err = v.diff(from, to)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.enterMatches(ctx, compared); err != nil {
		return nil, err
	}
	return all, nil
}

// diff gives the differences, and the scopes that they are of.
func (v *view) diff(from, to Side) (all []Difference, compared []*scope, err error) {
	left, one, err := v.sideOf(from)
	if err != nil {
		return nil, nil, err
	}
	right, other, err := v.sideOf(to)
	if err != nil {
		return nil, nil, err
	}
	compared = []*scope{one}
	if other.ID != one.ID {
		compared = append(compared, other)
	}
	names := maps.Clone(left)
	maps.Copy(names, right)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		a, b := left[name], right[name]
		d := Difference{Name: name}
		if a != nil {
			d.From = a.at(from.Point)
		}
		if b != nil {
			d.To = b.at(to.Point)
		}
		if d.From == d.To && (d.From == 0 || one.ID == other.ID) {
			continue
		}
		if d.Values, err = v.compareVersions(a, d.From, b, d.To); err != nil {
			return nil, nil, err
		}
		all = append(all, d)
	}
	return all, compared, nil
}

// sideOf opens the secrets of a side, by name.
func (v *view) sideOf(side Side) (map[string]*opened, *scope, error) {
	sc, err := v.scope(side.Project, side.Environment)
	if err != nil {
		return nil, nil, err
	}
	all, err := v.secrets(sc)
	if err != nil {
		return nil, nil, err
	}
	named := make(map[string]*opened, len(all))
	for _, o := range all {
		named[o.Name] = o
	}
	return named, sc, nil
}

// compareVersions compares versions of two secrets, 0 for one that isn't there.
func (v *view) compareVersions(a *opened, from int, b *opened, to int) (Comparison, error) {
	switch {
	case from == 0:
		return Added, nil
	case to == 0:
		return Removed, nil
	}
	one, ok, err := v.readable(a, from)
	if err != nil || !ok {
		return Incomparable, err
	}
	other, ok, err := v.readable(b, to)
	switch {
	case err != nil || !ok:
		return Incomparable, err
	case one.Value.Equal(other.Value):
		return Same, nil
	}
	return Different, nil
}

// readable opens a version, if the caller may read it and it is still there.
func (v *view) readable(o *opened, n int) (Secret, bool, error) {
	got, err := v.choose(o, Which{Version: n})
	_, refused := errors.AsType[*refusal](err)
	_, gone := errors.AsType[*GoneError](err)
	if refused || gone {
		return Secret{}, false, nil
	}
	return got, err == nil, err
}
