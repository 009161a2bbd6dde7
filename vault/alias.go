package vault

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// A secret's name and its aliases each have a record that leads to it: so that two secrets
// can't have one between them, whoever makes them.

// nameAt is a name in an environment.
type nameAt struct {
	scope ID
	name  string
}

// holder gives the secret that a name leads to, by what the turn has written as well; the
// zero ID if there is none.
func (t *turn) holder(sc *scope, name string) (ID, error) {
	if id, ok := t.claimed[nameAt{sc.ID, name}]; ok {
		return id, nil
	}
	return t.secretNamed(sc, name)
}

// claim has a name lead to a secret, if it is no other's.
func (t *turn) claim(o *opened, name string) error {
	holder, err := t.holder(o.scope, name)
	if err != nil || holder == o.id {
		return err
	}
	if holder != (ID{}) {
		l := t.names.scopes[o.scope.ID]
		return &ExistsError{"secret called", Ref{l.Project, l.Environment, name}.String()}
	}
	rec, err := t.scopeRecord(o.scope)
	if err != nil {
		return err
	}
	t.claimed[nameAt{o.scope.ID, name}] = o.id
	return t.putShared(nameKey(o.scope.ID, hashName(rec.Index, name)), o.scope.ID, o.id[:])
}

// release has a name of a secret lead nowhere any more.
func (t *turn) release(o *opened, name string) error {
	holder, err := t.holder(o.scope, name)
	if err != nil || holder != o.id {
		return err
	}
	rec, err := t.scopeRecord(o.scope)
	if err != nil {
		return err
	}
	t.claimed[nameAt{o.scope.ID, name}] = ID{}
	return t.delete(nameKey(o.scope.ID, hashName(rec.Index, name)))
}

// edit changes what is known of a secret, its aliases included, and tells whether it did.
// Its head is still to be stored.
func (t *turn) edit(o *opened, edit func(*Info)) (bool, error) {
	before, aliases := encodeJSON(o.Info), slices.Clone(o.Info.Aliases)
	edit(&o.Info)
	err := o.Info.check()
	if err == nil && slices.Contains(o.Info.Aliases, o.Name) {
		err = errors.New("its own name can't be an alias of it")
	}
	if err != nil {
		return false, fmt.Errorf("set %s: %w", t.ref(o), err)
	}
	for _, alias := range aliases {
		if !slices.Contains(o.Info.Aliases, alias) {
			if err := t.release(o, alias); err != nil {
				return false, err
			}
		}
	}
	for _, alias := range o.Info.Aliases {
		if !slices.Contains(aliases, alias) {
			if err := t.claim(o, alias); err != nil {
				return false, err
			}
		}
	}
	return !bytes.Equal(before, encodeJSON(o.Info)), nil
}
