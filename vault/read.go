package vault

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// Which says which version of a secret is meant: a number, or what was current at a
// point; the zero Which is what is current now.
type Which struct {
	Version int
	Point
}

// Secret is a value with what is known of it.
type Secret struct {
	Ref
	Value   secret.Value
	Version int
	State   State
	Info    Info
}

// Get reads a secret's value.
func (s *Session) Get(ctx context.Context, ref Ref, which Which) (Secret, error) {
	got, err := s.GetAll(ctx, []Ref{ref}, which)
	if err != nil {
		return Secret{}, err
	}
	return got[0], nil
}

// GetAll reads the values of several secrets, all as they are at one moment, or none of
// them. Each reading is an entry of its own in the log.
func (s *Session) GetAll(ctx context.Context, refs []Ref, which Which) ([]Secret, error) {
	return s.read(ctx, which, func(v *view) ([]*opened, error) {
		var all []*opened
		for _, ref := range refs {
			o, err := v.named(ref)
			if err != nil {
				return nil, err
			}
			all = append(all, o)
		}
		return all, nil
	})
}

// GetScope reads the values of all secrets of an environment that the caller may read and
// of which keep accepts the name or an alias, by name. Removed ones are not among them.
func (s *Session) GetScope(ctx context.Context, project, environment string, which Which, keep func(name string) bool) ([]Secret, error) {
	return s.read(ctx, which, func(v *view) ([]*opened, error) {
		sc, err := v.scope(project, environment)
		if err != nil {
			return nil, err
		}
		if _, err := v.needAny(verbRead, sc); err != nil {
			return nil, err
		}
		all, err := v.secrets(sc)
		return slices.DeleteFunc(all, func(o *opened) bool {
			return !slices.ContainsFunc(o.names(), keep) || which.Version == 0 && o.at(which.Point) == 0
		}), err
	})
}

// pick chooses the secrets whose values are read.
type pick func(*view) ([]*opened, error)

// read opens values beside other sessions, and then writes that down in a transaction in
// which nothing of it has changed. Where others change it all the time, it opens them in
// that transaction.
func (s *Session) read(ctx context.Context, which Which, choose pick) ([]Secret, error) {
	const tries = 3
	for range tries {
		got, err := s.readBeside(ctx, which, choose)
		if !errors.Is(err, errAgain) {
			return got, err
		}
	}
	var got []Secret
	err := s.act(ctx, func(t *turn) error {
		picked, err := choose(t.view)
		if err != nil {
			return err
		}
		if got, err = t.chooseAll(picked, which); err != nil {
			return err
		}
		return t.enterReads(picked, got)
	})
	if err != nil {
		return nil, err
	}
	return got, nil
}

// readBeside answers errAgain if what was read has changed before that was written down.
func (s *Session) readBeside(ctx context.Context, which Which, choose pick) ([]Secret, error) {
	var picked []*opened
	var got []Secret
	err := s.look(ctx, func(v *view) (err error) {
		if picked, err = choose(v); err != nil {
			return err
		}
		got, err = v.chooseAll(picked, which)
		return err
	})
	if err != nil {
		return nil, s.refuse(ctx, err)
	}
	err = s.act(ctx, func(t *turn) error {
		for _, o := range picked {
			if now, err := t.r.Get(headKey(o.scope.ID, o.id)); err != nil || !bytes.Equal(now, o.headRaw) {
				return cmp.Or(err, errAgain)
			}
		}
		return t.enterReads(picked, got)
	})
	if err != nil {
		return nil, err
	}
	return got, nil
}

// enterReads writes down that values were read.
func (t *turn) enterReads(picked []*opened, got []Secret) error {
	for i, o := range picked {
		act, err := t.need(leastFor(got[i].State), verbRead, o.scope, o.id, o.Name)
		if err != nil {
			return err
		}
		act.Version, act.Tag = got[i].Version, t.s.tagOf(got[i].Value)
		if err := t.enter(act); err != nil {
			return err
		}
	}
	return nil
}

// leastFor gives the role that it takes to read a version.
func leastFor(s State) Role {
	if s == Revoked {
		return Maintainer
	}
	return Reader
}

// chooseAll opens the versions that are asked for, if the caller may read all of them.
func (v *view) chooseAll(picked []*opened, which Which) ([]Secret, error) {
	var all []Secret
	for _, o := range picked {
		one, err := v.choose(o, which)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// choose opens the version that is asked for, if the caller may read it.
func (v *view) choose(o *opened, which Which) (Secret, error) {
	ref := v.ref(o)
	n := which.Version
	if n == 0 {
		if n = o.at(which.Point); n == 0 {
			what := "secret"
			if o.blank() {
				what = "value yet of"
			}
			return Secret{}, &NotFoundError{What: what, Name: ref.String() + at(which.Point)}
		}
	}
	if _, ok := o.version(n); !ok {
		return Secret{}, &NotFoundError{What: "version", Name: fmt.Sprintf("%d of %s", n, ref)}
	}
	state := o.state(n, v.now)
	what := o.Name
	if state == Revoked {
		what = fmt.Sprintf("%s, version %d, which was replaced", o.Name, n)
	}
	if _, err := v.need(leastFor(state), verbRead, o.scope, o.id, what); err != nil {
		return Secret{}, err
	}
	value, err := v.value(o, n)
	return Secret{ref, value, n, state, o.Info}, err
}

// at says when, for a message.
func at(p Point) string {
	switch {
	case p.Revision > 0:
		return fmt.Sprintf(" at revision %d", p.Revision)
	case !p.Time.IsZero():
		return " at " + p.Time.UTC().Format(time.RFC3339)
	}
	return ""
}

// secrets opens all secrets of a scope that the caller may read, by name, removed ones
// included.
func (v *view) secrets(sc *scope) ([]*opened, error) {
	var ids []ID
	if role, _ := v.role(sc.target()); role >= Reader {
		prefix := headKey(sc.ID, ID{})[:1+len(ID{})]
		for p, err := range v.r.Scan(prefix) {
			if err != nil {
				return nil, err
			}
			if len(p.Key) != len(prefix)+len(ID{}) {
				return nil, v.damaged(sc, errors.New("a record that belongs to no secret"))
			}
			ids = append(ids, ID(p.Key[len(prefix):]))
		}
		if err := v.complete(sc, ids); err != nil {
			return nil, err
		}
	} else if v.names.machine != nil {
		for _, m := range v.names.machine.Secrets {
			if m.Scope == sc.ID {
				ids = append(ids, m.ID)
			}
		}
	}
	all := make([]*opened, len(ids))
	errs := make([]error, len(ids))
	inParallel(len(ids), func(i int) { all[i], errs[i] = v.secret(sc, ids[i]) })
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b *opened) int { return cmp.Or(cmp.Compare(a.Name, b.Name), bytes.Compare(a.id[:], b.id[:])) })
	return all, nil
}

// inParallel calls do for 0 to n-1, on all processors where it is worth it.
func inParallel(n int, do func(int)) {
	workers := min(runtime.GOMAXPROCS(0), (n+63)/64)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < n; i += workers {
				do(i)
			}
		})
	}
	all.Wait()
}

// Blank tells whether a secret never had a value: an entry that somebody is to fill.
func (l *Listed) Blank() bool { return len(l.Versions) == 0 }

// Listed is a secret in a list: all but its values.
type Listed struct {
	Ref
	Info
	Versions []Version // in order
	Current  int       // its number; 0 for one that was removed, or is still to be filled
}

// Version is what is known of a version beside its value.
type Version struct {
	Number   int
	State    State
	Created  time.Time
	By       string
	Revision int       // of the environment, when it was made
	Grace    time.Time // until when it stays readable; zero if it has none
}

// List gives the secrets of an environment that the caller may read, by name, removed
// ones included. It shows no value, and is one entry in the log.
func (s *Session) List(ctx context.Context, project, environment string) ([]Listed, error) {
	return s.ListAt(ctx, project, environment, Point{})
}

// ListAt is [Session.List], with the versions for current that were so at a point. Secrets
// that weren't there then are given as removed ones.
func (s *Session) ListAt(ctx context.Context, project, environment string, then Point) ([]Listed, error) {
	var all []Listed
	err := s.look(ctx, func(v *view) error {
		sc, err := v.scope(project, environment)
		if err != nil {
			return err
		}
		secrets, err := v.secrets(sc)
		for _, o := range secrets {
			l := v.listed(o)
			l.Current = o.at(then)
			all = append(all, l)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = s.act(ctx, func(t *turn) error {
		sc, err := t.scope(project, environment)
		if err != nil {
			return err
		}
		act, err := t.needAny(verbList, sc)
		if err != nil {
			return err
		}
		return t.enter(act)
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// listed makes what may be shown of a secret.
func (v *view) listed(o *opened) Listed {
	l := Listed{Ref: v.ref(o), Info: o.Info, Current: o.current()}
	for i, ver := range o.Versions {
		l.Versions = append(l.Versions, Version{i + 1, o.state(i+1, v.now), ver.Created, v.names.principal(ver.By), ver.Revision, ver.Grace})
	}
	return l
}

// Look gives what is known of a secret beside its values: its history.
func (s *Session) Look(ctx context.Context, ref Ref) (Listed, error) {
	var l Listed
	err := s.act(ctx, func(t *turn) error {
		o, err := t.named(ref)
		if err != nil {
			return err
		}
		act, err := t.need(Reader, verbList, o.scope, o.id, o.Name)
		if err != nil {
			return err
		}
		l = t.listed(o)
		return t.enter(act)
	})
	return l, err
}
