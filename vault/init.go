package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// Founding is what a new vault begins with.
type Founding struct {
	Name         string // the founder's
	Recovery     *identity.Public
	Project      string   // the first one
	Environments []string // of it
	Options      Options
}

// Init makes a vault in a store that has none. The identity is its founder, who owns
// everything, and so does the recovery identity, if there is one.
func Init(ctx context.Context, st store.Store, founder *identity.Identity, f Founding) (*Vault, error) {
	if err := CheckLabel(f.Name); err != nil {
		return nil, fmt.Errorf("found a vault as %q: %w", f.Name, err)
	}
	h := header{founder: founder.Public().Verifier(), nonce: make([]byte, headerNonce)}
	_, _ = rand.Read(h.nonce)
	v := newVault(st, h.id())
	s := v.newSession(founder, f.Options)
	if err := v.commit(ctx, func(tx store.Tx) error { return s.found(tx, h, f) }); err != nil {
		return nil, err
	}
	return v, s.Close(ctx)
}

// found is the first turn. There is no roster yet whose keys it could use: a provisional
// one has them.
func (s *Session) found(tx store.Tx, h header, f Founding) error {
	if _, err := readHeader(tx); !errors.Is(err, ErrNoVault) {
		if err == nil {
			err = &ExistsError{"vault", "in this store"}
		}
		return err
	}
	head, err := s.vault.log.Head(tx)
	if err != nil {
		return err
	}
	provisional := newRoster()
	self := newID()
	t := &turn{
		view: &view{
			state: &state{head: head, roster: provisional, self: self, names: newNames()},
			s:     s, r: tx, now: s.options.Now().UTC(), scopeRecords: make(map[ID]scopeRecord),
		},
		tx: tx, next: newRoster(), writes: make(map[string]audit.Write), revised: make(map[ID]int), claimed: make(map[nameAt]ID),
	}
	first := vaultKeys()
	made := make(map[ID]*stateKey)
	for _, id := range first {
		key := newKey()
		s.keys[keyRef{id, 1}] = key
		made[id] = &stateKey{ID: id, Generation: 1, Commitment: s.vault.commitment(id, 1, key)}
		provisional.keys[id] = []*sharedKey{{*made[id], 0}}
	}
	auditors, err := identity.FromSeed(s.keys[keyRef{auditKeyID, 1}])
	if err != nil {
		return err
	}
	made[auditKeyID].Recipient = auditors.Public()
	provisional.keys[auditKeyID] = []*sharedKey{{*made[auditKeyID], 0}}

	data := h.encode()
	t.wrote(audit.Write{Key: keyOf(kindHeader), Hash: audit.HashOf(data)})
	if err := tx.Set(keyOf(kindHeader), data); err != nil {
		return err
	}
	label, err := t.box(self, []byte(f.Name))
	if err != nil {
		return err
	}
	if err := t.say(statement{Found: &statePrincipal{ID: self, Kind: Person, Public: s.identity.Public(), Label: label}}); err != nil {
		return err
	}
	for _, id := range first {
		if err := t.say(statement{Key: made[id]}); err != nil {
			return err
		}
		if err := t.wrap(id, 1, s.keys[keyRef{id, 1}], self); err != nil {
			return err
		}
	}
	if f.Recovery != nil {
		recovery := newID()
		if label, err = t.box(recovery, []byte("recovery")); err != nil {
			return err
		}
		for _, st := range []statement{
			{Add: &statePrincipal{ID: recovery, Kind: Recovery, Public: *f.Recovery, Label: label}},
			{Grant: &stateGrant{ID: newID(), Principal: recovery, Role: Owner}},
		} {
			if err := t.say(st); err != nil {
				return err
			}
		}
		for _, id := range first {
			if err := t.wrap(id, 1, s.keys[keyRef{id, 1}], recovery); err != nil {
				return err
			}
		}
	}
	for _, environment := range f.Environments {
		if err := t.createScope(scopeLabel{f.Project, environment}); err != nil {
			return err
		}
	}
	return t.enter(audit.Act{Verb: verbInit, Allowed: true, Rule: "founder"})
}

// CreateEnvironment makes an environment of a project, which is made if it isn't there.
// Whoever has a role in every environment, or in every one of that name, has it there.
func (s *Session) CreateEnvironment(ctx context.Context, project, environment string) error {
	return s.act(ctx, func(t *turn) error {
		if _, err := t.scope(project, environment); err == nil {
			return &ExistsError{"environment", project + "/" + environment}
		}
		return t.createEnvironment(scopeLabel{project, environment}, "")
	})
}

// createEnvironment makes an environment that isn't there, with its entry.
func (t *turn) createEnvironment(l scopeLabel, detail string) error {
	on := target{}
	for id, known := range t.names.scopes {
		if known.Project == l.Project {
			on.project = t.next.scopes[id].project
		}
	}
	act, err := t.needOwner(verbCreate, l.Project+"/"+l.Environment, on)
	if err != nil {
		return err
	}
	if err := t.createScope(l); err != nil {
		return err
	}
	act.Project, act.Env, act.Name, act.Detail = l.Project, l.Environment, "", detail
	return t.enter(act)
}

// createScope makes an environment, with its key.
func (t *turn) createScope(l scopeLabel) error {
	for _, name := range []string{l.Project, l.Environment} {
		if err := CheckLabel(name); err != nil {
			return fmt.Errorf("create %q: %w", l.Project+"/"+l.Environment, err)
		}
	}
	st := stateScope{ID: newID(), Project: newID(), Environment: newID()}
	for id, known := range t.names.scopes {
		of := t.next.scopes[id]
		if known.Project == l.Project {
			st.Project = of.project
		}
		if known.Environment == l.Environment {
			st.Environment = of.environment
		}
	}
	var err error
	if st.Label, err = t.box(st.ID, encodeJSON(l)); err != nil {
		return err
	}
	if err := t.say(statement{Scope: &st}); err != nil {
		return err
	}
	t.names = t.names.with(st.ID, l)
	key, err := t.newGeneration(st.ID, t.next.holders(st.ID))
	if err != nil {
		return err
	}
	defer clear(key)
	t.scopeRecords[st.ID] = scopeRecord{Index: newKey()}
	if err := t.put(scopeKey(st.ID), 1, key, encodeJSON(t.scopeRecords[st.ID])); err != nil {
		return err
	}
	return t.keyLeaks(st.Project)
}
