package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// Change is a new value for a secret, which is made if it isn't there.
type Change struct {
	Ref
	Value secret.Value
	Edit  func(*Info)   // changes what else is known of it; may be nil, and is called once or more
	Grace time.Duration // how long the value that is replaced stays readable for everyone
	If    *int          // the version that must be the current one, 0 for none; nil for any
	// Blank makes an entry that somebody is to fill: a secret without a version. Of one that is
	// there it changes nothing but what Edit does. It has no Value.
	Blank bool

	unlessSame bool // a value that is the current one already makes no new version
}

func (c Change) check() error {
	if err := CheckName(c.Name); err != nil {
		return fmt.Errorf("set %q: %w", c.Name, err)
	}
	text := c.Value.Reveal()
	switch {
	case len(text) > MaxValue:
		return fmt.Errorf("set %s: the value has %d bytes, more than %d", c.Ref, len(text), MaxValue)
	case strings.ContainsRune(text, 0):
		return fmt.Errorf("set %s: the value has a NUL in it, which no environment variable can have", c.Ref)
	case c.Grace < 0:
		return fmt.Errorf("set %s: a grace of less than nothing", c.Ref)
	case c.Blank && text != "":
		return fmt.Errorf("set %s: an entry to be filled with a value", c.Ref)
	}
	return nil
}

// Set gives a secret a new value, and gives its version.
func (s *Session) Set(ctx context.Context, c Change) (int, error) {
	versions, err := s.SetAll(ctx, []Change{c})
	if err != nil {
		return 0, err
	}
	return versions[0], nil
}

// SetAll makes many changes, all of them or none.
func (s *Session) SetAll(ctx context.Context, changes []Change) ([]int, error) {
	if err := checkChanges(changes); err != nil {
		return nil, err
	}
	var versions []int
	err := s.act(ctx, func(t *turn) (err error) {
		versions, err = t.setAll(changes, "")
		return err
	})
	return versions, err
}

func checkChanges(changes []Change) error {
	seen := make(map[Ref]bool)
	for _, c := range changes {
		if err := c.check(); err != nil {
			return err
		}
		if seen[c.Ref] {
			return fmt.Errorf("set %s: it would get two values at once", c.Ref)
		}
		seen[c.Ref] = true
	}
	return nil
}

// setAll makes changes, and gives the versions that the secrets have then.
func (t *turn) setAll(changes []Change, detail string) ([]int, error) {
	var versions []int
	for _, c := range changes {
		n, err := t.set(c, detail)
		if err != nil {
			return nil, err
		}
		versions = append(versions, n)
	}
	return versions, nil
}

// set makes a change, and its entry.
func (t *turn) set(c Change, detail string) (int, error) {
	sc, err := t.scope(c.Project, c.Environment)
	if err != nil {
		return 0, err
	}
	act, err := t.need(Developer, verbSet, sc, ID{}, c.Name)
	if err != nil {
		return 0, err
	}
	var o *opened
	if _, claimed := t.claimed[nameAt{sc.ID, c.Name}]; !claimed {
		o, err = t.named(c.Ref)
	}
	edited := false
	if _, missing := errors.AsType[*NotFoundError](err); missing || o == nil && err == nil {
		o, err = t.create(sc, c.Name)
		edited = true
	}
	if err != nil {
		return 0, err
	}
	n := o.current()
	stays := c.Blank
	if c.unlessSame && n > 0 && !stays {
		now, err := t.value(o, n)
		if err != nil {
			return 0, err
		}
		stays = now.Equal(c.Value)
	}
	if c.If != nil && *c.If != n && !(c.unlessSame && stays) {
		return 0, &ConflictError{c.Ref, *c.If, n}
	}
	if c.Edit != nil {
		changed, err := t.edit(o, c.Edit)
		if err != nil {
			return 0, err
		}
		edited = edited || changed
	}
	switch {
	case !stays:
		n, err = t.addVersion(o, c.Value, c.Grace)
	case edited:
		if _, err = t.revise(o.scope); err == nil {
			err = t.putSecret(o)
		}
	}
	if err != nil {
		return 0, err
	}
	if act.Version, act.Detail = n, detail; !c.Blank {
		act.Tag = t.s.tagOf(c.Value)
	}
	return n, t.enter(act)
}

// create makes a secret without a version. Its head is still to be stored.
func (t *turn) create(sc *scope, name string) (*opened, error) {
	o := &opened{head: head{Name: name}, id: newID(), scope: sc, key: newKey()}
	o.keys.Versions = make(map[int][]byte)
	return o, t.claim(o, name)
}

func (t *turn) sealVersionKey(o *opened, n int, key []byte) []byte {
	return seal(o.key, key, t.s.vault.id[:], keysKey(o.scope.ID, o.id), []byte("version"), number32(n))
}

// addVersion makes a value the current one of a secret, and stores all of it.
func (t *turn) addVersion(o *opened, value secret.Value, grace time.Duration) (int, error) {
	revision, err := t.revise(o.scope)
	if err != nil {
		return 0, err
	}
	var until time.Time
	if grace > 0 {
		until = t.now.Add(grace)
	}
	n, err := o.add(t.self, revision, t.now, until)
	if err != nil {
		return 0, err
	}
	key := newKey()
	defer clear(key)
	o.keys.Versions[n] = t.sealVersionKey(o, n, key)
	if err := t.putSecret(o); err != nil {
		return 0, err
	}
	plain := []byte(value.Reveal())
	defer clear(plain)
	place := versionKey(o.scope.ID, o.id, n)
	rec := record{seq: t.seq}
	rec.body = append(commit(key, t.s.vault.id[:], place), seal(key, plain, t.s.vault.id[:], place, rec.encode())...)
	return n, t.putRaw(place, rec)
}

// putSecret stores a secret, all but its values. It gets a new key each time: who once had
// its key, and put the records of that time back, doesn't get to read what is written now.
func (t *turn) putSecret(o *opened) error {
	generation := t.roster.generation(o.scope.ID)
	with, err := t.s.verifiedKey(t.r, t.state, o.scope.ID, generation)
	if err != nil {
		return err
	}
	return t.rekeySecret(o, generation, with)
}

// change carries out an act on a secret that is there.
func (s *Session) change(ctx context.Context, verb string, least Role, ref Ref, do func(*turn, *opened) (detail string, err error)) error {
	return s.act(ctx, func(t *turn) error { return t.change(verb, least, ref, do) })
}

func (t *turn) change(verb string, least Role, ref Ref, do func(*turn, *opened) (detail string, err error)) error {
	sc, err := t.scope(ref.Project, ref.Environment)
	if err != nil {
		return err
	}
	act, err := t.need(least, verb, sc, ID{}, ref.Name)
	if err != nil {
		return err
	}
	o, err := t.named(ref)
	if err != nil {
		return err
	}
	act.Version = o.current()
	if act.Detail, err = do(t, o); err != nil {
		return err
	}
	return t.enter(act)
}

// SetInfo changes what is known of a secret beside its values. edit is given what is known
// now, and may be called more than once.
func (s *Session) SetInfo(ctx context.Context, ref Ref, edit func(*Info)) error {
	return s.change(ctx, verbSet, Developer, ref, func(t *turn, o *opened) (string, error) {
		if _, err := t.edit(o, edit); err != nil {
			return "", err
		}
		if _, err := t.revise(o.scope); err != nil {
			return "", err
		}
		return "metadata", t.putSecret(o)
	})
}

// Remove takes secrets away, all of them or none. Their versions stay, for
// [Session.Rollback].
func (s *Session) Remove(ctx context.Context, refs ...Ref) error {
	return s.act(ctx, func(t *turn) error {
		for _, ref := range refs {
			if err := t.change(verbRemove, Developer, ref, (*turn).remove); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *turn) remove(o *opened) (string, error) {
	if o.current() == 0 {
		return "", &NotFoundError{What: "secret", Name: t.ref(o).String()}
	}
	return "", t.end(o)
}

// end makes no version of a secret the current one, and leaves its aliases to others.
func (t *turn) end(o *opened) error {
	revision, err := t.revise(o.scope)
	if err != nil {
		return err
	}
	if _, err := t.edit(o, func(i *Info) { i.Aliases = nil }); err != nil {
		return err
	}
	o.turn(0, revision, t.now)
	return t.putSecret(o)
}

// Rollback makes the value of an earlier version the current one, as a new version, whose
// number it gives. Version 0 stands for the one that was current before. A secret that was
// removed comes back.
func (s *Session) Rollback(ctx context.Context, ref Ref, version int, grace time.Duration) (int, error) {
	var made int
	err := s.act(ctx, func(t *turn) error {
		o, err := t.named(ref)
		if err != nil {
			return err
		}
		act, err := t.need(Developer, verbSet, o.scope, ID{}, ref.Name)
		if err != nil {
			return err
		}
		n := version
		if n == 0 {
			if n = o.before(); n == 0 {
				return &NotFoundError{What: "earlier version of", Name: ref.String()}
			}
		}
		value, err := t.value(o, n)
		if err != nil {
			return err
		}
		if made, err = t.addVersion(o, value, grace); err != nil {
			return err
		}
		act.Version, act.Tag, act.Detail = made, t.s.tagOf(value), fmt.Sprintf("rollback to version %d", n)
		return t.enter(act)
	})
	return made, err
}

// before gives the version that was current before the one that is, or that was the last
// before the secret was removed; 0 for none whose value is there.
func (h *head) before() int {
	now := h.current()
	for i := len(h.Turns) - 1; i >= 0; i-- {
		if n := h.Turns[i].Version; n != 0 && n != now && !h.Versions[n-1].Destroyed {
			return n
		}
	}
	return 0
}

// Destroy makes a version's value unreadable for everyone, for good, or those of all
// versions for 0, and gives their numbers. It is not enough to forget the key: the store
// is written anew without it. Copies of the store are out of its reach.
func (s *Session) Destroy(ctx context.Context, ref Ref, version int) ([]int, error) {
	var gone []int
	err := s.change(ctx, verbDestroy, Maintainer, ref, func(t *turn, o *opened) (string, error) {
		if _, ok := o.version(version); !ok && version != 0 {
			return "", &NotFoundError{What: "version", Name: fmt.Sprintf("%d of %s", version, ref)}
		}
		revision, err := t.revise(o.scope)
		if err != nil {
			return "", err
		}
		gone = o.destroy(version, revision, t.now)
		for _, n := range gone {
			delete(o.keys.Versions, n)
			if err := t.delete(versionKey(o.scope.ID, o.id, n)); err != nil {
				return "", err
			}
		}
		return fmt.Sprint("versions ", gone), t.putSecret(o)
	})
	if err != nil {
		return nil, err
	}
	if err := s.vault.store.Rewrite(ctx); err != nil {
		return gone, fmt.Errorf("the value can't be read any more, but its bytes are still on disk: %w", err)
	}
	return gone, nil
}

// Move gives a secret another name, or another environment, and gives the version that it
// has there. Within an environment its history goes with it; to another one only its
// current value does.
func (s *Session) Move(ctx context.Context, from, to Ref) (int, error) {
	return s.transfer(ctx, from, to, true)
}

// Copy gives the current value of a secret to another one, and gives its version there.
func (s *Session) Copy(ctx context.Context, from, to Ref) (int, error) {
	return s.transfer(ctx, from, to, false)
}

func (s *Session) transfer(ctx context.Context, from, to Ref, move bool) (int, error) {
	if err := CheckName(to.Name); err != nil {
		return 0, fmt.Errorf("%q: %w", to.Name, err)
	}
	var made int
	err := s.act(ctx, func(t *turn) error {
		o, err := t.named(from)
		if err != nil {
			return err
		}
		if o.current() == 0 {
			return &NotFoundError{What: "secret", Name: from.String()}
		}
		if there, err := t.named(to); err == nil && (there.current() != 0 || move) {
			return &ExistsError{"secret", to.String()}
		} else if _, missing := errors.AsType[*NotFoundError](err); err != nil && !missing {
			return err
		}
		if move && from.Scope() == to.Scope() {
			made = o.current()
			return t.rename(o, to.Name)
		}
		least := Reader
		if move {
			least = Developer
		}
		act, err := t.need(least, verbRead, o.scope, o.id, from.Name)
		if err != nil {
			return err
		}
		value, err := t.value(o, o.current())
		if err != nil {
			return err
		}
		act.Version, act.Tag = o.current(), t.s.tagOf(value)
		if err := t.enter(act); err != nil {
			return err
		}
		edit := func(i *Info) {
			if *i = o.Info; from.Scope() == to.Scope() {
				i.Aliases = nil // they stay with the other one
			}
		}
		if made, err = t.set(Change{Ref: to, Value: value, Edit: edit}, "from "+from.String()); err != nil || !move {
			return err
		}
		if err := t.end(o); err != nil {
			return err
		}
		act.Verb, act.Detail = verbRemove, "moved to "+to.String()
		return t.enter(act)
	})
	return made, err
}

// movedFrom begins what the log says of a secret that got another name: the one it had.
const movedFrom = "from "

// rename gives a secret another name within its environment.
func (t *turn) rename(o *opened, name string) error {
	act, err := t.need(Developer, verbMove, o.scope, ID{}, name)
	if err != nil {
		return err
	}
	act.Version, act.Detail = o.current(), movedFrom+o.Name
	if _, err := t.revise(o.scope); err != nil {
		return err
	}
	if err := t.release(o, o.Name); err != nil {
		return err
	}
	if err := t.claim(o, name); err != nil {
		return err
	}
	o.Name = name
	o.Info.Aliases = slices.DeleteFunc(o.Info.Aliases, func(alias string) bool { return alias == name })
	if err := t.putSecret(o); err != nil {
		return err
	}
	return t.enter(act)
}
