package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/secretsweep/secretsweep/vault/audit"
)

// maxPolicy is how many bytes a policy may have. All of them are read whenever a vault is
// opened.
const maxPolicy = 64 << 10

// Policy gives what an owner has set for the whole vault, nil if nobody has. Whoever is in
// the vault may read it, tokens too. It is JSON; what it means is for others to say.
func (s *Session) Policy(ctx context.Context) (json.RawMessage, error) {
	var text json.RawMessage
	err := s.look(ctx, func(v *view) error {
		text = slices.Clone(v.roster.policy)
		return nil
	})
	return text, err
}

// SetPolicy sets it, in place of the one before. It takes an owner of everything.
func (s *Session) SetPolicy(ctx context.Context, text json.RawMessage) error {
	st := statePolicy{text}
	if err := st.check(); err != nil {
		return fmt.Errorf("set the policy: %w", err)
	}
	return s.act(ctx, func(t *turn) error {
		act, err := t.decide(Owner, target{}, "of the vault", audit.Act{Verb: verbPolicy})
		if err != nil {
			return err
		}
		if err := t.say(statement{Policy: &st}); err != nil {
			return err
		}
		return t.enter(act)
	})
}

func (p *statePolicy) check() error {
	switch {
	case len(p.Text) > maxPolicy:
		return fmt.Errorf("it has %d bytes, more than %d", len(p.Text), maxPolicy)
	case !json.Valid(p.Text):
		return errors.New("it is no JSON")
	}
	return nil
}
