package vault

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/vault/identity"
)

// Token is what a machine may read, and for how long.
type Token struct {
	Name    string
	Project string
	Env     string
	Secrets []string // none for all of the environment
	Until   time.Time
}

// CreateToken makes a machine, and gives the token that it is to have.
func (s *Session) CreateToken(ctx context.Context, want Token) (identity.Token, error) {
	keys := identity.New()
	err := s.act(ctx, func(t *turn) error {
		sc, err := t.scope(want.Project, want.Env)
		if err != nil {
			return err
		}
		act, err := t.needOwner(verbAdd, want.Name, sc.target())
		if err != nil {
			return err
		}
		g := stateGrant{ID: newID(), Project: sc.project, Environment: sc.environment, Role: Reader}
		label := machineLabel{Name: want.Name, Scopes: []machineScope{{t.names.scopes[sc.ID], sc.ID}}}
		for _, name := range want.Secrets {
			o, err := t.named(Ref{want.Project, want.Env, name})
			if err != nil {
				return err
			}
			if slices.Contains(g.Secrets, o.id) {
				continue
			}
			g.Secrets = append(g.Secrets, o.id)
			label.Secrets = append(label.Secrets, machineSecret{sc.ID, o.id, name})
		}
		if g.Principal, err = t.add(want.Name, statePrincipal{Kind: Machine, Public: keys.Public(), Until: want.Until.UTC()}); err != nil {
			return err
		}
		if g.Machine, err = keys.Public().Wrap(encodeJSON(label)); err != nil {
			return err
		}
		if err := t.say(statement{Grant: &g}); err != nil {
			return err
		}
		act.Project, act.Env = want.Project, want.Env
		act.Detail = "token for everything"
		if len(want.Secrets) > 0 {
			act.Detail = "token for " + strings.Join(want.Secrets, ", ")
		}
		return t.settle(act)
	})
	return identity.Token{Vault: s.vault.id, Identity: keys}, err
}

// Issued is a token that was made.
type Issued struct {
	Token
	By   string // who made it
	Gone bool   // it was revoked
}

// Tokens gives the tokens that were made, revoked ones included, in the order in which
// they were. A secret that the caller can't open stands in them without its name.
func (s *Session) Tokens(ctx context.Context) ([]Issued, error) {
	var all []Issued
	err := s.look(ctx, func(v *view) error {
		if v.names.machine != nil {
			return &DeniedError{Verb: "list", What: "tokens", Need: Reader, Have: NoRole}
		}
		for _, p := range v.roster.principalsInOrder() {
			if p.kind == Machine {
				all = append(all, v.issued(p))
			}
		}
		return nil
	})
	return all, err
}

func (v *view) issued(p *principal) Issued {
	one := Issued{Token: Token{Name: v.names.principal(p.ID), Until: p.until}, Gone: p.to != always}
	for _, g := range v.roster.grants {
		if g.Principal != p.ID {
			continue
		}
		on := target{project: g.Project, environment: g.Environment}
		where := v.pattern(on)
		one.Project, one.Env, one.By = where.Project, where.Environment, v.names.principal(g.by)
		sc := v.roster.scopeOf(g.Project, g.Environment)
		for _, id := range g.Secrets {
			name := "a secret (" + id.String()[:8] + ")"
			if role, _ := v.role(on); sc != nil && role >= Reader {
				if o, err := v.secret(sc, id); err == nil {
					name = o.Name
				}
			}
			one.Secrets = append(one.Secrets, name)
		}
	}
	return one
}
