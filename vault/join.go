package vault

import (
	"context"
	"errors"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// invitation is what is sealed to an SSH key.
func invitation(vault [32]byte, once *identity.Identity) []byte {
	return append(append([]byte{formatVersion}, vault[:]...), once.Seed()...)
}

// ErrNotInvited is what [Join] answers whom nobody invited.
var ErrNotInvited = errors.New("there is no invitation for this key")

// Join makes the keys of someone known who was invited. unwrap opens what was sealed to
// their SSH key. id is the vault that they were told of; a zero one is taken from the
// invitation, and proves nothing.
func Join(ctx context.Context, st store.Store, id [32]byte, keys *identity.Identity, o Options, unwrap func(sealed []byte) ([]byte, error)) (vault [32]byte, name string, err error) {
	var once *identity.Identity
	err = st.View(ctx, func(r store.Reader) error {
		for p, err := range r.Scan([]byte{kindInvitation}) {
			if err != nil {
				return err
			}
			rec, err := decodeRecord(p.Value)
			if err != nil {
				return err
			}
			plain, err := unwrap(rec.body)
			if errors.Is(err, identity.ErrOtherKey) {
				continue
			}
			if err != nil {
				return err
			}
			defer clear(plain)
			if len(plain) != 1+32+keySize || plain[0] != formatVersion {
				return &IntegrityError{"the invitation", errors.New("it isn't one that this program can read")}
			}
			vault = [32]byte(plain[1:33])
			once, err = identity.FromSeed(plain[33:])
			return err
		}
		return ErrNotInvited
	})
	if err != nil {
		return vault, "", err
	}
	if id != ([32]byte{}) && id != vault {
		return vault, "", &IntegrityError{"the invitation", errors.New("it is for another vault than the one you were told of")}
	}
	v, err := Open(ctx, st, vault)
	if err != nil {
		return vault, "", err
	}
	s, err := v.Session(ctx, once, o)
	if err != nil {
		return vault, "", err
	}
	defer s.forget()
	return vault, s.Self(), s.join(ctx, keys)
}

func (s *Session) join(ctx context.Context, keys *identity.Identity) error {
	return s.act(ctx, func(t *turn) error {
		if err := t.say(statement{Join: &stateJoin{t.self, keys.Public()}}); err != nil {
			return err
		}
		for _, key := range t.sharedKeys() {
			for generation := 1; generation <= t.roster.generation(key); generation++ {
				held, err := t.s.verifiedKey(t.r, t.state, key, generation)
				if errors.Is(err, ErrNotMember) {
					continue
				}
				if err != nil {
					return err
				}
				body, err := keys.Public().Wrap(held)
				if err != nil {
					return err
				}
				if err := t.putRaw(wrapKey(key, generation, t.s.vault.addressOf(keys.Public())), record{body: body}); err != nil {
					return err
				}
			}
		}
		if err := t.unwrap(t.self); err != nil {
			return err
		}
		if err := t.delete(invitationKey(t.self)); err != nil {
			return err
		}
		return t.enter(audit.Act{Verb: verbJoin, Name: t.names.principal(t.self), Allowed: true, Rule: "invitation"})
	})
}
