package vault

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/vault/identity"
)

// Member is a principal of a vault.
type Member struct {
	Name    string
	Kind    PrincipalKind
	Invited bool      // and hasn't joined yet
	Until   time.Time // when a token ends
	Gone    bool
	Grants  []Granted
	Public  identity.Public
	Self    bool
	Reads   []string // the environments that they can read now
	Writes  []string
}

// Granted is a grant.
type Granted struct {
	ID string // its first digits
	Wanted
	To      string // whose it is
	By      string // who made it
	Secrets int    // how many single ones it is for; 0 for all
}

// Members gives who there is, those who are gone included, in the order in which they
// came.
func (s *Session) Members(ctx context.Context) ([]Member, error) {
	var all []Member
	err := s.look(ctx, func(v *view) error {
		if v.names.machine != nil {
			return &DeniedError{Verb: "list", What: "people and tokens", Need: Reader, Have: NoRole}
		}
		for _, p := range v.roster.principalsInOrder() {
			all = append(all, v.member(p))
		}
		return nil
	})
	return all, err
}

// granted gives a grant with names.
func (v *view) granted(g *grant) Granted {
	return Granted{
		ID: g.ID.String()[:8], To: v.names.principal(g.Principal), By: v.names.principal(g.by), Secrets: len(g.Secrets),
		Wanted: Wanted{v.pattern(target{project: g.Project, environment: g.Environment}), g.Role, g.Until},
	}
}

func (v *view) member(p *principal) Member {
	m := Member{
		Name: v.names.principal(p.ID), Kind: p.kind, Invited: p.invited, Until: p.until, Gone: p.to != always,
		Self: p.ID == v.self, Public: p.keys[len(p.keys)-1].Public,
	}
	for _, g := range v.roster.grants {
		if g.Principal == p.ID && g.to == always {
			m.Grants = append(m.Grants, v.granted(g))
		}
	}
	for _, sc := range v.scopes() {
		role, _ := v.roster.role(p.ID, sc.target(), always, v.now)
		if role >= Reader {
			m.Reads = append(m.Reads, v.names.scope(sc.ID))
		}
		if role >= Developer {
			m.Writes = append(m.Writes, v.names.scope(sc.ID))
		}
	}
	return m
}

// Reading is that someone can read something, and why.
type Reading struct {
	Name  string
	Kind  PrincipalKind
	Role  Role
	Grant Granted
}

// Explain gives who can read a secret, or a whole environment for an empty name, and by
// which grant.
func (s *Session) Explain(ctx context.Context, ref Ref) ([]Reading, error) {
	var all []Reading
	err := s.look(ctx, func(v *view) error {
		sc, err := v.scope(ref.Project, ref.Environment)
		if err != nil {
			return err
		}
		on := sc.target()
		if ref.Name != "" {
			o, err := v.named(ref)
			if err != nil {
				return err
			}
			on.secret = o.id
		}
		for id, p := range v.roster.principals {
			role, g := v.roster.role(id, on, always, v.now)
			if p.to != always || role < Reader {
				continue
			}
			all = append(all, Reading{v.names.principal(id), p.kind, role, v.granted(g)})
		}
		slices.SortFunc(all, func(a, b Reading) int { return cmp.Or(-cmp.Compare(a.Role, b.Role), strings.Compare(a.Name, b.Name)) })
		return nil
	})
	return all, s.refuse(ctx, err)
}
