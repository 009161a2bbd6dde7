package vault

import (
	"context"
)

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
