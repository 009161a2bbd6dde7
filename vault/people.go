package vault

import (
	"context"
	"errors"
	"fmt"

	"github.com/secretsweep/secretsweep/vault/identity"
)

// AddPerson adds someone whose public keys are known, with what they may do.
func (s *Session) AddPerson(ctx context.Context, name string, public identity.Public, rights []Wanted) error {
	return s.act(ctx, func(t *turn) error {
		act, err := t.needOwner(verbAdd, name, target{})
		if err != nil {
			return err
		}
		for id := range t.roster.principals {
			if there, ok := t.roster.current(id); ok && there == public {
				return &ExistsError{"member with these keys, called", t.names.principal(id)}
			}
		}
		id, err := t.add(name, statePrincipal{Kind: Person, Public: public})
		if err != nil {
			return err
		}
		if err := t.grantAll(id, rights); err != nil {
			return err
		}
		act.Detail = describe(rights)
		return t.settle(act)
	})
}

// Invite adds someone of whom an SSH public key is known, the line of an authorized_keys
// file. With the private one, [Join] makes their own keys known, once.
func (s *Session) Invite(ctx context.Context, name, authorizedKey string, rights []Wanted) error {
	once := identity.New()
	sealed, err := identity.WrapSSH(authorizedKey, invitation(s.vault.id, once))
	if err != nil {
		return err
	}
	return s.act(ctx, func(t *turn) error {
		act, err := t.needOwner(verbAdd, name, target{})
		if err != nil {
			return err
		}
		id, err := t.add(name, statePrincipal{Kind: Person, Public: once.Public(), Invited: true})
		if err != nil {
			return err
		}
		if err := t.grantAll(id, rights); err != nil {
			return err
		}
		if err := t.putRaw(invitationKey(id), record{body: sealed}); err != nil {
			return err
		}
		act.Detail = "invited, " + describe(rights)
		return t.settle(act)
	})
}

// add makes a principal of a name that nobody has.
func (t *turn) add(name string, p statePrincipal) (ID, error) {
	if err := CheckLabel(name); err != nil {
		return ID{}, fmt.Errorf("add %q: %w", name, err)
	}
	if there, err := t.principal(name); err == nil && there.to == always {
		return ID{}, &ExistsError{"person or token", name}
	}
	p.ID = newID()
	var err error
	if p.Label, err = t.box(p.ID, []byte(name)); err != nil {
		return ID{}, err
	}
	return p.ID, t.say(statement{Add: &p})
}

// Retire takes a principal away: all that they could reach gets new keys, in the same
// transaction.
func (s *Session) Retire(ctx context.Context, name string) error {
	return s.act(ctx, func(t *turn) error {
		who, err := t.present(name)
		if err != nil {
			return err
		}
		on := target{}
		if who.kind == Machine {
			for _, g := range t.roster.grants {
				if g.Principal == who.ID && g.to == always {
					on = target{project: g.Project, environment: g.Environment}
				}
			}
		}
		act, err := t.needOwner(verbRetire, name, on)
		if err != nil {
			return err
		}
		if who.ID == t.self {
			return errors.New("nobody can take themselves away: another owner has to")
		}
		if err := t.say(statement{Retire: &stateRetire{who.ID}}); err != nil {
			return err
		}
		if err := t.unwrap(who.ID); err != nil {
			return err
		}
		if _, err := t.tx.Get(invitationKey(who.ID)); err == nil {
			if err := t.delete(invitationKey(who.ID)); err != nil {
				return err
			}
		}
		return t.settle(act)
	})
}
