package vault

import (
	"context"
	"errors"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// Known is a value of the vault, for comparison with what lies elsewhere.
type Known struct {
	Ref
	Version int
	State   State
	Aliases []string // of the secret
	Value   secret.Value
}

// Known gives every value, current or earlier, that the caller may read, of a project, or
// of all for "*". It is meant for comparing: the log has one entry for each environment, and
// none of the values counts as seen.
func (s *Session) Known(ctx context.Context, project string) ([]Known, error) {
	var all []Known
	var from []*scope
	err := s.look(ctx, func(v *view) error {
		for _, sc := range v.scopes() {
			if project != "*" && v.names.scopes[sc.ID].Project != project {
				continue
			}
			found, err := v.known(sc)
			if err != nil {
				return err
			}
			if len(found) > 0 {
				from, all = append(from, sc), append(all, found...)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.enterMatches(ctx, from); err != nil {
		return nil, err
	}
	return all, nil
}

// enterMatches writes down that values of environments were compared.
func (s *Session) enterMatches(ctx context.Context, all []*scope) error {
	return s.act(ctx, func(t *turn) error {
		for _, sc := range all {
			act, err := t.needAny(verbMatch, sc)
			if err != nil {
				return err
			}
			if err := t.enter(act); err != nil {
				return err
			}
		}
		return nil
	})
}

// known opens every version of a scope that the caller may read.
func (v *view) known(sc *scope) ([]Known, error) {
	secrets, err := v.secrets(sc)
	if err != nil {
		return nil, err
	}
	var all []Known
	for _, o := range secrets {
		for n := range o.Versions {
			one, err := v.choose(o, Which{Version: n + 1})
			if _, refused := errors.AsType[*refusal](err); refused {
				continue
			}
			if _, gone := errors.AsType[*GoneError](err); gone {
				continue
			}
			if err != nil {
				return nil, err
			}
			all = append(all, Known{one.Ref, one.Version, one.State, o.Info.Aliases, one.Value})
		}
	}
	return all, nil
}
